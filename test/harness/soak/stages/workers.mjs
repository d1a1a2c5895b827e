// Workers that are started, used and terminated at every stage, several at a time.
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { provider } from '../machine.mjs';
import { sample } from '../watch.mjs';

const script = fileURLToPath(new URL('../worker.mjs', import.meta.url));
const stages = ['import', 'acquire', 'step', 'queue', 'aborted', 'wrapAsync', 'open', 'idle'];
const ends = ['exit', 'end'];

/** @param {{ count: number, atOnce: number }} options */
export const workers = ({ count, atOnce }) => ({
  unit: 'workers',
  count,
  atOnce,
  async open() {
    const nodesOwn = await measureNodesOwn(2 * atOnce);
    let started = 0;
    return {
      nodesOwn,
      async run(workers) {
        for (const name of ['AcquireCredentialsHandle', 'InitializeSecurityContext']) {
          provider.delay(name, 10);
        }
        provider.delay('EncryptMessage', 10);
        const all = [...stages, ...ends];
        await useAll(Array.from({ length: workers }, () => all[started++ % all.length]));
      },
      close() {},
    };
  },
});

// What a worker leaves behind that runs the same JavaScript without the addon, which is Node's.
async function measureNodesOwn(count) {
  const without = Array.from({ length: count }, () => 'without');
  await useAll([...without]);
  const before = await sample();
  await useAll([...without]);
  const after = await sample();
  const each = (name) => Math.max(0, Math.round((after[name] - before[name]) / count));
  return { resident: each('resident'), native: each('native') };
}

/** Four at a time keep two processors busy. */
async function useAll(some) {
  await Promise.all(Array.from({ length: 4 }, () => useEach(some)));
}

async function useEach(some) {
  for (let stage = some.pop(); stage; stage = some.pop()) await use(stage);
}

async function use(stage) {
  const worker = new Worker(script, { workerData: { stage } });
  const failed = once(worker, 'error').then(([error]) => {
    throw error;
  });
  failed.catch(() => {});
  const exited = once(worker, 'exit');
  if (ends.includes(stage)) {
    await Promise.race([exited, failed]);
    return;
  }
  await Promise.race([once(worker, stage === 'import' ? 'online' : 'message'), failed]);
  await pause(Math.random() * 10);
  await worker.terminate();
}
