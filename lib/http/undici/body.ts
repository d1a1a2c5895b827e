import { type Readable, Stream } from 'node:stream';
import { headerOf } from './headers.js';
import type { DispatchOptions } from './types.js';

type Source = AsyncIterable<unknown> | Iterable<unknown>;

/** A body that is read once, and kept while it is, to be sent again from its beginning. */
export class KeptBody {
  readonly #source: Source;
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  readonly #parts: unknown[] = [];
  #ended = false;

  constructor(source: Source) {
    this.#source = source;
    this.#iterator =
      Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  /** Nobody sends it any more. */
  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    // A stream that nobody has read from does not hear of the end of its iterator.
    if (this.#source instanceof Stream) (this.#source as Partial<Readable>).destroy?.();
    Promise.resolve(this.#iterator.return?.()).catch(() => {});
  }

  // Who stops in the middle begins anew: the source stays open.
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    for (let index = 0; ; index++) {
      if (index === this.#parts.length && !(await this.#readOn())) return;
      yield this.#parts[index];
    }
  }

  async #readOn(): Promise<boolean> {
    if (this.#ended) return false;
    const { done, value } = await this.#iterator.next();
    if (done) this.#ended = true;
    else this.#parts.push(value);
    return !done;
  }
}

/** Hears of the errors of a stream, which would end the process where nobody else does. */
export function onErrorOf(body: unknown, listener: (error: Error) => void): void {
  if (body instanceof Stream) body.on('error', listener);
}

/** What is sent as the body of a request: kept, where it is short enough and could not be sent twice. */
export function sendable(
  { body, headers }: DispatchOptions,
  maxKeptBody: number,
): { body: unknown; isReplayable: boolean } {
  if (!isSource(body)) return { body, isReplayable: true };
  const length = Number(headerOf(headers, 'content-length') ?? Number.NaN);
  if (!(length <= maxKeptBody)) return { body, isReplayable: false };
  return { body: new KeptBody(body), isReplayable: true };
}

// undici reads bytes, text, blobs and forms as often as it sends them.
const readAgain = ['Blob', 'File', 'FormData'];

function isSource(body: unknown): body is Source {
  if (typeof body !== 'object' || body === null) return false;
  if (ArrayBuffer.isView(body) || body instanceof ArrayBuffer) return false;
  const tag = (body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (readAgain.includes(tag as string)) return false;
  return Symbol.asyncIterator in body || Symbol.iterator in body;
}
