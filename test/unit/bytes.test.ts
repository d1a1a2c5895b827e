import { describe, expect, test } from 'vitest';
import {
  allocBytes,
  allocZeros,
  byteLengthOf,
  copyBytes,
  rangeOf,
  wipeBytes,
  writeBytes,
} from '../../lib/bytes.js';

describe('memory', () => {
  test.each([
    ['allocBytes', allocBytes],
    ['allocZeros', allocZeros],
  ])('that %s does not get is an error with a code', (_, alloc) => {
    // More than a Buffer can have: Node refuses it at once, where V8 would look for memory first.
    const length = 2 ** 53;
    expect(() => alloc(length)).toThrow(
      expect.objectContaining({
        code: 'ERR_MEMORY_ALLOCATION_FAILED',
        message: `Cannot allocate ${length} bytes`,
        cause: expect.any(RangeError),
      }),
    );
  });

  test.each([
    ['allocBytes', allocBytes(16)],
    ['allocZeros', allocZeros(16)],
    ['copyBytes', copyBytes(Buffer.alloc(16))],
  ])('of %s is shared with nothing', (_, bytes) => {
    expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, 16]);
  });

  test('of allocZeros is zeroed', () => {
    expect(allocZeros(3)).toEqual(Buffer.from([0, 0, 0]));
  });
});

describe('bytes', () => {
  test('are copied, whatever the caller has made of them', () => {
    const bytes = Buffer.from('some bytes');
    Object.defineProperty(bytes, 'length', { value: 1 });
    expect(copyBytes(bytes).toString()).toBe('some bytes');
  });

  test('of detached memory are none', () => {
    const bytes = new Uint8Array(8);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(byteLengthOf(bytes)).toBe(0);
    expect(copyBytes(bytes)).toEqual(Buffer.alloc(0));
  });

  test('are written at an offset, and nothing beside them', () => {
    const memory = Buffer.alloc(6, '.');
    writeBytes(memory, Buffer.from('ab'), 2);
    expect(memory.toString()).toBe('..ab..');
  });

  test('are wiped from a start to an end, and nothing beside them', () => {
    const memory = Buffer.from('abcdef');
    wipeBytes(memory, 2, 4);
    expect(memory).toEqual(Buffer.from('ab\0\0ef'));
  });

  test('have ranges of their own kind, in the same memory', () => {
    class Odd extends Uint8Array {}
    const memory = new ArrayBuffer(8);
    const ranges = [Buffer.from(memory, 1, 6), new Uint8Array(memory, 1, 6), new Odd(memory, 1, 6)];
    expect(ranges.map((bytes) => rangeOf(bytes, 2, 3))).toEqual([
      Buffer.from(memory, 3, 3),
      new Uint8Array(memory, 3, 3),
      new Uint8Array(memory, 3, 3),
    ]);
    expect(rangeOf(ranges[0] as Buffer, 2, 3).buffer).toBe(memory);
  });
});
