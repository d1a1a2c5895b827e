import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runModule } from '../../harness/support/child.js';
import { providerInstalled } from '../../harness/support/provider.js';
import { addonPath, withContext, withProvider } from '../../harness/support/provider-child.js';

const clean = { code: 0, stderr: '' };

/** Calls at each stage, in the process's own environment. */
const stages: [string, string][] = [
  [
    'while a call runs for a long time',
    `provider.hold('InitializeSecurityContext');
     context.step().catch(() => {});
     await untilCalled('InitializeSecurityContext');`,
  ],
  [
    'while a call runs whose result nobody wants any more',
    `provider.hold('InitializeSecurityContext');
     const controller = new AbortController();
     context.step(undefined, { signal: controller.signal }).catch(() => {});
     await untilCalled('InitializeSecurityContext');
     controller.abort();`,
  ],
  [
    'while calls wait for a thread',
    `configureThreads({ max: 1 });
     provider.hold('AcquireCredentialsHandle');
     for (let i = 0; i < 100; i++) Credentials.acquire({ package: 'TestScript' }).catch(() => {});
     await untilCalled('AcquireCredentialsHandle', 2);`,
  ],
  [
    'when a call has come back and was not delivered',
    `context.step().catch(() => {});
     while (!(callsOf('InitializeSecurityContext')[0]?.status > 0));
     const later = Date.now() + 5;
     while (Date.now() < later);`,
  ],
  [
    'when a call has been refused',
    `configureThreads({ max: 1, queue: 0 });
     provider.hold('InitializeSecurityContext');
     context.step().catch(() => {});
     const refused = await Credentials.acquire().catch((error) => error.code);
     if (refused !== 'ERR_SSPI_OVERLOADED') console.error(refused);`,
  ],
  ['while threads are idle', `await context.step();`],
];

describe.skipIf(!providerInstalled)('process.exit()', () => {
  test.each(stages)('%s is clean', async (_, text) => {
    const ended = await runModule(`${withContext} ${text} process.exit(7);`);
    expect(ended).toEqual({ code: 7, stdout: '', stderr: '' });
  });
});

describe.skipIf(!providerInstalled)('the natural end of the process', () => {
  test('comes at once when threads are idle', async () => {
    const text = `
      configureThreads({ idleMilliseconds: 3_600_000 });
      await context.step();
      console.log('done');`;
    expect(await runModule(withContext + text)).toEqual({ ...clean, stdout: 'done\n' });
  });

  test('comes although a call runs that nobody waits for', async () => {
    const text = `
      provider.hold('InitializeSecurityContext');
      const controller = new AbortController();
      const step = context.step(undefined, { signal: controller.signal });
      await untilCalled('InitializeSecurityContext');
      controller.abort();
      await step.catch((error) => console.log(error.name));`;
    expect(await runModule(withContext + text)).toEqual({ ...clean, stdout: 'AbortError\n' });
  });

  test('waits for the calls that run or wait', async () => {
    const text = `
      configureThreads({ max: 1 });
      provider.delay('AcquireCredentialsHandle', 100);
      const done = () => console.log('done');
      for (let i = 0; i < 3; i++) Credentials.acquire({ package: 'TestScript' }).then(done);`;
    expect(await runModule(withContext + text)).toEqual({
      ...clean,
      stdout: 'done\ndone\ndone\n',
    });
  });
});

/** Of five workers: how many calls are held, what each does, and when the main thread ends it. */
const workerStages: [name: string, held: number, text: string, stage: string][] = [
  [
    'while its call runs',
    5,
    `context.step();`,
    `await untilCalled('InitializeSecurityContext', n + 1);`,
  ],
  [
    'while its calls wait for a thread',
    5,
    `configureThreads({ max: 1 });
     for (let i = 0; i < 50; i++) new ClientContext(credentials, { targetName: 'HTTP/a' }).step();
     parentPort.postMessage('waiting');`,
    `await once(thread, 'message'); await untilCalled('InitializeSecurityContext', n + 1);`,
  ],
  [
    'while its aborted call runs',
    5,
    `const controller = new AbortController();
     context.step(undefined, { signal: controller.signal }).catch(() => {});
     parentPort.once('message', () => { controller.abort(); parentPort.postMessage('aborted'); });
     parentPort.postMessage('ready');`,
    `await once(thread, 'message'); await untilCalled('InitializeSecurityContext', n + 1);
     thread.postMessage('abort'); await once(thread, 'message');`,
  ],
  [
    'when its call has come back and was not delivered',
    0,
    `context.step(); parentPort.postMessage('called'); for (;;);`,
    `await once(thread, 'message');
     provider.release('InitializeSecurityContext');
     await until(() => callsOf('InitializeSecurityContext')[n]?.status > 0);
     provider.hold('InitializeSecurityContext');`,
  ],
  [
    'while its threads are idle',
    0,
    `await credentials.add({ package: 'TestScript' }); parentPort.postMessage('idle');
     setInterval(() => {}, 1000);`,
    `await once(thread, 'message');`,
  ],
];

const workerText = (text: string) => `
  inWorker + ${JSON.stringify(`
    const credentials = await Credentials.acquire({ package: 'TestScript' });
    const context = new ClientContext(credentials, { targetName: 'HTTP/a' });
    ${text}
  `)}
`;

