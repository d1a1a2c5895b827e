import { isUint8Array } from 'node:util/types';
import { byteLengthOf } from '../bytes.js';
import { usageError } from '../errors/usage-error.js';
import { validateBytes } from '../validate.js';
import { SECBUFFER_DATA, SECBUFFER_PADDING, SECBUFFER_TOKEN, type SecBuffer } from './buffers.js';
import type { BufferCall } from './call-frame.js';
import { bytesOf, MessageDirection } from './direction.js';
import type { OutgoingMethods, WrappedParts } from './messages.js';
import { allocWrapBuffer } from './native-messages.js';
import {
  type EncryptOptions,
  validEncryptOptions,
  validWrapQop,
  type WrapOptions,
} from './options.js';
import type { MessageSizes } from './sizes.js';
import { validateMessageLength, validateRoom, validBuffers } from './valid-buffers.js';

type EncryptCall = BufferCall<'encryptMessage' | 'makeSignature'>;

/** Encrypts and signs. Each method reads all arguments, then checks the state, then calls. */
export class OutgoingMessages extends MessageDirection implements OutgoingMethods {
  encryptMessage(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.callBuffers(this.#encryptCall(buffers, options)).buffers;
  }

  async encryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return (await this.callBuffersAsync(this.#encryptCall(buffers, options))).buffers;
  }

  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.callBuffers(this.#signCall(buffers, options)).buffers;
  }

  async makeSignatureAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return (await this.callBuffersAsync(this.#signCall(buffers, options))).buffers;
  }

  wrap(message: Uint8Array, options?: WrapOptions): Buffer {
    const qop = validWrapQop(options);
    // The addon rejects shared memory: to check that here too would take longer than the call.
    if (!isUint8Array(message)) validateBytes(message, 'message');
    return this.native.wrap(message, qop, this.#sizesToWrap(message));
  }

  async wrapAsync(message: Uint8Array, options?: WrapOptions): Promise<Buffer> {
    const qop = validWrapQop(options);
    validateBytes(message, 'message');
    this.native.context.assertComplete();
    const { sizes } = this.native;
    validateMessageLength(byteLengthOf(message), sizes.maximumMessage);
    const memory = allocWrapBuffer(message, sizes);
    return this.inTurn(() => this.native.wrapAsync(memory, qop, sizes));
  }

  /** The most bytes that wrap, wrapDetached and wrapInto add to a message. */
  get wrapOverhead(): number {
    this.native.context.assertComplete();
    const { trailerSize, paddingSize } = this.native.sizes;
    return trailerSize + paddingSize;
  }

  wrapInto(target: Uint8Array, message: Uint8Array, options?: WrapOptions): number {
    const qop = validWrapQop(options);
    const length = this.native.wrapInto(target, message, qop, this.#sizesToWrap(message));
    // The addon checks the memory: to check it here too would take longer than the call.
    if (length === undefined) throw this.#invalidTargetError(target, message);
    return length;
  }

  // Separate so that V8 can inline wrapInto.
  #invalidTargetError(target: Uint8Array, message: Uint8Array): Error {
    validateBytes(target, 'target');
    validateBytes(message, 'message');
    return usageError(
      'ERR_OUT_OF_RANGE',
      `"target" must have room for ${byteLengthOf(message) + this.wrapOverhead} bytes, those of ` +
        `the message and wrapOverhead. Received ${byteLengthOf(target)} bytes`,
    );
  }

  wrapDetached(message: Uint8Array, options?: WrapOptions): WrappedParts {
    validateBytes(message, 'message');
    const qop = validWrapQop(options);
    this.native.context.assertComplete();
    const { trailerSize: start, paddingSize } = this.native.sizes;
    const end = start + byteLengthOf(message);
    // Packages like one run of memory best. Zeroed: a package may not write all of it.
    const memory = Buffer.alloc(end + paddingSize);
    memory.set(message, start);
    const [token, data, padding] = this.encryptMessage(
      [
        { type: SECBUFFER_TOKEN, data: memory.subarray(0, start) },
        { type: SECBUFFER_DATA, data: memory.subarray(start, end) },
        { type: SECBUFFER_PADDING, data: memory.subarray(end) },
      ],
      { qop },
    );
    return { token: bytesOf(token), message: bytesOf(data), padding: bytesOf(padding) };
  }

  sign(message: Uint8Array): Buffer {
    validateBytes(message, 'message');
    this.native.context.assertComplete();
    const [, token] = this.makeSignature([
      { type: SECBUFFER_DATA, data: message },
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(this.native.sizes.signatureSize) },
    ]);
    return bytesOf(token);
  }

  #sizesToWrap(message: Uint8Array): MessageSizes {
    this.assertReady();
    const { sizes } = this.native;
    if (sizes.maximumMessage !== undefined && isUint8Array(message)) {
      validateMessageLength(byteLengthOf(message), sizes.maximumMessage);
    }
    return sizes;
  }

  #encryptCall(buffers: readonly SecBuffer[], options: EncryptOptions | undefined): EncryptCall {
    const { qop, sequenceNumber } = validEncryptOptions(options);
    const valid = validBuffers(buffers);
    this.native.context.assertComplete();
    const { securityTrailer, streamHeader, streamTrailer, maximumMessage } = this.native.sizes;
    validateRoom(valid, { token: securityTrailer, streamHeader, streamTrailer, maximumMessage });
    return { name: 'encryptMessage', buffers: valid, qop, sequenceNumber };
  }

  #signCall(buffers: readonly SecBuffer[], options: EncryptOptions | undefined): EncryptCall {
    const { qop, sequenceNumber } = validEncryptOptions(options);
    const valid = validBuffers(buffers);
    this.native.context.assertComplete();
    const { maxSignature: token } = this.native.sizes;
    validateRoom(valid, { token, streamHeader: 0, streamTrailer: 0, maximumMessage: undefined });
    return { name: 'makeSignature', buffers: valid, qop, sequenceNumber };
  }
}
