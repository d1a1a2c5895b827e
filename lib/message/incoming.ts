import { allocBytes, byteLengthOf, copyBytes, rangeOf, writeBytes } from '../bytes.js';
import { sspiError } from '../errors/errors.js';
import { SEC_I_RENEGOTIATE, statusName } from '../errors/status.js';
import { validateBytes, validOptions } from '../validate.js';
import { SECBUFFER_DATA, SECBUFFER_PADDING, SECBUFFER_TOKEN, type SecBuffer } from './buffers.js';
import { type BufferCall, type BufferCallResult, STREAM } from './call-frame.js';
import { assertOk, bytesOf, MessageDirection } from './direction.js';
import { isEncrypted, SIGNING } from './grants.js';
import type { IncomingMethods } from './incoming-methods.js';
import type { DecryptResult, ReceivedParts, UnwrapResult, VerifyResult } from './messages.js';
import { type DecryptOptions, validDecryptOptions } from './options.js';
import { validateUint8Array, validBuffers } from './valid-buffers.js';

const SEC_E_INVALID_TOKEN = 0x80090308;

/**
 * Decrypts and verifies. Each method reads everything of the caller's, checks it, and asserts the state
 * last: from then on no code of the caller's runs before the call.
 */
export class IncomingMessages extends MessageDirection implements IncomingMethods {
  decryptMessage(buffers: readonly SecBuffer[], options?: DecryptOptions): DecryptResult {
    return this.#decrypted(this.#callBuffers(readCall('decryptMessage', buffers, options)));
  }

  async decryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<DecryptResult> {
    const call = readCall('decryptMessage', buffers, options);
    return this.#decrypted(await this.#callBuffersAsync(call));
  }

  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): VerifyResult {
    return verified(this.#callBuffers(readCall('verifySignature', buffers, options)));
  }

  async verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<VerifyResult> {
    const call = readCall('verifySignature', buffers, options);
    return verified(await this.#callBuffersAsync(call));
  }

  unwrap(wrapped: Uint8Array): UnwrapResult {
    validateUint8Array(wrapped, 'wrapped');
    this.assertReady('unwrap', SIGNING);
    return this.#unwrapped(this.native.callUnwrap(wrapped, this.#tokenLengthOf(wrapped)));
  }

  async unwrapAsync(wrapped: Uint8Array): Promise<UnwrapResult> {
    validateBytes(wrapped, 'wrapped');
    this.assertGranted('unwrapAsync', SIGNING);
    const tokenLength = this.#tokenLengthOf(wrapped);
    const memory = copyBytes(wrapped);
    const call = () => this.native.callUnwrapAsync(memory, tokenLength);
    return this.#unwrapped(await this.inTurn(call));
  }

  unwrapDetached(parts: ReceivedParts): UnwrapResult {
    const valid = validOptions(parts, 'parts', ['token', 'message', 'padding']);
    const { token, message, padding } = valid;
    validateBytes(token, 'parts.token');
    validateBytes(message, 'parts.message');
    if (padding !== undefined) validateBytes(padding, 'parts.padding');
    this.assertReady('unwrapDetached', SIGNING);
    const start = byteLengthOf(message);
    const tokenLength = byteLengthOf(token);
    const end = start + tokenLength;
    const paddingLength = padding === undefined ? 0 : byteLengthOf(padding);
    // The message first: where a package writes past it, the memory is still this call's own.
    const memory = allocBytes(end + paddingLength);
    writeBytes(memory, message);
    writeBytes(memory, token, start);
    const tokenBuffer = { type: SECBUFFER_TOKEN, data: rangeOf(memory, start, tokenLength) };
    const dataBuffer = { type: SECBUFFER_DATA, data: rangeOf(memory, 0, start) };
    let buffers: readonly SecBuffer[] = [tokenBuffer, dataBuffer];
    if (padding !== undefined) {
      writeBytes(memory, padding, end);
      const paddingBuffer = { type: SECBUFFER_PADDING, data: rangeOf(memory, end, paddingLength) };
      buffers = [tokenBuffer, dataBuffer, paddingBuffer];
    }
    const call = { name: 'decryptMessage', buffers, qop: 0, sequenceNumber: 0 } as const;
    const result = this.native.callBuffers(call);
    assertOk('decryptMessage', result);
    return this.#unwrapped({ message: bytesOf(result.buffers[1]), qop: result.qop });
  }

  verify(message: Uint8Array, signature: Uint8Array): void {
    validateUint8Array(message, 'message');
    validateUint8Array(signature, 'signature');
    this.assertReady('verify', SIGNING);
    this.native.callVerify(message, signature);
  }

  // NTLM does not take a stream: its token is at the start. The other packages find the parts of a
  // stream themselves, and leave the message as a range of it.
  #tokenLengthOf(wrapped: Uint8Array): number {
    if (this.native.context.package !== 'NTLM') return STREAM;
    const { securityTrailer } = this.native.sizes;
    if (byteLengthOf(wrapped) >= securityTrailer) return securityTrailer;
    throw sspiError('DecryptMessage', SEC_E_INVALID_TOKEN);
  }

  #callBuffers(call: BufferCall): BufferCallResult {
    this.assertReady(call.name, SIGNING);
    return this.native.callBuffers(call);
  }

  async #callBuffersAsync(call: BufferCall): Promise<BufferCallResult> {
    this.assertGranted(`${call.name}Async`, SIGNING);
    return this.callBuffersInTurn(call);
  }

  #unwrapped({ message, qop }: { message: Buffer; qop: number }): UnwrapResult {
    return { message, encrypted: isEncrypted(this.native.context.grants, qop) };
  }

  // Decrypting may end in a success that is not SEC_E_OK and that the caller has to see.
  #decrypted({ qop, status, buffers }: BufferCallResult): DecryptResult {
    if (status === SEC_I_RENEGOTIATE) this.native.context.expectRenegotiation();
    return { qop, status: statusName(status), buffers };
  }
}

function readCall(
  name: 'decryptMessage' | 'verifySignature',
  buffers: readonly SecBuffer[],
  options: DecryptOptions | undefined,
): BufferCall {
  const { sequenceNumber } = validDecryptOptions(options);
  return { name, buffers: validBuffers(buffers), qop: 0, sequenceNumber };
}

function verified(result: BufferCallResult): VerifyResult {
  assertOk('verifySignature', result);
  return { qop: result.qop };
}
