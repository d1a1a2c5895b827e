import { Stream } from 'node:stream';
import { bodyError, bodyLengthError } from './errors.js';

export type BodySource = AsyncIterable<unknown> | Iterable<unknown>;

/**
 * A body that is read once, and sent from its beginning as often as it takes: what has been read is kept,
 * up to a limit. Iterating gives the kept parts, then reads on.
 */
export class ReplayableBody {
  /** Its bytes, where they are known before. More, or fewer, are an error. */
  readonly length: number | undefined;
  readonly #source: BodySource;
  readonly #limit: number;
  #iterator: AsyncIterator<unknown> | Iterator<unknown> | undefined;
  #kept: Uint8Array[] | undefined = [];
  /** How many bytes, and parts, have been read. */
  #read = 0;
  #parts = 0;
  #isAtEnd = false;
  #reading: Promise<Uint8Array | undefined> | undefined;
  #error: { readonly reason: unknown } | undefined;

  constructor(source: BodySource, limit: number, length?: number) {
    this.#source = source;
    this.#limit = limit;
    this.length = length;
  }

  get isReplayable(): boolean {
    return this.#kept !== undefined;
  }

  /** Ends the source. A sending that is still under way fails, and does not look complete. */
  close(): void {
    if (this.#isAtEnd || this.#error) return;
    this.#error = { reason: bodyError('The request has ended') };
    this.#kept = undefined;
    this.#endSource().catch(() => {});
  }

  // The source is the caller's: what it throws has no meaning any more.
  async #endSource(): Promise<void> {
    try {
      // A stream that was never read does not hear of the end of its iterator.
      if (this.#source instanceof Stream) {
        const { destroy } = this.#source as { destroy?: () => void };
        destroy?.call(this.#source);
      }
    } finally {
      await this.#iterator?.return?.();
    }
  }

  // Leaving the loop in the middle ends the sending, and not the source. What was read and is not kept cannot
  // be sent again: without it, the server would take the rest for the whole.
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (let index = 0; ; index++) {
      const isRead = index < this.#parts;
      const part = isRead ? this.#kept?.[index] : await this.#next();
      if (isRead && part === undefined) throw bodyError('The request must be sent again');
      if (part === undefined) return;
      yield part;
    }
  }

  // A sending that has ended may have left a read under way: its part is the next one's.
  #next(): Promise<Uint8Array | undefined> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOn(): Promise<Uint8Array | undefined> {
    // What follows an error is not the end: the body would look complete.
    if (this.#error) throw this.#error.reason;
    if (this.#isAtEnd) return undefined;
    try {
      const part = await this.#take();
      this.#read += part?.byteLength ?? 0;
      const { length } = this;
      if (length !== undefined && (part ? this.#read > length : this.#read !== length)) {
        throw bodyLengthError(this.#read, length);
      }
      this.#isAtEnd = part === undefined;
      if (part) this.#parts += 1;
      if (this.#read > this.#limit) this.#kept = undefined;
      else if (part) this.#kept?.push(part);
      return part;
    } catch (reason) {
      this.#error = { reason };
      throw reason;
    }
  }

  async #take(): Promise<Uint8Array | undefined> {
    const source = this.#source;
    this.#iterator ??=
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
    const { done, value } = await this.#iterator.next();
    return done ? undefined : bytesOf(value);
  }
}

function bytesOf(part: unknown): Uint8Array {
  if (part instanceof Uint8Array) return part;
  if (typeof part === 'string') return Buffer.from(part);
  if (part instanceof ArrayBuffer) return new Uint8Array(part);
  if (ArrayBuffer.isView(part))
    return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  throw new TypeError('A body must consist of text and bytes');
}
