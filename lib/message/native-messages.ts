import {
  type Binding,
  errorOf,
  getBinding,
  type NativeFailure,
  type NativeMessageFunction,
} from '../addon/binding.js';
import { byteLengthOf, rangeOf, wipeBytes } from '../bytes.js';
import { createError } from '../errors/usage-error.js';
import { validateBytes } from '../validate.js';
import { createArray } from './array.js';
import type { SecBuffer } from './buffers.js';
import {
  type BufferCall,
  type BufferCallResult,
  isDone,
  newFrame,
  readBufferCall,
  readLength,
  readOffset,
  readQop,
  writeBufferCall,
  writeBytesCall,
  writeEntry,
} from './call-frame.js';
import { BufferCopies } from './copies.js';
import type { MessageContext } from './messages.js';
import { OutputMemory } from './output-memory.js';
import { type MessageSizes, queryMessageSizes } from './sizes.js';
import { validateMemory } from './valid-buffers.js';

const { apply } = Reflect;

/** What SSPI can count. */
const MOST_BYTES = 0xffffffff;

/** The message functions of the addon for one context. Arguments and state were checked before. */
export class NativeMessages {
  readonly context: MessageContext;
  readonly #binding: Binding;
  readonly #frame: Uint32Array;
  readonly #call: NativeMessageFunction;
  readonly #output = new OutputMemory();
  // Asked for at the first message. They change with the context's steps only: see invalidateSizes().
  #sizes: MessageSizes | undefined;

  constructor(context: MessageContext) {
    const binding = getBinding();
    this.context = context;
    this.#binding = binding;
    this.#frame = binding.callFrame;
    this.#call = binding.messageFunction(context.handle);
  }

  /** The sizes of a complete context. */
  get sizes(): MessageSizes {
    const { handle, flags } = this.context;
    this.#sizes ??= queryMessageSizes(handle, flags.dceStyle === true);
    return this.#sizes;
  }

  /** After steps of a complete context, which may have agreed on another cipher. */
  invalidateSizes(): void {
    this.#sizes = undefined;
  }

