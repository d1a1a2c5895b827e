// Memory for what short messages become. Many share one slab, as in Node's own pool: memory of its
// own costs a message more than all the rest of the binding.

const SLAB_LENGTH = 8192;
const MOST_IN_SLAB = SLAB_LENGTH / 4;

let slab: Buffer = Buffer.alloc(0);
let used = 0;

/** Memory for one call after another: what is not kept is for the next call. */
export const outputMemory = {
  /** Where the next call works: from `offset` on there are as many bytes as were asked for. */
  memory: slab,
  offset: 0,

  reserve(length: number): void {
    if (length > MOST_IN_SLAB) {
      this.memory = Buffer.allocUnsafeSlow(length);
      this.offset = 0;
      return;
    }
    // The slab's length: its memory could have been taken away.
    if (slab.length - used < length) startSlab();
    this.memory = slab;
    this.offset = used;
  },

  /** What the call left there, which is the caller's from now on. */
  keep(offset: number, length: number): Buffer {
    const { memory } = this;
    const end = offset + length;
    if (memory === slab) {
      // Each begins where any number can lie.
      used = (end + 7) & ~7;
    } else {
      this.memory = slab;
      if (offset === 0 && length === memory.length) return memory;
    }
    return memory.subarray(offset, end);
  },
};

function startSlab(): void {
  slab = Buffer.allocUnsafeSlow(SLAB_LENGTH);
  used = 0;
  // Who transfers one message to another thread must not take the others along.
  process.getBuiltinModule('node:worker_threads').markAsUntransferable(slab.buffer);
}