describe.skipIf(!providerInstalled)('a worker that is terminated', () => {
  // The main thread has no winsspi of its own: Node unloads the addon with the worker.
  test.each(workerStages)('%s leaves nothing behind', async (_, held, text, stage) => {
    const main = `
      provider.hold('InitializeSecurityContext');
      for (let n = 0; n < 5; n++) {
        const thread = startWorker(${workerText(text)});
        ${stage}
        await thread.terminate();
      }
      const held = callsOf('InitializeSecurityContext').filter(({ status }) => status === undefined);
      provider.release('InitializeSecurityContext');
      await until(() => alive() === 0 && provider.calls().every(({ status }) => status !== undefined));
      console.log(held.length, JSON.stringify(provider.counters().errors));
    `;
    expect(await runModule(withProvider + main)).toEqual({ ...clean, stdout: `${held} []\n` });
  });

  test('does not wait for its call, nor does the process', async () => {
    const main = `
      provider.hold('InitializeSecurityContext');
      const thread = startWorker(${workerText('context.step();')});
      await untilCalled('InitializeSecurityContext');
      await thread.terminate();
      console.log(callsOf('InitializeSecurityContext')[0].status);
    `;
    expect(await runModule(withProvider + main)).toEqual({ ...clean, stdout: 'undefined\n' });
  });

  // These have the addon alone: most of a worker's time would go by with loading the rest.
  test('a hundred times, in the middle of calls, leaves no thread and no handle', async () => {
    const text = `
      const { parentPort } = require('node:worker_threads');
      const addon = { exports: {} };
      process.dlopen(addon, ${JSON.stringify(addonPath)});
      const { acquireCredentials, createContext, step } = addon.exports;
      acquireCredentials({ package: 'TestScript', use: 2 }, ({ handle }) => {
        for (let i = 0; i < 4; i++) {
          step(createContext(handle, false, 'HTTP/a', 0), undefined, () => {});
        }
      });
      parentPort.on('message', () => {});
    `;
    const main = `
      import { execFileSync } from 'node:child_process';
      const handles = () => Number(execFileSync('handle_count.exe', [String(process.pid)]));
      const start = () =>
        new Worker(${JSON.stringify(text)}, { eval: true, execArgv: [] });
      async function useFive() {
        provider.forgetCalls();
        provider.hold('InitializeSecurityContext');
        const workers = Array.from({ length: 5 }, start);
        await untilCalled('InitializeSecurityContext', 20);
        await Promise.all(workers.map((worker) => worker.terminate()));
        provider.release('InitializeSecurityContext');
        const made = new Set(provider.calls().map(({ thread }) => thread));
        await until(() => alive() === 0 && !provider.threads().some((thread) => made.has(thread)));
      }
      for (let i = 0; i < 4; i++) await useFive();
      const before = { threads: provider.threads().length, handles: handles() };
      for (let i = 0; i < 20; i++) await useFive();
      await until(() => provider.threads().length <= before.threads);
      const more = handles() - before.handles;
      console.log(more <= 8 ? 'flat' : more + ' handles more', ...provider.counters().errors);
    `;
    const ended = await runModule(withProvider + main);
    expect(ended).toEqual({ ...clean, stdout: 'flat\n' });
  }, 120_000);
});

describe.skipIf(!providerInstalled)('environments', () => {
  test('have threads of their own: one that is full does not hold another', async () => {
    const main = `
      configureThreads({ max: 1, queue: 0 });
      provider.hold('InitializeSecurityContext');
      const step = context.step();
      await untilCalled('InitializeSecurityContext');
      const thread = startWorker(${workerText(`parentPort.postMessage(configureThreads().max);`)});
      console.log(...(await once(thread, 'message')));
      provider.release('InitializeSecurityContext');
      console.log((await step).status);
    `;
    expect(await runModule(withContext + main)).toEqual({
      ...clean,
      stdout: '64\nSEC_I_CONTINUE_NEEDED\n',
    });
  });

  test('of two copies of the addon in one process do not know each other', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'winsspi-'));
    const copy = join(folder, 'copy.node');
    copyFileSync(addonPath, copy);
    const main = `
      const other = { exports: {} };
      process.dlopen(other, ${JSON.stringify(copy)});
      const settled = (start) => new Promise((settle) => start(settle));
      const request = { package: 'TestScript', use: 2 };
      configureThreads({ max: 1, queue: 0 });
      provider.hold('InitializeSecurityContext');
      const step = context.step();
      await untilCalled('InitializeSecurityContext');
      const theirs = await settled((settle) => other.exports.acquireCredentials(request, settle));
      console.log(theirs.package, other.exports.configureThreads().max);
      const refusals = [
        () => other.exports.step(context, undefined, () => {}),
        () => new ClientContext(theirs.handle, { targetName: 'HTTP/a' }),
      ].map((use) => { try { use(); } catch (error) { return error.code; } });
      console.log(...refusals);
      other.exports.closeCredentials(theirs.handle);
      provider.release('InitializeSecurityContext');
      await step;
      context.close();
      credentials.close();
      console.log(alive());
    `;
    const ended = await runModule(withContext + main);
    rmSync(folder, { recursive: true, maxRetries: 10 });
    expect(ended).toEqual({
      ...clean,
      stdout: 'TestScript 64\nERR_INVALID_ARG_TYPE ERR_INVALID_ARG_TYPE\n0\n',
    });
  });
});
