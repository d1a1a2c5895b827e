import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runModule } from '../../harness/support/child.js';
import { providerInstalled } from '../../harness/support/provider.js';
import { addonPath, withContext, withProvider } from '../../harness/support/provider-child.js';

const clean = { code: 0, stderr: '' };

describe.skipIf(!providerInstalled)('what a worker is sent', () => {
  test('of a context and credentials is refused wherever it is used, and both go on', async () => {
    const worker = `
      import { workerData } from 'node:worker_threads';
      const { ServerContext } = await import(index);
      const { context, credentials } = workerData;
      const uses = [
        () => new ClientContext(credentials, { targetName: 'HTTP/a' }),
        () => new ServerContext(credentials),
        () => Credentials.prototype.query.call(credentials, 'names'),
        () => Credentials.prototype.add.call(credentials, { package: 'TestScript' }),
        ...['step', 'wrap', 'sign', 'queryAttribute', 'close'].map((name) =>
          () => ClientContext.prototype[name].call(
            context, name === 'queryAttribute' ? 'sizes' : Buffer.alloc(1))),
      ];
      const names = [];
      for (const use of uses) {
        try { await use(); names.push('accepted'); }
        catch (error) { names.push(error.code ?? error.name); }
      }
      parentPort.postMessage(names);
    `;
    const main = `
      const data = { workerData: { context, credentials } };
      const text = inWorker + ${JSON.stringify(worker.replace('index', JSON.stringify(new URL('../../../dist/index.mjs', import.meta.url).href)))};
      const thread = new Worker(
        new URL('data:text/javascript,' + encodeURIComponent(text)), data);
      const [names] = await once(thread, 'message');
      console.log(...names);
      await once(thread, 'exit');
      console.log((await context.step()).status, alive(), ...provider.counters().errors);
    `;
    const refused = ['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE'];
    const { stdout, ...ended } = await runModule(withContext + main);
    expect(ended).toEqual(clean);
    expect(stdout.split('\n')).toEqual([
      [...refused, ...Array.from({ length: 7 }, () => 'TypeError')].join(' '),
      'SEC_I_CONTINUE_NEEDED 2',
      '',
    ]);
  });
});

const orders = [
  ['first', 'second', 'provider'],
  ['first', 'provider', 'second'],
  ['second', 'first', 'provider'],
  ['second', 'provider', 'first'],
  ['provider', 'first', 'second'],
  ['provider', 'second', 'first'],
];

describe.skipIf(!providerInstalled)(
  'the cleanup of two copies of the addon and another addon',
  () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'winsspi-'));
      copyFileSync(addonPath, join(folder, 'copy.node'));
    });
    afterAll(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

    // Node runs the hooks of an environment in the reverse order of the loads. The calls of a worker
    // that is terminated or exits run on; one that comes to its end by itself waits for them.
    test.each([
      ['a worker that is terminated', 'await thread.terminate();', 'setInterval(() => {}, 1000);'],
      ['a worker that exits', `thread.postMessage('end'); await exited;`, 'process.exit();'],
      [
        'a worker that ends',
        `thread.postMessage('end');
         provider.release('InitializeSecurityContext');
         await exited;
         provider.hold('InitializeSecurityContext');`,
        '',
      ],
    ])('in %s is in any order', async (_, end, last) => {
      const worker = `
      const { parentPort, workerData } = require('node:worker_threads');
      const request = { package: 'TestScript', use: 2 };
      const load = (path) => {
        const addon = { exports: {} };
        process.dlopen(addon, path);
        return addon.exports;
      };
      for (const path of workerData) {
        const { acquireCredentials, createContext, step } = load(path);
        if (!acquireCredentials) continue;
        acquireCredentials(request, ({ handle }) => {
          step(createContext(handle, false, 'HTTP/a', 0), undefined, () => {});
          globalThis['kept' + path] = handle;
        });
      }
      parentPort.once('message', () => { ${last} });
    `;
      const main = `
      const places = ${JSON.stringify({ first: addonPath })};
      places.second = ${JSON.stringify(join(folder, 'copy.node'))};
      places.provider = 'C:\\\\windows\\\\system32\\\\winsspi_provider.dll';
      provider.hold('InitializeSecurityContext');
      for (const [n, order] of ${JSON.stringify(orders)}.entries()) {
        const workerData = order.map((name) => places[name]);
        const thread = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [], workerData });
        const exited = once(thread, 'exit');
        await untilCalled('InitializeSecurityContext', 2 * (n + 1));
        ${end}
      }
      provider.release('InitializeSecurityContext');
      await until(() => alive() === 0);
      console.log(callsOf('InitializeSecurityContext').length, ...provider.counters().errors);
    `;
      expect(await runModule(withProvider + main)).toEqual({ ...clean, stdout: '12\n' });
    });

    test.each(orders)('in the process is in any order: %s, %s, %s', async (...order) => {
      const main = `
      const paths = ${JSON.stringify({ first: addonPath, second: join(folder, 'copy.node') })};
      const load = (path) => {
        const addon = { exports: {} };
        process.dlopen(addon, path);
        return addon.exports;
      };
      const addons = ${JSON.stringify(order)}.filter((name) => name in paths)
        .map((name) => load(paths[name]));
      provider.hold('InitializeSecurityContext');
      for (const { acquireCredentials, createContext, step } of addons) {
        acquireCredentials({ package: 'TestScript', use: 2 }, ({ handle }) =>
          step(createContext(handle, false, 'HTTP/a', 0), undefined, () => {}));
      }
      await untilCalled('InitializeSecurityContext', 2);
      process.exit(7);
    `;
      expect(await runModule(withProvider + main)).toEqual({ code: 7, stdout: '', stderr: '' });
    });
  },
);
