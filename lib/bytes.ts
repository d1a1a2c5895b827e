// Views of memory by what they are, whatever properties and subclasses a caller has given them: no
// code of the caller's runs between a check and the call that it was for.

const typedArray = Object.getPrototypeOf(Uint8Array.prototype);

function getter<Value>(name: 'buffer' | 'byteLength' | 'byteOffset'): (bytes: Uint8Array) => Value {
  const get = Object.getOwnPropertyDescriptor(typedArray, name)?.get as () => Value;
  return (bytes) => Reflect.apply(get, bytes, []);
}

export const arrayBufferOf = getter<ArrayBufferLike>('buffer');
export const byteLengthOf = getter<number>('byteLength');
const byteOffsetOf = getter<number>('byteOffset');

/** Copies bytes into memory that the caller does not have. */
export function copyBytes(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(byteLengthOf(bytes));
  // set() throws for a detached array, which has no bytes.
  if (byteLengthOf(copy) > 0) copy.set(bytes);
  return copy;
}

/** A range of the same memory. A Buffer of a Buffer, otherwise a Uint8Array. */
export function rangeOf(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  const start = byteOffsetOf(bytes) + offset;
  return Buffer.isBuffer(bytes)
    ? Buffer.from(arrayBufferOf(bytes) as ArrayBuffer, start, length)
    : new Uint8Array(arrayBufferOf(bytes), start, length);
}
