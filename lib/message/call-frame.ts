import { byteLengthOf, rangeOf } from '../bytes.js';
import { createArray } from './array.js';
import type { SecBuffer } from './buffers.js';

// The frame of a call: all that goes to the addon and back beside the bytes of a message, in 32-bit
// words, in the order of native/call_frame.h. The calls on the JavaScript thread share one. So no code
// of the caller's may run between writing a frame and reading it: here are only words of typed arrays,
// getters that were read when this module was loaded, and literals, which no setter of a prototype sees.

const OPERATION = 0;
const DONE = 1;
const QOP = 2;
const SEQUENCE_NUMBER = 3;
const STATUS = 4;
const TRAILER = 5;
const PADDING = 6;
const OFFSET = 7;
const LENGTH = 8;

const FIRST_ENTRY = 9;
const ENTRY_TYPE = 0;
const ENTRY_SOURCE = 1;
const ENTRY_OFFSET = 2;
const ENTRY_LENGTH = 3;
const WORDS_PER_ENTRY = 4;
const NO_SOURCE = 0xffffffff;

/** How many buffers a call can have. */
export const MAX_BUFFERS = 32;

/** In place of a token's length: the package finds the token in a stream. */
export const STREAM = 0xffffffff;

// In the order of Operation in native/call_frame.h.
const operations = {
  encryptMessage: 0,
  decryptMessage: 1,
  makeSignature: 2,
  verifySignature: 3,
  applyControlToken: 4,
  wrap: 5,
  unwrap: 6,
  sign: 7,
  verify: 8,
} as const;

/** A frame for one call on another thread. */
export function newFrame(): Uint32Array {
  return new Uint32Array(FIRST_ENTRY + WORDS_PER_ENTRY * MAX_BUFFERS);
}

/** One call over SecBuffers, with arguments that were read and checked. */
export interface BufferCall {
  readonly name:
    | 'encryptMessage'
    | 'decryptMessage'
    | 'makeSignature'
    | 'verifySignature'
    | 'applyControlToken';
  readonly buffers: readonly SecBuffer[];
  readonly qop: number;
  readonly sequenceNumber: number;
}

export interface BufferCallResult {
  readonly qop: number;
  readonly status: number;
  readonly buffers: SecBuffer[];
}

export function writeBufferCall(frame: Uint32Array, call: BufferCall): void {
  const { name, buffers, qop, sequenceNumber } = call;
  frame[OPERATION] = operations[name];
  frame[DONE] = 0;
  frame[QOP] = qop;
  frame[SEQUENCE_NUMBER] = sequenceNumber;
  for (let index = 0; index < buffers.length; index++) {
    frame[entryWord(index) + ENTRY_TYPE] = (buffers[index] as SecBuffer).type;
  }
}

export function readBufferCall(
  frame: Uint32Array,
  buffers: readonly SecBuffer[],
): BufferCallResult {
  return {
    qop: read(frame, QOP),
    status: read(frame, STATUS),
    buffers: createArray(buffers.length, (index) => returnedBuffer(frame, buffers, index)),
  };
}

/** Where in the memory of a call on another thread a buffer is. `length` undefined: it has no data. */
export function writeEntry(
  frame: Uint32Array,
  index: number,
  offset: number,
  length: number | undefined,
): void {
  const word = entryWord(index);
  frame[word + ENTRY_SOURCE] = length === undefined ? NO_SOURCE : index;
  frame[word + ENTRY_OFFSET] = offset;
  frame[word + ENTRY_LENGTH] = length ?? 0;
}

/**
 * A call over bytes, which writes its result at `offset` in its memory.
 *
 * @param trailer How much room a token gets; for `unwrap`, the token's length, or STREAM.
 * @param padding How much room the padding gets.
 */
export function writeBytesCall(
  frame: Uint32Array,
  name: 'wrap' | 'unwrap' | 'sign' | 'verify',
  qop: number,
  trailer: number,
  padding: number,
  offset: number,
): void {
  frame[OPERATION] = operations[name];
  frame[DONE] = 0;
  frame[QOP] = qop;
  frame[TRAILER] = trailer;
  frame[PADDING] = padding;
  frame[OFFSET] = offset;
}

/** Whether the call has succeeded, and written its results. */
export const isDone = (frame: Uint32Array): boolean => frame[DONE] === 1;
export const readQop = (frame: Uint32Array): number => read(frame, QOP);
export const readOffset = (frame: Uint32Array): number => read(frame, OFFSET);
export const readLength = (frame: Uint32Array): number => read(frame, LENGTH);

function entryWord(index: number): number {
  return FIRST_ENTRY + index * WORDS_PER_ENTRY;
}

function read(frame: Uint32Array, word: number): number {
  return frame[word] as number;
}

function returnedBuffer(
  frame: Uint32Array,
  buffers: readonly SecBuffer[],
  index: number,
): SecBuffer {
  const word = entryWord(index);
  const type = read(frame, word + ENTRY_TYPE);
  const source = read(frame, word + ENTRY_SOURCE);
  const memory = source < buffers.length ? (buffers[source] as SecBuffer).data : null;
  if (memory === null) return { type, data: null };
  const offset = read(frame, word + ENTRY_OFFSET);
  const length = read(frame, word + ENTRY_LENGTH);
  const whole = offset === 0 && length === byteLengthOf(memory);
  return { type, data: whole ? memory : rangeOf(memory, offset, length) };
}
