import { setImmediate as turn } from 'node:timers/promises';
import { SspiError } from 'winsspi';
import { provider, providerInstalled } from '../support/provider.js';
import { mutated, randomNumbers } from '../support/random.js';

// What strangers send: each attempt ends in a typed error or in a success, never in a dead process.
// `npm run fuzz` makes more of them, from a seed of its own.

const numberFrom = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

/** Every attempt has numbers of its own, which this and its place in the run decide. */
export const seed = numberFrom('WINSSPI_FUZZ_SEED', 20_240_501);

/** How often the attempts of a short run are made. */
export const times = numberFrom('WINSSPI_FUZZ_TIMES', 1);

/** For the tests' time limits. */
export const minute = 60_000 * times;

export type Below = (below: number) => number;
export type Change = (bytes: Buffer) => Buffer;

interface Kind {
  /** What is tried, for whoever has to repeat a failure. */
  readonly title: string;
  readonly count: number;
  /** The codes that an error may have. */
  readonly codes: RegExp;
}

/** How the attempts of this file ended. */
export class Attempts {
  tried = 0;
  refused = 0;
  readonly #codes = new Map<string, number>();

  /** Gives how many were refused. */
  async make(
    { title, count, codes }: Kind,
    attempt: (change: Change, below: Below) => unknown,
  ): Promise<number> {
    const before = this.refused;
    for (let index = 0; index < count; index++) {
      const below = randomNumbers(seed + this.tried);
      this.tried += 1;
      try {
        await attempt((bytes) => mutated(bytes, below), below);
      } catch (error) {
        if (!isTyped(error, codes)) {
          const place = `attempt ${index} of WINSSPI_FUZZ_SEED=${seed}`;
          throw new Error(`${title}: ${place}: ${error}`, { cause: error });
        }
        this.#refuse(error.code);
      }
      if (index % 1000 === 999) await rest();
    }
    await rest();
    return this.refused - before;
  }

  #refuse(code: string): void {
    this.refused += 1;
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  /** For the output of the run. */
  toString(): string {
    const sorted = [...this.#codes].sort(([, a], [, b]) => b - a);
    const codes = sorted.map(([code, count]) => `${code} ${count}`).join(', ');
    return `${this.tried} tried from seed ${seed}, ${this.refused} refused: ${codes}`;
  }
}

/** An error of the package's, or one of ours that says what cannot be passed to it. */
function isTyped(error: unknown, codes: RegExp): error is Error & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return false;
  if (error instanceof SspiError) return codes.test(error.code);
  return /^ERR_/.test(error.code) && codes.test(error.code);
}

// The test runner has messages of its own, and the provider remembers each call.
async function rest(): Promise<void> {
  if (providerInstalled) provider.forgetCalls();
  await turn();
}
