import { byteLengthOf, rangeOf } from '../bytes.js';
import type { SecBuffer } from './buffers.js';
import type { MessageSizes } from './sizes.js';

// The frame that all calls of the addon's message functions share: 32-bit words in memory that both
// sides see, in the order of Layout in native/environment.h. The bytes of a message go as arguments. No
// user code may run between writing the frame and reading it.

const OPERATION = 0;
const DONE = 1;
const QOP = 2;
const SEQUENCE_NUMBER = 3;
const STATUS = 4;
const TOKEN_LENGTH = 5;
const PADDING_LENGTH = 6;
const RESULT_OFFSET = 7;
const RESULT_LENGTH = 8;
const FIRST_BUFFER = 9;
const TYPE = 0;
const SOURCE = 1;
const OFFSET = 2;
const LENGTH = 3;
const WORDS_PER_BUFFER = 4;
const NO_SOURCE = 0xffffffff;
const STREAM = 0xffffffff;

/** How many buffers a call can have. */
export const MAX_BUFFERS = 32;

// In the order of kOperations in native/message_binding.cc.
const operations = {
  encryptMessage: 0,
  decryptMessage: 1,
  makeSignature: 2,
  verifySignature: 3,
  applyControlToken: 4,
  wrap: 5,
  wrapInto: 6,
  unwrap: 7,
} as const;

export type MessageFunctionName =
  | 'encryptMessage'
  | 'decryptMessage'
  | 'makeSignature'
  | 'verifySignature';

/** One call over SecBuffers, with checked arguments. */
export interface BufferCall<
  Name extends MessageFunctionName | 'applyControlToken' =
    | MessageFunctionName
    | 'applyControlToken',
> {
  readonly name: Name;
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
    frame[wordOf(index) + TYPE] = (buffers[index] as SecBuffer).type;
  }
}

export function readBufferCall(
  frame: Uint32Array,
  buffers: readonly SecBuffer[],
): BufferCallResult {
  const returned: SecBuffer[] = [];
  for (let index = 0; index < buffers.length; index++) {
    returned.push(returnedBuffer(frame, buffers, index));
  }
  return { qop: read(frame, QOP), status: read(frame, STATUS), buffers: returned };
}

/** `offset`: where in the memory the call may write. */
export function writeWrapCall(
  frame: Uint32Array,
  name: 'wrap' | 'wrapInto',
  qop: number,
  { trailerSize, paddingSize }: MessageSizes,
  offset: number,
): void {
  frame[OPERATION] = operations[name];
  frame[DONE] = 0;
  frame[QOP] = qop;
  frame[TOKEN_LENGTH] = trailerSize;
  frame[PADDING_LENGTH] = paddingSize;
  frame[RESULT_OFFSET] = offset;
}

/** `tokenLength`: of a token with the message behind it; absent: the package finds it in a stream. */
export function writeUnwrapCall(
  frame: Uint32Array,
  tokenLength: number | undefined,
  offset: number,
): void {
  frame[OPERATION] = operations.unwrap;
  frame[DONE] = 0;
  frame[TOKEN_LENGTH] = tokenLength ?? STREAM;
  frame[RESULT_OFFSET] = offset;
}

/** Whether the call has succeeded, and written its results. */
export const isDone = (frame: Uint32Array): boolean => frame[DONE] === 1;
export const readQop = (frame: Uint32Array): number => read(frame, QOP);
export const readOffset = (frame: Uint32Array): number => read(frame, RESULT_OFFSET);
export const readLength = (frame: Uint32Array): number => read(frame, RESULT_LENGTH);

function wordOf(index: number): number {
  return FIRST_BUFFER + index * WORDS_PER_BUFFER;
}

function read(frame: Uint32Array, word: number): number {
  return frame[word] as number;
}

function returnedBuffer(
  frame: Uint32Array,
  buffers: readonly SecBuffer[],
  index: number,
): SecBuffer {
  const word = wordOf(index);
  const type = read(frame, word + TYPE);
  const source = read(frame, word + SOURCE);
  const memory = source === NO_SOURCE ? null : (buffers[source]?.data ?? null);
  if (memory === null) return { type, data: null };
  const offset = read(frame, word + OFFSET);
  const length = read(frame, word + LENGTH);
  const whole = offset === 0 && length === byteLengthOf(memory);
  return { type, data: whole ? memory : rangeOf(memory, offset, length) };
}
