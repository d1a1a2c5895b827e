import { allocBytes, allocZeros, byteLengthOf, rangeOf, wipeBytes } from '../bytes.js';

const SLAB_LENGTH = 8192;
const MOST_IN_SLAB = SLAB_LENGTH / 4;

const noSlab = Buffer.alloc(0);

/**
 * Memory for the results of one context. Short ones share a slab, as in Node's own pool: to allocate
 * memory for one takes longer than all the rest of the binding. No other context has the slab: who
 * copies a whole ArrayBuffer, as postMessage() does, copies no other connection's messages.
 */
export class OutputMemory {
  /** Where in the reserved memory the call may write. */
  offset = 0;
  #slab: Buffer = noSlab;
  #used = 0;

  /** Memory that has so many bytes from `offset` on. */
  reserve(length: number): Buffer {
    if (length > MOST_IN_SLAB) {
      this.offset = 0;
      return allocBytes(length);
    }
    // A caller may have taken its memory away: its length is then 0.
    if (byteLengthOf(this.#slab) - this.#used < length) this.#startSlab();
    this.offset = this.#used;
    return this.#slab;
  }

  /** What the call wrote, which belongs to the caller from now on. */
  keep(memory: Buffer, offset: number, length: number): Buffer {
    // Aligns the next to 8 bytes.
    if (memory === this.#slab) this.#used = (offset + length + 7) & ~7;
    return rangeOf(memory, offset, length) as Buffer;
  }

  /** Removes what a call that failed has left: the next result in the slab must not lie beside it. */
  wipe(memory: Buffer, length: number): void {
    wipeBytes(memory, this.offset, this.offset + length);
  }

  #startSlab(): void {
    this.#slab = allocZeros(SLAB_LENGTH);
    this.#used = 0;
    // A message that is transferred to another thread must not take the others along.
    process.getBuiltinModule('node:worker_threads').markAsUntransferable(this.#slab.buffer);
  }
}
