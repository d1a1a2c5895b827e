import { allocZeros, byteLengthOf, rangeOf, writeBytes } from '../bytes.js';
import { createError } from '../errors/usage-error.js';
import { validateBytes } from '../validate.js';
import { SECBUFFER_DATA, SECBUFFER_PADDING, SECBUFFER_TOKEN, type SecBuffer } from './buffers.js';
import type { BufferCall } from './call-frame.js';
import { allocWrapBuffer } from './copies.js';
import { assertOk, bytesOf, MessageDirection } from './direction.js';
import { grantOfQop, SIGNING } from './grants.js';
import type { WrappedParts } from './messages.js';
import {
  type EncryptOptions,
  validEncryptOptions,
  validWrapDetached,
  validWrapQop,
  type WrapDetachedOptions,
  type WrapOptions,
} from './options.js';
import type { OutgoingMethods } from './outgoing-methods.js';
import type { MessageSizes } from './sizes.js';
import {
  messageLength,
  validateMessageLength,
  validateRoom,
  validateUint8Array,
  validBuffers,
} from './valid-buffers.js';

/**
 * Encrypts and signs. Each method reads everything of the caller's, checks it, and asserts the state
 * last: from then on no code of the caller's runs before the call.
 */
export class OutgoingMessages extends MessageDirection implements OutgoingMethods {
  encryptMessage(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#callBuffers(readCall('encryptMessage', buffers, options));
  }

  async encryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return this.#callBuffersAsync(readCall('encryptMessage', buffers, options));
  }

  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#callBuffers(readCall('makeSignature', buffers, options));
  }

  async makeSignatureAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return this.#callBuffersAsync(readCall('makeSignature', buffers, options));
  }

  wrap(message: Uint8Array, options?: WrapOptions): Buffer {
    const qop = validWrapQop(options);
    validateUint8Array(message, 'message');
    this.assertReady('wrap', grantOfQop(qop));
    return this.native.callWrap(message, qop, this.#sizesFor(message));
  }

  async wrapAsync(message: Uint8Array, options?: WrapOptions): Promise<Buffer> {
    const qop = validWrapQop(options);
    validateBytes(message, 'message');
    this.assertGranted('wrapAsync', grantOfQop(qop));
    const sizes = this.#sizesFor(message);
    const memory = allocWrapBuffer(message, sizes);
    return this.inTurn(() => this.native.callWrapAsync(memory, qop, sizes));
  }

  wrapInto(target: Uint8Array, message: Uint8Array, options?: WrapOptions): number {
    const qop = validWrapQop(options);
    validateUint8Array(target, 'target');
    validateUint8Array(message, 'message');
    this.assertReady('wrapInto', grantOfQop(qop));
    const sizes = this.#sizesFor(message);
    // The addon checks the target's length: to check it here too would take longer than the call.
    const length = this.native.callWrapInto(target, message, qop, sizes);
    if (length === undefined) throw invalidTargetError(target, message, sizes);
    return length;
  }

  /** The most bytes that wrap, wrapDetached and wrapInto add to a message. */
  get wrapOverhead(): number {
    this.native.context.assertComplete();
    return overheadOf(this.native.sizes);
  }

  wrapDetached(message: Uint8Array, options?: WrapDetachedOptions): WrappedParts {
    const { qop, pads } = validWrapDetached(options);
    validateBytes(message, 'message');
    this.assertReady('wrapDetached', grantOfQop(qop));
    const { trailerSize, paddingSize } = this.#sizesFor(message);
    const length = byteLengthOf(message);
    // One run of memory, as packages like it best. Zeroed: a package may not write all of it.
    const memory = allocZeros(trailerSize + length + paddingSize);
    writeBytes(memory, message, trailerSize);
    const token = { type: SECBUFFER_TOKEN, data: rangeOf(memory, 0, trailerSize) };
    const data = { type: SECBUFFER_DATA, data: rangeOf(memory, trailerSize, length) };
    const end = rangeOf(memory, trailerSize + length, paddingSize);
    const padding = { type: SECBUFFER_PADDING, data: end };
    const buffers = pads ? [token, data, padding] : [token, data];
    const call: BufferCall = { name: 'encryptMessage', buffers, qop, sequenceNumber: 0 };
    const result = this.native.callBuffers(call);
    assertOk(call.name, result);
    return {
      token: bytesOf(result.buffers[0]),
      message: bytesOf(result.buffers[1]),
      padding: bytesOf(result.buffers[2]),
    };
  }

  sign(message: Uint8Array): Buffer {
    validateUint8Array(message, 'message');
    this.assertReady('sign', SIGNING);
    return this.native.callSign(message, this.native.sizes);
  }

  /** The sizes of the context, where they allow a message of this length. */
  #sizesFor(message: Uint8Array): MessageSizes {
    const { sizes } = this.native;
    validateMessageLength('message', byteLengthOf(message), sizes.maximumMessage);
    return sizes;
  }

  #callBuffers(call: BufferCall): SecBuffer[] {
    this.assertReady(call.name, grantOf(call));
    this.#validateSizes(call);
    const result = this.native.callBuffers(call);
    assertOk(call.name, result);
    return result.buffers;
  }

  async #callBuffersAsync(call: BufferCall): Promise<SecBuffer[]> {
    this.assertGranted(`${call.name}Async`, grantOf(call));
    this.#validateSizes(call);
    const result = await this.callBuffersInTurn(call);
    assertOk(call.name, result);
    return result.buffers;
  }

  #validateSizes({ name, buffers }: BufferCall): void {
    const { sizes } = this.native;
    if (name === 'makeSignature') {
      validateRoom(buffers, { token: sizes.maxSignature, streamHeader: 0, streamTrailer: 0 });
    } else {
      const { securityTrailer: token, streamHeader, streamTrailer, maximumMessage } = sizes;
      validateRoom(buffers, { token, streamHeader, streamTrailer });
      validateMessageLength('buffers', messageLength(buffers), maximumMessage);
    }
  }
}

function readCall(
  name: 'encryptMessage' | 'makeSignature',
  buffers: readonly SecBuffer[],
  options: EncryptOptions | undefined,
): BufferCall {
  const { qop, sequenceNumber } = validEncryptOptions(options);
  return { name, buffers: validBuffers(buffers), qop, sequenceNumber };
}

const grantOf = ({ name, qop }: BufferCall): number =>
  name === 'makeSignature' ? SIGNING : grantOfQop(qop);

const overheadOf = ({ trailerSize, paddingSize }: MessageSizes): number =>
  trailerSize + paddingSize;

// Separate so that V8 can inline wrapInto.
function invalidTargetError(target: Uint8Array, message: Uint8Array, sizes: MessageSizes): Error {
  validateBytes(target, 'target');
  validateBytes(message, 'message');
  return createError(
    'ERR_OUT_OF_RANGE',
    'target.byteLength',
    `>= ${byteLengthOf(message) + overheadOf(sizes)}, room for the message and wrapOverhead`,
    byteLengthOf(target),
  );
}
