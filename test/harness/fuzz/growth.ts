import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'vitest';
import { handleCount, keepOneThread } from '../support/handle-count.js';
import { lab } from '../support/lab.js';
import { provider, providerInstalled } from '../support/provider.js';
import { times } from './attempts.js';

/** What a process has when nothing is under way. */
interface Holdings {
  /** The bytes of JavaScript's heap. */
  readonly javascript: number;
  /** The bytes on the heaps of Windows, on which the addon allocates. */
  readonly native: number;
  /**
   * The bytes of the process that are not V8's: what Wine's packages and those of the bridge have, which
   * allocate in Linux, each thread in an arena of its own.
   */
  readonly others: number;
  readonly handles: number;
}

const MiB = 2 ** 20;
/** Wine's Kerberos leaves a few bytes of each token that it refuses, and the libraries of Linux some more. */
const mayGrow: Holdings = {
  javascript: 2 * MiB,
  native: (1 + times / 16) * MiB,
  others: (24 + 2 * times) * MiB,
  handles: 8,
};
const names = Object.keys(mayGrow) as (keyof Holdings)[];

/** What a part of a run has left that the part before it had not. */
export class Growth {
  #before: Holdings | undefined;
  #grown = '';

  constructor() {
    keepOneThread();
  }

  /** At the end of each part. */
  async check(): Promise<void> {
    const [before, now] = [this.#before, await holdings()];
    this.#before = now;
    if (providerInstalled) {
      const nothing = { credentials: 0, contexts: 0, buffers: 0, tokens: 0, errors: [] };
      expect(provider.counters()).toMatchObject(nothing);
    }
    if (!before) return;
    this.#grown = names.map((name) => `${name} ${now[name] - before[name]}`).join(', ');
    for (const name of names) {
      expect(now[name] - before[name], `${name} of ${this}`).toBeLessThan(mayGrow[name]);
    }
  }

  toString(): string {
    return `growth in the second half (bytes, handles): ${this.#grown}`;
  }
}

async function holdings(): Promise<Holdings> {
  for (let i = 0; i < 3; i++) {
    collectGarbage();
    await turn();
  }
  const { heapUsed, heapTotal, rss } = process.memoryUsage();
  const handles = handleCount();
  const others = rss - heapTotal;
  return { javascript: heapUsed, native: heapBytesOfWindows(), others, handles };
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function heapBytesOfWindows(): number {
  if (!lab) return 0;
  const module = { exports: {} as { heapBytes(): number } };
  process.dlopen(module, lab.raw);
  return module.exports.heapBytes();
}
