import {
  type Binding,
  errorOf,
  type NativeContext,
  type NativeCopyOutcome,
  type NativeFailure,
  type NativeMessageFunction,
  type NativeOpened,
  type NativeRange,
  resultOf,
} from '../addon/binding.js';
import { byteLengthOf, rangeOf } from '../bytes.js';
import { usageError } from '../errors/usage-error.js';
import { validateBytes } from '../validate.js';
import type { SecBuffer } from './buffers.js';
import { outputMemory } from './output-memory.js';

// Messages across the addon's boundary. The bytes go as they are; everything else goes through the
// words of binding.layout, which stand in the order of Layout in native/environment.h.

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

/** What SSPI can count. */
const MOST_BYTES = 0xffffffff;

/** How many buffers a call can have. */
export const MAX_BUFFERS = 32;

// In the order of kOperations in native/message_binding.cc.
const operations = {
  encryptMessage: 0,
  decryptMessage: 1,
  makeSignature: 2,
  verifySignature: 3,
  applyControlToken: 4,
} as const;
const WRAP = 5;
const WRAP_INTO = 6;
const UNWRAP = 7;

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

/** One call over SecBuffers, with checked arguments. */
export interface BufferCall<Name extends keyof typeof operations = keyof typeof operations> {
  readonly name: Name;
  readonly buffers: readonly SecBuffer[];
  readonly qop: number;
  readonly sequenceNumber: number;
}

/** What sealing may add to a message, in bytes. */
export interface WrapRoom {
  readonly token: number;
  readonly padding: number;
}

/** The addon's functions for the messages of one context. They throw what fails. */
export class NativeMessages {
  readonly #binding: Binding;
  readonly #context: NativeContext;
  readonly #layout: Uint32Array;
  readonly #call: NativeMessageFunction;

  constructor(binding: Binding, context: NativeContext) {
    this.#binding = binding;
    this.#context = context;
    this.#layout = binding.layout;
    this.#call = binding.messageFunction(context);
  }

  callBuffers(call: BufferCall): MessageResult {
    const { buffers } = call;
    const layout = this.#layout;
    writeLayout(layout, call);
    layout[OPERATION] = operations[call.name];
    layout[DONE] = 0;
    const failure = this.#pass(buffers);
    if (layout[DONE] === 0) throw failed(failure, memoryNames(buffers));
    return readResult(layout, buffers);
  }

  // A call with its arguments is faster than one with a list of them.
  #pass(buffers: readonly SecBuffer[]): undefined | NativeFailure {
    const data = (index: number) => (buffers[index] as SecBuffer).data;
    switch (buffers.length) {
      case 2:
        return this.#call(data(0), data(1));
      case 3:
        return this.#call(data(0), data(1), data(2));
      case 4:
        return this.#call(data(0), data(1), data(2), data(3));
      default:
        return this.#call(...buffers.map((buffer) => buffer.data));
    }
  }

  /** The same off the JavaScript thread. */
  async callBuffersAsync(call: BufferCall<MessageFunctionName>): Promise<MessageResult> {
    writeLayout(this.#layout, call);
    const memory = call.buffers.map(({ data }) => data);
    const outcome = await new Promise<NativeCopyOutcome>((settle) => {
      this.#binding[`${call.name}Async`](this.#context, settle, ...memory);
    });
    if (outcome.failure) throw errorOf(outcome.failure);
    if (!outcome.written) throw memoryError();
    return readResult(outcome.layout, call.buffers);
  }

  /** Seals the message in memory that laidOut() made, off the JavaScript thread. */
  async wrapAsync(memory: Buffer, qop: number, { token, padding }: WrapRoom): Promise<Buffer> {
    const sealed = await new Promise<NativeRange | NativeFailure>((settle) => {
      this.#binding.wrapAsync(this.#context, settle, memory, qop, token, padding);
    });
    const { offset, length } = resultOf(sealed);
    return memory.subarray(offset, offset + length);
  }

  /** Opens the message in memory that ownCopy() made, off the JavaScript thread. */
  async unwrapAsync(
    memory: Buffer,
    tokenLength: number | undefined,
  ): Promise<{ message: Buffer; qop: number }> {
    const opened = await new Promise<NativeOpened | NativeFailure>((settle) => {
      this.#binding.unwrapAsync(this.#context, settle, memory, tokenLength);
    });
    const { offset, length, qop } = resultOf(opened);
    return { message: memory.subarray(offset, offset + length), qop };
  }

  /** Seals a message in new memory. */
  wrap(message: Uint8Array, qop: number, room: WrapRoom): Buffer {
    const layout = this.#layout;
    const length = byteLengthOf(message) + room.token + room.padding;
    if (length > MOST_BYTES) throw lengthError(message, room);
    const memory = outputMemory.reserve(length);
    writeWrap(layout, WRAP, qop, room, outputMemory.offset);
    const failure = this.#call(memory, message);
    if (layout[DONE] === 0) throw failed(failure, [['message', message]]);
    return outputMemory.keep(memory, read(layout, RESULT_OFFSET), read(layout, RESULT_LENGTH));
  }

  /** Seals a message at the start of memory; gives the length. Nothing: it cannot be done there. */
  wrapInto(
    target: Uint8Array,
    message: Uint8Array,
    qop: number,
    room: WrapRoom,
  ): number | undefined {
    const layout = this.#layout;
    writeWrap(layout, WRAP_INTO, qop, room, 0);
    const failure = this.#call(target, message);
    if (layout[DONE] === 1) return read(layout, RESULT_LENGTH);
    if (failure) throw errorOf(failure);
    return undefined;
  }

  /** Opens a message in new memory: a stream, or a token of this length with a message behind it. */
  unwrap(sealed: Uint8Array, tokenLength: number | undefined): { message: Buffer; qop: number } {
    const layout = this.#layout;
    if (byteLengthOf(sealed) > MOST_BYTES) validateBytes(sealed, 'sealed');
    const memory = outputMemory.reserve(byteLengthOf(sealed));
    layout[OPERATION] = UNWRAP;
    layout[DONE] = 0;
    layout[TOKEN_LENGTH] = tokenLength ?? STREAM;
    layout[RESULT_OFFSET] = outputMemory.offset;
    const failure = this.#call(memory, sealed);
    if (layout[DONE] === 0) throw failed(failure, [['sealed', sealed]]);
    const [offset, length] = [read(layout, RESULT_OFFSET), read(layout, RESULT_LENGTH)];
    return { message: outputMemory.keep(memory, offset, length), qop: read(layout, QOP) };
  }
}

