import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import { establishedPair, client as identity, newPair } from '../support/handshake.js';
import { targetName } from '../support/lab.js';

// What ends in the middle of something. The sanitizers see what it leaves behind.

const index = new URL('../../../dist/index.mjs', import.meta.url).href;

const inWorker = `
  import { parentPort } from 'node:worker_threads';
  import { ClientContext, Credentials, ServerContext } from ${JSON.stringify(index)};
  const identity = ${JSON.stringify(identity)};
  const outbound = await Credentials.acquire({ package: 'NTLM', identity });
  const inbound = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
  const pair = async () => {
    const client = new ClientContext(outbound, { targetName: 'HTTP/localhost' });
    const server = new ServerContext(inbound);
    let { token } = await client.step();
    ({ token } = await server.step(token));
    ({ token } = await client.step(token));
    await server.step(token);
    return { client, server };
  };
`;

/** A worker that says something when it has come to the point. */
async function started(text: string): Promise<Worker> {
  const url = new URL(`data:text/javascript,${encodeURIComponent(inWorker + text)}`);
  const worker = new Worker(url);
  const [said] = await once(worker, 'message');
  expect(said).toBe('here');
  return worker;
}

const endless = `
  const forever = async () => { for (;;) await work(); };
  for (let i = 0; i < 4; i++) forever();
  parentPort.postMessage('here');
`;

describe('a worker that is terminated', () => {
  test.each([
    ['while it acquires', `const work = () => Credentials.acquire({ package: 'NTLM', identity });`],
    ['in the middle of handshakes', 'const work = pair;'],
    [
      'in the middle of sealing',
      `const { client } = await pair();
       const message = Buffer.alloc(1 << 20);
       const work = () => client.wrapAsync(message);`,
    ],
    [
      'in the middle of opening',
      `const { client, server } = await pair();
       const message = Buffer.alloc(1 << 20);
       const work = async () => server.unwrapAsync(await client.wrapAsync(message));`,
    ],
  ])('%s takes its calls with it', async (_, work) => {
    for (let round = 0; round < 5; round++) {
      const worker = await started(work + endless);
      expect(await worker.terminate()).toBe(1);
    }
  });

  test('by its own end leaves nothing open', async () => {
    const worker = await started(`await pair(); await pair(); parentPort.postMessage('here');`);
    const [code] = await once(worker, 'exit');
    expect(code).toBe(0);
  });
});

describe('a context that is closed', () => {
  test('while it seals: the calls are rejected', async () => {
    const { client, server } = await establishedPair({ package: 'NTLM' });
    const message = Buffer.alloc(1 << 20, 'm');
    const calls = Array.from({ length: 10 }, () => client.wrapAsync(message));
    await turn();
    client.close();
    server.close();
    const ends = await Promise.allSettled(calls);
    expect(ends.every((end) => end.status === 'fulfilled' || isClosed(end.reason))).toBe(true);
  });

  test('while it steps: the step is rejected', async () => {
    for (let round = 0; round < 50; round++) {
      const { client } = await newPair({ package: 'NTLM' });
      const step = client.step();
      if (round % 2) await turn();
      client.close();
      await step.catch((error) => expect(isClosed(error)).toBe(true));
    }
  });
});

const isClosed = ({ code }: { code: string }) => code === 'ERR_SSPI_CONTEXT_CLOSED';

test('calls that are aborted are released when they come back', async () => {
  const reasons: unknown[] = [];
  for (let round = 0; round < 50; round++) {
    const controller = new AbortController();
    const { signal } = controller;
    const acquiring = Credentials.acquire({
      package: 'NTLM',
      ...(identity && { identity }),
      signal,
    });
    if (round % 2) await turn();
    controller.abort('enough');
    await acquiring.then(
      (credentials) => credentials.close(),
      (reason) => reasons.push(reason),
    );
  }
  expect(reasons.length).toBeGreaterThanOrEqual(25);
  expect(new Set(reasons)).toEqual(new Set(['enough']));
});

test('a step that is aborted ends its context', async () => {
  using outbound = await Credentials.acquire({ package: 'NTLM', ...(identity && { identity }) });
  using inbound = await Credentials.acquire({ package: 'NTLM', use: 'inbound' });
  for (let round = 0; round < 20; round++) {
    const client = new ClientContext(outbound, { targetName });
    const server = new ServerContext(inbound);
    const { token } = await client.step();
    const controller = new AbortController();
    const step = server.step(token, { signal: controller.signal });
    controller.abort('enough');
    await expect(step).rejects.toBe('enough');
    await expect(server.step(token)).rejects.toBeDefined();
  }
});
