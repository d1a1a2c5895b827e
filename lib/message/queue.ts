import { usageError } from '../errors/usage-error.js';

/** Asynchronous calls that follow one another in the order in which they were made. */
export class Queue {
  #last: Promise<unknown> | undefined;
  #length = 0;

  /** Runs a call at once, or when those before it have ended, however they ended. */
  async run<Value>(call: () => Promise<Value>): Promise<Value> {
    this.#length += 1;
    const result = this.#length === 1 || !this.#last ? call() : this.#last.then(call);
    // Not its value, which may be long and secret.
    this.#last = result.then(
      () => {},
      () => {},
    );
    try {
      return await result;
    } finally {
      this.#length -= 1;
    }
  }

  /** Throws while there are calls that a synchronous one would overtake. */
  assertEmpty(): void {
    if (this.#length === 0) return;
    throw usageError(
      'ERR_SSPI_CONTEXT_BUSY',
      'The context is busy with an asynchronous call in the same direction: await it first, or ' +
        'make this call asynchronous too',
    );
  }
}