/** A message in memory of its own, between the rooms: for NativeMessages.wrapAsync(). */
export function laidOut(message: Uint8Array, { token, padding }: WrapRoom): Buffer {
  const memory = Buffer.allocUnsafeSlow(token + byteLengthOf(message) + padding);
  memory.set(message, token);
  return memory;
}

/** A copy in memory of its own: for NativeMessages.unwrapAsync(). */
export function ownCopy(bytes: Uint8Array): Buffer {
  const memory = Buffer.allocUnsafeSlow(byteLengthOf(bytes));
  memory.set(bytes);
  return memory;
}

/** The error of a call that has not done it: a failure, or memory that the addon cannot take. */
function failed(
  failure: undefined | NativeFailure,
  memory: readonly (readonly [name: string, value: Uint8Array | null])[],
): Error {
  if (failure) return errorOf(failure);
  for (const [name, value] of memory) if (value !== null) validateBytes(value, name);
  return memoryError();
}

function lengthError(message: Uint8Array, { token, padding }: WrapRoom): Error {
  return usageError(
    'ERR_OUT_OF_RANGE',
    `"message" must not be longer than ${MOST_BYTES - token - padding} bytes. ` +
      `Received ${byteLengthOf(message)} bytes`,
  );
}

const memoryNames = (buffers: readonly SecBuffer[]) =>
  buffers.map(({ data }, index) => [`buffers[${index}].data`, data] as const);

function memoryError(): Error {
  return usageError(
    'ERR_INVALID_ARG_VALUE',
    'The memory was detached or resized during the call: its result is lost',
  );
}

// No code of the caller's runs between this and the call: the words are everybody's.
function writeLayout(layout: Uint32Array, { buffers, qop, sequenceNumber }: BufferCall): void {
  layout[QOP] = qop;
  layout[SEQUENCE_NUMBER] = sequenceNumber;
  for (let index = 0; index < buffers.length; index++) {
    layout[wordOf(index) + TYPE] = (buffers[index] as SecBuffer).type;
  }
}

function writeWrap(
  layout: Uint32Array,
  operation: number,
  qop: number,
  { token, padding }: WrapRoom,
  offset: number,
): void {
  layout[OPERATION] = operation;
  layout[DONE] = 0;
  layout[QOP] = qop;
  layout[TOKEN_LENGTH] = token;
  layout[PADDING_LENGTH] = padding;
  layout[RESULT_OFFSET] = offset;
}

function readResult(layout: Uint32Array, buffers: readonly SecBuffer[]): MessageResult {
  const returned: SecBuffer[] = [];
  for (let index = 0; index < buffers.length; index++) {
    returned.push(returnedBuffer(layout, buffers, index));
  }
  return { qop: read(layout, QOP), status: read(layout, STATUS), buffers: returned };
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
