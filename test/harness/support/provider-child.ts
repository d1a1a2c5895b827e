import { fileURLToPath } from 'node:url';
import { providerPath } from './provider.js';

const index = new URL('../../../dist/index.mjs', import.meta.url).href;

/** The file of the addon. */
export const addonPath = fileURLToPath(
  new URL('../../../prebuilds/win32-x64/node.napi.node', import.meta.url),
);

/**
 * The start of a module's text for a process or a worker of its own: the provider, and what the texts
 * of several tests need.
 */
export const withProvider = `
  import { once } from 'node:events';
  import { setTimeout as delay } from 'node:timers/promises';
  import { Worker } from 'node:worker_threads';
  const loaded = { exports: {} };
  process.dlopen(loaded, ${JSON.stringify(providerPath)});
  const provider = loaded.exports;
  const until = async (condition) => { while (!condition()) await delay(1); };
  const callsOf = (name) => provider.calls().filter((call) => call.function === name);
  const untilCalled = (name, times = 1) => until(() => callsOf(name).length >= times);
  const alive = () => provider.counters().credentials + provider.counters().contexts;
  const startWorker = (text) =>
    new Worker(new URL('data:text/javascript,' + encodeURIComponent(text)));
  const inWorker = ${JSON.stringify(`
    import { parentPort } from 'node:worker_threads';
    const { ClientContext, Credentials, configureThreads } = await import(${JSON.stringify(index)});
  `)};
`;

/** The same, with winsspi, credentials and a context that has not begun. */
export const withContext = `
  import { ClientContext, Credentials, configureThreads } from ${JSON.stringify(index)};
  ${withProvider}
  const credentials = await Credentials.acquire({ package: 'TestScript' });
  const context = new ClientContext(credentials, { targetName: 'HTTP/a' });
`;
