import {
  type Binding,
  errorOf,
  getBinding,
  type NativeCopyOutcome,
  type NativeFailure,
  type NativeMessageFunction,
  type NativeOpened,
  type NativeRange,
  resultOf,
} from '../addon/binding.js';
import { byteLengthOf } from '../bytes.js';
import { usageError } from '../errors/usage-error.js';
import { validateBytes } from '../validate.js';
import type { SecBuffer } from './buffers.js';
import {
  type BufferCall,
  type BufferCallResult,
  isDone,
  type MessageFunctionName,
  readBufferCall,
  readLength,
  readOffset,
  readQop,
  writeBufferCall,
  writeUnwrapCall,
  writeWrapCall,
} from './call-frame.js';
import type { MessageContext } from './messages.js';
import { outputMemory } from './output-memory.js';
import { type MessageSizes, queryMessageSizes } from './sizes.js';

/** What SSPI can count. */
const MOST_BYTES = 0xffffffff;

/** The addon's functions for the messages of one context. They throw what fails. */
export class NativeMessages {
  readonly context: MessageContext;
  readonly #binding: Binding;
  readonly #frame: Uint32Array;
  readonly #call: NativeMessageFunction;
  // Asked for at the first message. They change with the context's steps only: see invalidateSizes().
  #sizes: MessageSizes | undefined;

  constructor(context: MessageContext) {
    const binding = getBinding();
    this.context = context;
    this.#binding = binding;
    this.#frame = binding.layout;
    this.#call = binding.messageFunction(context.handle);
  }

  /** The sizes of a complete context. */
  get sizes(): MessageSizes {
    const { handle, flags } = this.context;
    this.#sizes ??= queryMessageSizes(handle, flags.dceStyle === true);
    return this.#sizes;
  }

  invalidateSizes(): void {
    this.#sizes = undefined;
  }

  callBuffers(call: BufferCall): BufferCallResult {
    const { buffers } = call;
    const frame = this.#frame;
    writeBufferCall(frame, call);
    const failure = this.#pass(buffers);
    if (!isDone(frame)) throw callError(failure, memoryNames(buffers));
    return readBufferCall(frame, buffers);
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
  async callBuffersAsync(call: BufferCall<MessageFunctionName>): Promise<BufferCallResult> {
    writeBufferCall(this.#frame, call);
    const memory = call.buffers.map(({ data }) => data);
    const outcome = await new Promise<NativeCopyOutcome>((settle) => {
      this.#binding[`${call.name}Async`](this.context.handle, settle, ...memory);
    });
    if (outcome.failure) throw errorOf(outcome.failure);
    if (!outcome.written) throw memoryError();
    return readBufferCall(outcome.layout, call.buffers);
  }

  /** Wraps the message in memory that allocWrapBuffer() made, off the JavaScript thread. */
  async wrapAsync(memory: Buffer, qop: number, sizes: MessageSizes): Promise<Buffer> {
    const { trailerSize, paddingSize } = sizes;
    const wrapped = await new Promise<NativeRange | NativeFailure>((settle) => {
      this.#binding.wrapAsync(this.context.handle, settle, memory, qop, trailerSize, paddingSize);
    });
    const { offset, length } = resultOf(wrapped);
    return memory.subarray(offset, offset + length);
  }

  /** Unwraps the message in memory that copyBytes() made, off the JavaScript thread. */
  async unwrapAsync(
    memory: Buffer,
    tokenLength: number | undefined,
  ): Promise<{ message: Buffer; qop: number }> {
    const opened = await new Promise<NativeOpened | NativeFailure>((settle) => {
      this.#binding.unwrapAsync(this.context.handle, settle, memory, tokenLength);
    });
    const { offset, length, qop } = resultOf(opened);
    return { message: memory.subarray(offset, offset + length), qop };
  }

  /** Wraps a message in new memory. */
  wrap(message: Uint8Array, qop: number, sizes: MessageSizes): Buffer {
    const frame = this.#frame;
    const length = byteLengthOf(message) + sizes.trailerSize + sizes.paddingSize;
    if (length > MOST_BYTES) throw lengthError(message, sizes);
    const memory = outputMemory.reserve(length);
    writeWrapCall(frame, 'wrap', qop, sizes, outputMemory.offset);
    const failure = this.#call(memory, message);
    if (!isDone(frame)) throw callError(failure, [['message', message]]);
    return outputMemory.keep(memory, readOffset(frame), readLength(frame));
  }

  /**
   * Wraps a message at the start of the target; returns the length. undefined: one of the two is not
   * memory that a call can use, or the target is too small.
   */
  wrapInto(
    target: Uint8Array,
    message: Uint8Array,
    qop: number,
    sizes: MessageSizes,
  ): number | undefined {
    const frame = this.#frame;
    writeWrapCall(frame, 'wrapInto', qop, sizes, 0);
    const failure = this.#call(target, message);
    if (isDone(frame)) return readLength(frame);
    if (failure) throw errorOf(failure);
    return undefined;
  }

  /** Unwraps a message in new memory: a stream, or a token of this length with a message behind it. */
  unwrap(wrapped: Uint8Array, tokenLength: number | undefined): { message: Buffer; qop: number } {
    const frame = this.#frame;
    if (byteLengthOf(wrapped) > MOST_BYTES) validateBytes(wrapped, 'wrapped');
    const memory = outputMemory.reserve(byteLengthOf(wrapped));
    writeUnwrapCall(frame, tokenLength, outputMemory.offset);
    const failure = this.#call(memory, wrapped);
    if (!isDone(frame)) throw callError(failure, [['wrapped', wrapped]]);
    const message = outputMemory.keep(memory, readOffset(frame), readLength(frame));
    return { message, qop: readQop(frame) };
  }
}

/** New memory with the message between the room for a token and that for padding. */
export function allocWrapBuffer(
  message: Uint8Array,
  { trailerSize, paddingSize }: MessageSizes,
): Buffer {
  const memory = Buffer.allocUnsafeSlow(trailerSize + byteLengthOf(message) + paddingSize);
  memory.set(message, trailerSize);
  return memory;
}

/** A copy that shares its memory with no other Buffer. */
export function copyBytes(bytes: Uint8Array): Buffer {
  const memory = Buffer.allocUnsafeSlow(byteLengthOf(bytes));
  memory.set(bytes);
  return memory;
}

/** The error of a call that is not done: a failure, or memory that the addon cannot take. */
function callError(
  failure: undefined | NativeFailure,
  memory: readonly (readonly [name: string, value: Uint8Array | null])[],
): Error {
  if (failure) return errorOf(failure);
  for (const [name, value] of memory) if (value !== null) validateBytes(value, name);
  return memoryError();
}

function lengthError(message: Uint8Array, { trailerSize, paddingSize }: MessageSizes): Error {
  return usageError(
    'ERR_OUT_OF_RANGE',
    `"message" must not be longer than ${MOST_BYTES - trailerSize - paddingSize} bytes. ` +
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