  /** Calls a function over SecBuffers, in the caller's memory. */
  callBuffers(call: BufferCall): BufferCallResult {
    const { buffers } = call;
    const frame = this.#frame;
    writeBufferCall(frame, call);
    const data = (index: number) => (buffers[index] as SecBuffer).data;
    const failure = apply(this.#call, undefined, createArray(buffers.length, data));
    if (isDone(frame)) return readBufferCall(frame, buffers);
    if (failure) throw errorOf(failure);
    validateMemory(buffers);
    throw createError('ERR_SSPI_BUFFER_DETACHED', 'buffers');
  }

  /** Encrypts a message in new memory. */
  callWrap(message: Uint8Array, qop: number, { trailerSize, paddingSize }: MessageSizes): Buffer {
    const frame = this.#frame;
    const length = byteLengthOf(message) + trailerSize + paddingSize;
    if (length > MOST_BYTES)
      throw lengthError('message', message, MOST_BYTES - trailerSize - paddingSize);
    const memory = this.#output.reserve(length);
    writeBytesCall(frame, 'wrap', qop, trailerSize, paddingSize, this.#output.offset);
    const failure = this.#call(memory, message);
    if (isDone(frame)) return this.#output.keep(memory, readOffset(frame), readLength(frame));
    this.#output.wipe(memory, length);
    throw callError(failure, 'message', message);
  }

  /**
   * Encrypts a message at the start of the target; returns the length. undefined: one of the two is not
   * memory that a call can use, or the target is too small.
   */
  callWrapInto(
    target: Uint8Array,
    message: Uint8Array,
    qop: number,
    { trailerSize, paddingSize }: MessageSizes,
  ): number | undefined {
    const frame = this.#frame;
    writeBytesCall(frame, 'wrap', qop, trailerSize, paddingSize, 0);
    const failure = this.#call(target, message);
    if (isDone(frame)) return readLength(frame);
    if (failure) throw errorOf(failure);
    return undefined;
  }

  /** Decrypts a message in new memory. `tokenLength`: of the token at its start, or STREAM. */
  callUnwrap(wrapped: Uint8Array, tokenLength: number): { message: Buffer; qop: number } {
    const frame = this.#frame;
    const length = byteLengthOf(wrapped);
    if (length > MOST_BYTES) throw lengthError('wrapped', wrapped, MOST_BYTES);
    const memory = this.#output.reserve(length);
    writeBytesCall(frame, 'unwrap', 0, tokenLength, 0, this.#output.offset);
    const failure = this.#call(memory, wrapped);
    if (isDone(frame)) {
      const qop = readQop(frame);
      return { message: this.#output.keep(memory, readOffset(frame), readLength(frame)), qop };
    }
    this.#output.wipe(memory, length);
    throw callError(failure, 'wrapped', wrapped);
  }

  /** Signs a message; returns the signature in new memory. */
  callSign(message: Uint8Array, { signatureSize }: MessageSizes): Buffer {
    const frame = this.#frame;
    const memory = this.#output.reserve(signatureSize);
    writeBytesCall(frame, 'sign', 0, signatureSize, 0, this.#output.offset);
    const failure = this.#call(memory, message);
    if (isDone(frame)) return this.#output.keep(memory, readOffset(frame), readLength(frame));
    throw callError(failure, 'message', message);
  }

  /** Verifies a copy of the signature. */
  callVerify(message: Uint8Array, signature: Uint8Array): void {
    const frame = this.#frame;
    const length = byteLengthOf(signature);
    if (length > MOST_BYTES) throw lengthError('signature', signature, MOST_BYTES);
    const memory = this.#output.reserve(length);
    writeBytesCall(frame, 'verify', 0, 0, 0, this.#output.offset);
    const failure = this.#call(memory, message, signature);
    if (isDone(frame)) return;
    if (!failure) validateBytes(message, 'message');
    throw callError(failure, 'signature', signature);
  }

  /**
   * The same as callBuffers(), on another thread: over copies, for JavaScript may change or detach the
   * caller's memory meanwhile. The caller's is written when the call has succeeded.
   */
  async callBuffersAsync(call: BufferCall): Promise<BufferCallResult> {
    const { buffers } = call;
    const frame = newFrame();
    writeBufferCall(frame, call);
    const copies = new BufferCopies(frame, buffers);
    await this.#callAsync(frame, copies.memory, buffers.length);
    copies.writeBack();
    return readBufferCall(frame, buffers);
  }

  /** The same as callWrap(), on another thread. The message is copied at once, as allocWrapBuffer() does. */
  async callWrapAsync(memory: Buffer, qop: number, sizes: MessageSizes): Promise<Buffer> {
    const { trailerSize, paddingSize } = sizes;
    const frame = newFrame();
    writeBytesCall(frame, 'wrap', qop, trailerSize, paddingSize, 0);
    writeEntry(frame, 0, 0, memory.length);
    writeEntry(frame, 1, trailerSize, memory.length - trailerSize - paddingSize);
    await this.#callAsync(frame, memory, 2);
    return rangeOf(memory, readOffset(frame), readLength(frame)) as Buffer;
  }

  /** The same as callUnwrap(), on another thread, in memory that copyBytes() made. */
  async callUnwrapAsync(
    memory: Buffer,
    tokenLength: number,
  ): Promise<{ message: Buffer; qop: number }> {
    const frame = newFrame();
    writeBytesCall(frame, 'unwrap', 0, tokenLength, 0, 0);
    writeEntry(frame, 0, 0, memory.length);
    writeEntry(frame, 1, 0, memory.length);
    await this.#callAsync(frame, memory, 2);
    const message = rangeOf(memory, readOffset(frame), readLength(frame)) as Buffer;
    return { message, qop: readQop(frame) };
  }

  async #callAsync(frame: Uint32Array, memory: Buffer, count: number): Promise<void> {
    const failure = await new Promise<undefined | NativeFailure>((settle) => {
      this.#binding.messageAsync(this.context.handle, settle, frame, memory, count);
    });
    if (isDone(frame)) return;
    wipeBytes(memory, 0, memory.length);
    throw failure ? errorOf(failure) : createError('ERR_SSPI_BUFFER_DETACHED', 'buffers');
  }
}

function callError(failure: undefined | NativeFailure, name: string, bytes: Uint8Array): Error {
  if (failure) return errorOf(failure);
  // Shared memory is what the addon rejects.
  validateBytes(bytes, name);
  return createError('ERR_SSPI_BUFFER_DETACHED', name);
}

function lengthError(name: string, bytes: Uint8Array, most: number): Error {
  return createError('ERR_OUT_OF_RANGE', `${name}.byteLength`, `<= ${most}`, byteLengthOf(bytes));
}
