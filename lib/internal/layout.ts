import type { SecBuffer } from '../buffers.js';
import { usageError } from '../errors.js';
import { type Binding, errorOf, type NativeContext, type NativeFailure } from './binding.js';
import { byteLengthOf, rangeOf } from './bytes.js';

// SecBuffer arrays across the addon's boundary. The bytes go as they are; qop, sequence number,
// status, types and ranges go through the words of binding.layout (Layout in native/environment.h).

const QOP = 0;
const SEQUENCE_NUMBER = 1;
const STATUS = 2;
const FIRST_BUFFER = 3;
const TYPE = 0;
const SOURCE = 1;
const OFFSET = 2;
const LENGTH = 3;
const WORDS_PER_BUFFER = 4;
const NO_SOURCE = 0xffffffff;

/** How many buffers a call can have. */
export const MAX_BUFFERS = 32;

export interface MessageResult {
  readonly qop: number;
  readonly status: number;
  readonly buffers: SecBuffer[];
}

export type MessageFunctionName =
  | 'encryptMessage'
  | 'decryptMessage'
  | 'makeSignature'
  | 'verifySignature';

/** The functions over SecBuffers. Those of messages have a form off the JavaScript thread too. */
export type BufferFunctionName = MessageFunctionName | 'applyControlToken';

/** One call, with checked arguments. */
export interface BufferCall<Name extends BufferFunctionName = BufferFunctionName> {
  readonly name: Name;
  readonly buffers: readonly SecBuffer[];
  readonly qop: number;
  readonly sequenceNumber: number;
}

/** Calls a function. Throws its error. */
export function callBufferFunction(
  binding: Binding,
  context: NativeContext,
  call: BufferCall,
): MessageResult {
  writeLayout(binding.layout, call);
  const failure = binding[call.name](context, ...memoryOf(call));
  return readResult(binding.layout, call, failure);
}

/** The same off the JavaScript thread. */
export async function callMessageFunctionAsync(
  binding: Binding,
  context: NativeContext,
  call: BufferCall<MessageFunctionName>,
): Promise<MessageResult> {
  writeLayout(binding.layout, call);
  const outcome = await binding[`${call.name}Async`](context, ...memoryOf(call));
  if (!outcome.failure && !outcome.written) throw memoryError();
  return readResult(outcome.layout, call, outcome.failure);
}

function memoryError(): Error {
  return usageError(
    'ERR_INVALID_ARG_VALUE',
    'The memory of "buffers" was detached or resized during the call: its result is lost',
  );
}

const memoryOf = ({ buffers }: BufferCall) => buffers.map(({ data }) => data);

// No code of the caller's runs between this and the call: the words are everybody's.
function writeLayout(layout: Uint32Array, { buffers, qop, sequenceNumber }: BufferCall): void {
  layout[QOP] = qop;
  layout[SEQUENCE_NUMBER] = sequenceNumber;
  for (const [index, { type }] of buffers.entries()) layout[wordOf(index) + TYPE] = type;
}

function readResult(
  layout: Uint32Array,
  { buffers }: BufferCall,
  failure: NativeFailure | undefined,
): MessageResult {
  if (failure) throw errorOf(failure);
  return {
    qop: read(layout, QOP),
    status: read(layout, STATUS),
    buffers: buffers.map((_, index) => returnedBuffer(layout, buffers, index)),
  };
}

function wordOf(index: number): number {
  return FIRST_BUFFER + index * WORDS_PER_BUFFER;
}

function read(layout: Uint32Array, word: number): number {
  return layout[word] as number;
}

function returnedBuffer(
  layout: Uint32Array,
  buffers: readonly SecBuffer[],
  index: number,
): SecBuffer {
  const word = wordOf(index);
  const type = read(layout, word + TYPE);
  const source = read(layout, word + SOURCE);
  const memory = source === NO_SOURCE ? null : (buffers[source]?.data ?? null);
  if (memory === null) return { type, data: null };
  const offset = read(layout, word + OFFSET);
  const length = read(layout, word + LENGTH);
  const whole = offset === 0 && length === byteLengthOf(memory);
  return { type, data: whole ? memory : rangeOf(memory, offset, length) };
}
