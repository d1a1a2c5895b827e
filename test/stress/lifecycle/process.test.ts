import { describe, expect, test } from 'vitest';
import { runModule } from '../../harness/support/child.js';
import { lab } from '../../harness/support/lab.js';

const start = `
  import { readFileSync } from 'node:fs';
  import { ClientContext, Credentials, ServerContext } from 'winsspi';
  const lab = ${lab ? `JSON.parse(readFileSync(process.env.WINSSPI_LAB))` : 'undefined'};
  const credentials = await Credentials.acquire(lab ? { identity: lab.users.alice } : {});
  const client = new ClientContext(credentials, { targetName: lab?.service.spn ?? 'HTTP/localhost' });
`;

describe('the end of the process', () => {
  test.each([
    ['with open contexts and credentials', `await client.step();`],
    ['in the middle of a step', `client.step(); process.exit(0);`],
    ['in the middle of acquire', `Credentials.acquire(); process.exit(0);`],
    [
      'after close during a step',
      `client.step().catch(() => {}); client.close(); credentials.close();`,
    ],
    ['with a step that nobody awaits', `client.step();`],
  ])('%s is clean', async (_, text) => {
    expect(await runModule(start + text)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('worker_threads', () => {
  const worker = `
    import { Worker } from 'node:worker_threads';
    import { once } from 'node:events';
    const text = (last) => \`
      import { readFileSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      const { Credentials, ClientContext } = await import(process.env.WINSSPI_INDEX);
      const lab = process.env.WINSSPI_LAB && JSON.parse(readFileSync(process.env.WINSSPI_LAB));
      const credentials = await Credentials.acquire(lab ? { identity: lab.users.alice } : {});
      const client = new ClientContext(credentials, { targetName: lab?.service.spn ?? 'HTTP/localhost' });
      \${last}
    \`;
    const url = (last) => new URL('data:text/javascript,' + encodeURIComponent(text(last)));
  `;
  const env = { WINSSPI_INDEX: new URL('../../../dist/index.mjs', import.meta.url).href };

  test('a worker does a step beside the main thread', async () => {
    const main = `
      const thread = new Worker(url("const { token } = await client.step(); parentPort.postMessage(token.length);"));
      const mine = (await client.step()).token.length;
      const [theirs] = await once(thread, 'message');
      await once(thread, 'exit');
      console.log(mine > 0 && theirs > 0);
    `;
    expect(await runModule(start + worker + main, { env })).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: '',
    });
  });

  // With the packages of the machine, which do not say when a call has reached them: at each of several
  // moments of it. lifecycle/threads.test.ts has the scripted provider, which does.
  test('a worker that is terminated at any moment of a step takes nothing with it', async () => {
    const main = `
      import { setImmediate as turn } from 'node:timers/promises';
      for (let turns = 0; turns < 1000; turns = 3 * turns + 1) {
        const thread = new Worker(url("const step = client.step(); parentPort.postMessage('started'); await step;"));
        await once(thread, 'message');
        for (let i = 0; i < turns; i++) await turn();
        await thread.terminate();
      }
      console.log((await client.step()).token.length > 0);
    `;
    expect(await runModule(start + worker + main, { env })).toEqual({
      code: 0,
      stdout: 'true\n',
      stderr: '',
    });
  });

  test('a worker that is terminated at any moment of a message takes nothing with it', async () => {
    const main = `
      import { setImmediate as turn } from 'node:timers/promises';
      for (let turns = 0; turns < 1000; turns = 3 * turns + 1) {
        const thread = new Worker(url(\`
          const credentials2 = await Credentials.acquire({ use: 'inbound' });
          const { ServerContext } = await import(process.env.WINSSPI_INDEX);
          const server = new ServerContext(credentials2);
          const first = await client.step();
          const answer = await server.step(first.token);
          await client.step(answer.token);
          const data = new Uint8Array(8 << 20);
          const call = client.encryptMessageAsync([{ type: 2, data: new Uint8Array(128) }, { type: 1, data }]);
          parentPort.postMessage('started');
          await call;
        \`));
        await once(thread, 'message');
        for (let i = 0; i < turns; i++) await turn();
        await thread.terminate();
      }
      console.log('alive');
    `;
    expect(await runModule(start + worker + main, { env })).toEqual({
      code: 0,
      stdout: 'alive\n',
      stderr: '',
    });
  });

  test('what a worker gets of a context that is sent to it is an empty object', async () => {
    const main = `
      const copy = structuredClone(client);
      console.log(Object.keys(copy).length, typeof copy.step);
    `;
    expect(await runModule(start + main)).toEqual({ code: 0, stdout: '0 undefined\n', stderr: '' });
  });
});
