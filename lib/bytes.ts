import { createError } from './errors/usage-error.js';

// Views of memory by what they are, whatever properties and subclasses a caller has given them: no
// code of the caller's runs between a check and the call that it was for. What Node and V8 do is read
// once, when this module is loaded.

const { apply } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf } = Object;
const { alloc, allocUnsafeSlow, from: bufferFrom, prototype: bufferPrototype } = Buffer;
const typedArray = getPrototypeOf(Uint8Array.prototype) as Uint8Array;
const { fill, set } = typedArray;

function getter<Value>(name: 'buffer' | 'byteLength' | 'byteOffset'): (bytes: Uint8Array) => Value {
  const get = getOwnPropertyDescriptor(typedArray, name)?.get as () => Value;
  return (bytes) => apply(get, bytes, []);
}

export const arrayBufferOf = getter<ArrayBufferLike>('buffer');
export const byteLengthOf = getter<number>('byteLength');
const byteOffsetOf = getter<number>('byteOffset');

// A detached ArrayBuffer has no length, and nearly every other one has.
const detached = getOwnPropertyDescriptor(ArrayBuffer.prototype, 'detached')?.get as () => boolean;

/** Whether the memory of an array was transferred, or taken away otherwise. It must not be shared. */
export const isDetached = (bytes: Uint8Array): boolean =>
  byteLengthOf(bytes) === 0 && apply(detached, arrayBufferOf(bytes), []);

/** A range of the same memory. A Buffer of a Buffer, otherwise a Uint8Array. */
export function rangeOf(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const start = byteOffsetOf(bytes) + offset;
  // Buffer.isBuffer() would ask the prototypes, which may be a Proxy.
  return getPrototypeOf(bytes) === bufferPrototype
    ? bufferFrom(arrayBufferOf(bytes) as ArrayBuffer, start, length)
    : new Uint8Array(arrayBufferOf(bytes), start, length);
}

/** Allocates memory that no other Buffer shares, with whatever it held before. */
export function allocBytes(length: number): Buffer {
  return allocate(allocUnsafeSlow, length);
}

/** The same, zeroed. */
export function allocZeros(length: number): Buffer {
  return allocate(alloc, length);
}

function allocate(allocator: (length: number) => Buffer, length: number): Buffer {
  try {
    return allocator(length);
  } catch (cause) {
    // V8's RangeError has no code.
    throw createError('ERR_MEMORY_ALLOCATION_FAILED', length, { cause });
  }
}

/** Writes bytes into memory that has room for them. */
export function writeBytes(memory: Uint8Array, bytes: Uint8Array, offset = 0): void {
  // A detached array has no bytes, and set() throws for it.
  if (byteLengthOf(bytes) > 0) apply(set, memory, [bytes, offset]);
}

/** Copies bytes into memory that no other Buffer shares. */
export function copyBytes(bytes: Uint8Array): Buffer {
  const copy = allocBytes(byteLengthOf(bytes));
  writeBytes(copy, bytes);
  return copy;
}

/** Copies bytes outside of V8's heap, which moves short arrays and leaves what they held behind. */
export function copySecret(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new ArrayBuffer(byteLengthOf(bytes)));
  writeBytes(copy, bytes);
  return copy;
}

/** Overwrites a range with zeros. */
export function wipeBytes(bytes: Uint8Array, start: number, end: number): void {
  apply(fill, bytes, [0, start, end]);
}
