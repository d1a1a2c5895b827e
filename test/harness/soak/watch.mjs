// What a process has, sample by sample, and whether it grows.
import { execFileSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { provider, raw } from './machine.mjs';

/**
 * What each figure may grow by after the warm-up. Bytes in use are counted exactly, but for what
 * Node and the packages keep for the next call. Resident memory has the allocators' reserves in it,
 * which take longer to be complete: of it the second half of the work counts.
 */
export const allowances = {
  resident: 12 << 20,
  javascript: 2 << 20,
  native: 512 << 10,
  handles: 8,
  threads: 2,
  credentials: 0,
  contexts: 0,
  buffers: 0,
  tokens: 0,
};

// Not with node's own option, which workers would have too: V8 ends the process when one of those is
// terminated while it starts.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
setFlagsFromString('--no-expose-gc');

/** Part of the work after which the figures count: what is made once has been made. */
export const warmUp = 0.1;

/** A process at rest: what nobody holds is collected, and threads without a call have ended. */
export async function sample() {
  await rest();
  // Twice: what the first one finds may hold memory that the second one frees.
  collectGarbage();
  await pause(quiet);
  const { rss: resident, heapUsed, external } = process.memoryUsage();
  const { credentials, contexts, buffers, tokens, errors } = provider.counters();
  return {
    resident,
    javascript: heapUsed + external,
    native: raw.heapBytes(),
    handles: handles(),
    threads: provider.threads().length,
    ...{ credentials, contexts, buffers, tokens, errors },
  };
}

/** How long a stage lets a thread without a call live, and how long the count of threads must stay. */
export const idleMilliseconds = 50;
const quiet = 5 * idleMilliseconds;

async function rest() {
  await untilNothingIsAlive();
  for (let before = -1; provider.threads().length !== before; await pause(quiet)) {
    before = provider.threads().length;
    collectGarbage();
  }
}

let patience = 5000;

/** Waits for what the garbage collector and the calls under way release. What stays once, stays. */
export async function untilNothingIsAlive() {
  const end = performance.now() + patience;
  while (isAlive() && performance.now() < end) {
    collectGarbage();
    await pause(1);
  }
  if (isAlive()) patience = 0;
}

/** Whether anything is held, or a call is under way. */
export function isAlive() {
  const { credentials, contexts, buffers, tokens } = provider.counters();
  return credentials + contexts + buffers + tokens > 0;
}

// Wine does not start a program at times, while other processes end.
function handles(attempts = 5) {
  try {
    return Number(execFileSync('handle_count.exe', [String(process.pid)]));
  } catch (error) {
    if (error.code !== 'UNKNOWN' || attempts === 1) throw error;
    return handles(attempts - 1);
  }
}

/**
 * What has grown since the first sample.
 * @param {Sample[]} samples
 * @param {Partial<Sample>} nodesOwn what each unit of the work leaves behind without winsspi
 * @returns {string[]} a sentence for each figure
 */
export function growth(samples, nodesOwn = {}) {
  const last = samples.at(-1);
  const firstOf = (name) => samples[name === 'resident' ? samples.length >> 1 : 0];
  const grown = Object.entries(allowances)
    .map(([name, allowance]) => {
      const first = firstOf(name);
      const units = last.done - first.done;
      const allowed = allowance + Math.ceil(1.25 * units * (nodesOwn[name] ?? 0));
      return { name, allowed, more: last[name] - first[name] };
    })
    .filter(({ more, allowed }) => more > allowed)
    .map(({ name, allowed, more }) => `${name} grew by ${more}, where ${allowed} is allowed`);
  return [...grown, ...last.errors];
}
