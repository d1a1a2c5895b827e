// Memory for what short messages become. Many share one slab, as in Node's own pool: memory of its
// own costs a message more than all the rest of the binding.

const SLAB_LENGTH = 8192;
const MOST_IN_SLAB = SLAB_LENGTH / 4;

let slab: Buffer = Buffer.alloc(0);
let used = 0;

/** Where in its memory a call may work. What it does not keep is for the next one. */
export const outputMemory = {
  offset: 0,

  /** Memory that has so many bytes from `offset` on. */
  reserve(length: number): Buffer {
    if (length > MOST_IN_SLAB) {
      this.offset = 0;
      return Buffer.allocUnsafeSlow(length);
    }
    // The slab's length: its memory could have been taken away.
    if (slab.length - used < length) startSlab();
    this.offset = used;
    return slab;
  },

  /** What the call left in the memory, which is the caller's from now on. */
  keep(memory: Buffer, offset: number, length: number): Buffer {
    const end = offset + length;
    // Each begins where any number can lie.
    if (memory === slab) used = (end + 7) & ~7;
    else if (offset === 0 && length === memory.length) return memory;
    return memory.subarray(offset, end);
  },
};

function startSlab(): void {
  slab = Buffer.allocUnsafeSlow(SLAB_LENGTH);
  used = 0;
  // Who transfers one message to another thread must not take the others along.
  process.getBuiltinModule('node:worker_threads').markAsUntransferable(slab.buffer);
}
