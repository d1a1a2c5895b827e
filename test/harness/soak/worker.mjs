// What a worker of stages/workers.mjs does until it is terminated: `message` says that it is there.
import { parentPort, workerData } from 'node:worker_threads';

const { stage } = workerData;
// The addon is loaded where it is of use only.
if (stage === 'without') Object.defineProperty(process, 'platform', { value: 'linux' });
const { ClientContext, Credentials, configureThreads, ServerContext } = await import(
  '../../../dist/index.mjs'
);
const packageName = 'TestScript';
const targetName = 'HTTP/localhost';

const jobs = {
  without() {},
  import() {},
  acquire() {
    for (let i = 0; i < 4; i++) Credentials.acquire({ package: packageName });
  },
  async step() {
    const credentials = await Credentials.acquire({ package: packageName });
    for (let i = 0; i < 4; i++) new ClientContext(credentials, { targetName }).step();
  },
  async queue() {
    configureThreads({ max: 1 });
    const credentials = await Credentials.acquire({ package: packageName });
    for (let i = 0; i < 20; i++) new ClientContext(credentials, { targetName }).step();
  },
  async aborted() {
    const credentials = await Credentials.acquire({ package: packageName });
    const controller = new AbortController();
    const { signal } = controller;
    new ClientContext(credentials, { targetName }).step(undefined, { signal }).catch(() => {});
    setImmediate(() => controller.abort());
  },
  async wrapAsync() {
    const { client } = await pair();
    for (let i = 0; i < 4; i++) client.encryptMessageAsync(buffers()).catch(() => {});
  },
  async open() {
    const pairs = await Promise.all(Array.from({ length: 4 }, pair));
    for (const { client, server } of pairs) server.unwrap(client.wrap(Buffer.alloc(64)));
    globalThis.kept = pairs;
  },
  async idle() {
    const { client, server } = await pair();
    client.close();
    server.close();
  },
  async exit() {
    const credentials = await Credentials.acquire({ package: packageName });
    new ClientContext(credentials, { targetName }).step();
    setImmediate(() => process.exit());
  },
  async end() {
    const { client } = await pair();
    client.wrap(Buffer.alloc(64));
    await client.wrapAsync(Buffer.alloc(16 << 10));
  },
};

await jobs[stage]();
if (stage !== 'exit' && stage !== 'end') {
  parentPort.postMessage('there');
  setInterval(() => {}, 1000); // until it is terminated
}

async function pair() {
  const both = await Credentials.acquire({ package: packageName, use: 'both' });
  const client = new ClientContext(both, { targetName });
  const server = new ServerContext(both);
  const { token } = await client.step();
  await client.step((await server.step(token)).token);
  return { client, server };
}

function buffers() {
  return [
    { type: 2, data: Buffer.alloc(76) },
    { type: 1, data: Buffer.alloc(4096) },
    { type: 9, data: Buffer.alloc(16) },
  ];
}
