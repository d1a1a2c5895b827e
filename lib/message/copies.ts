import { allocBytes, byteLengthOf, rangeOf, writeBytes } from '../bytes.js';
import { createError } from '../errors/usage-error.js';
import { createArray } from './array.js';
import type { SecBuffer } from './buffers.js';
import { writeEntry } from './call-frame.js';
import type { MessageSizes } from './sizes.js';

// What calls on another thread work in: memory that code of the caller's cannot reach meanwhile. It is
// allocated here, where a shortage of memory is an error and does not end the process.

/** What the words of a frame can count. */
const MOST_BYTES = 0xffffffff;

/** Copies of buffers, one behind the other in one memory. */
export class BufferCopies {
  readonly memory: Buffer;
  readonly #buffers: readonly SecBuffer[];
  readonly #copies: readonly (Uint8Array | null)[];

  /** Copies the memory of the buffers, and writes to the frame where each copy is. */
  constructor(frame: Uint32Array, buffers: readonly SecBuffer[]) {
    const memory = allocBytes(totalLength(buffers));
    let end = 0;
    this.memory = memory;
    this.#buffers = buffers;
    this.#copies = createArray(buffers.length, (index) => {
      const { data } = buffers[index] as SecBuffer;
      const offset = end;
      const length = data === null ? undefined : byteLengthOf(data);
      writeEntry(frame, index, offset, length);
      if (data === null || length === undefined) return null;
      end += aligned(length);
      writeBytes(memory, data, offset);
      return rangeOf(memory, offset, length);
    });
  }

  /** Writes the copies into the buffers. Throws, and writes nothing, where memory has gone meanwhile. */
  writeBack(): void {
    this.#forEach((data, copy, index) => {
      if (byteLengthOf(data) === byteLengthOf(copy)) return;
      throw createError('ERR_SSPI_BUFFER_DETACHED', `buffers[${index}].data`);
    });
    this.#forEach((data, copy) => writeBytes(data, copy));
  }

  #forEach(visit: (data: Uint8Array, copy: Uint8Array, index: number) => void): void {
    for (let index = 0; index < this.#buffers.length; index++) {
      const { data } = this.#buffers[index] as SecBuffer;
      const copy = this.#copies[index];
      if (data && copy) visit(data, copy, index);
    }
  }
}

/** Packages get memory that is aligned, as allocators give it. */
const aligned = (length: number): number => Math.ceil(length / 16) * 16;

function totalLength(buffers: readonly SecBuffer[]): number {
  let total = 0;
  for (let index = 0; index < buffers.length; index++) {
    const { data } = buffers[index] as SecBuffer;
    if (data !== null) total += aligned(byteLengthOf(data));
  }
  if (total <= MOST_BYTES) return total;
  throw createError('ERR_OUT_OF_RANGE', 'buffers', `<= ${MOST_BYTES} bytes in all`, total);
}

/** New memory with the message between the room for a token and that for padding. */
export function allocWrapBuffer(
  message: Uint8Array,
  { trailerSize, paddingSize }: MessageSizes,
): Buffer {
  const length = trailerSize + byteLengthOf(message) + paddingSize;
  if (length > MOST_BYTES) {
    const most = `<= ${MOST_BYTES - trailerSize - paddingSize}`;
    throw createError('ERR_OUT_OF_RANGE', 'message.byteLength', most, byteLengthOf(message));
  }
  const memory = allocBytes(length);
  writeBytes(memory, message, trailerSize);
  return memory;
}
