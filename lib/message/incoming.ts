import { isUint8Array } from 'node:util/types';
import { byteLengthOf } from '../bytes.js';
import { sspiError } from '../errors/errors.js';
import { SEC_I_RENEGOTIATE, statusName } from '../errors/status.js';
import { validateBytes, validOptions } from '../validate.js';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecBuffer,
} from './buffers.js';
import type { BufferCall, BufferCallResult } from './call-frame.js';
import { assertOk, bytesOf, MessageDirection } from './direction.js';
import type {
  DecryptResult,
  IncomingMethods,
  ReceivedParts,
  UnwrapResult,
  VerifyResult,
} from './messages.js';
import { copyBytes } from './native-messages.js';
import { type DecryptOptions, validDecryptOptions } from './options.js';
import { validBuffers } from './valid-buffers.js';

type DecryptCall = BufferCall<'decryptMessage' | 'verifySignature'>;

const SEC_E_INVALID_TOKEN = 0x80090308;

/** Decrypts and verifies. Each method reads all arguments, then checks the state, then calls. */
export class IncomingMessages extends MessageDirection implements IncomingMethods {
  decryptMessage(buffers: readonly SecBuffer[], options?: DecryptOptions): DecryptResult {
    return this.#decrypted(this.callBuffers(newCall('decryptMessage', buffers, options)));
  }

  async decryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<DecryptResult> {
    const call = newCall('decryptMessage', buffers, options);
    return this.#decrypted(await this.callBuffersAsync(call));
  }

  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): VerifyResult {
    return { qop: this.callBuffers(newCall('verifySignature', buffers, options)).qop };
  }

  async verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<VerifyResult> {
    const { qop } = await this.callBuffersAsync(newCall('verifySignature', buffers, options));
    return { qop };
  }

  unwrap(wrapped: Uint8Array): UnwrapResult {
    // The addon rejects shared memory: to check that here too would take longer than the call.
    if (!isUint8Array(wrapped)) validateBytes(wrapped, 'wrapped');
    this.assertReady();
    return unwrapResult(this.native.unwrap(wrapped, this.#tokenLengthOf(wrapped)));
  }

  async unwrapAsync(wrapped: Uint8Array): Promise<UnwrapResult> {
    validateBytes(wrapped, 'wrapped');
    this.native.context.assertComplete();
    const tokenLength = this.#tokenLengthOf(wrapped);
    const memory = copyBytes(wrapped);
    return unwrapResult(await this.inTurn(() => this.native.unwrapAsync(memory, tokenLength)));
  }

  unwrapDetached(parts: ReceivedParts): UnwrapResult {
    const valid = validOptions(parts, 'parts', ['token', 'message', 'padding']);
    const { token, message, padding } = valid;
    validateBytes(token, 'parts.token');
    validateBytes(message, 'parts.message');
    if (padding !== undefined) validateBytes(padding, 'parts.padding');
    // The message first: where a package writes past it, the memory is still this call's own.
    const memory = Buffer.concat([message, token, padding ?? Buffer.alloc(0)]);
    const start = byteLengthOf(message);
    const end = start + byteLengthOf(token);
    const data: SecBuffer = { type: SECBUFFER_DATA, data: memory.subarray(0, start) };
    const buffers = [{ type: SECBUFFER_TOKEN, data: memory.subarray(start, end) }, data];
    if (padding) buffers.push({ type: SECBUFFER_PADDING, data: memory.subarray(end) });
    const result = this.callBuffers(newCall('decryptMessage', buffers, undefined));
    assertOk('DecryptMessage', result);
    return unwrapResult({ message: bytesOf(result.buffers[1]), qop: result.qop });
  }

  verify(message: Uint8Array, signature: Uint8Array): void {
    validateBytes(message, 'message');
    validateBytes(signature, 'signature');
    this.verifySignature([
      { type: SECBUFFER_DATA, data: message },
      { type: SECBUFFER_TOKEN, data: Buffer.from(signature) },
    ]);
  }

  // How long the token at the start is, for NTLM, which does not take a stream. The other packages find
  // the parts of a stream themselves, and leave the message as a range of it.
  #tokenLengthOf(wrapped: Uint8Array): number | undefined {
    if (this.native.context.package !== 'NTLM') return undefined;
    const { securityTrailer } = this.native.sizes;
    if (byteLengthOf(wrapped) >= securityTrailer) return securityTrailer;
    throw sspiError('DecryptMessage', SEC_E_INVALID_TOKEN);
  }

  #decrypted({ qop, status, buffers }: BufferCallResult): DecryptResult {
    if (status === SEC_I_RENEGOTIATE) this.native.context.expectRenegotiation();
    return { qop, status: statusName(status), buffers };
  }
}

function newCall(
  name: 'decryptMessage' | 'verifySignature',
  buffers: readonly SecBuffer[],
  options: DecryptOptions | undefined,
): DecryptCall {
  const { sequenceNumber } = validDecryptOptions(options);
  return { name, buffers: validBuffers(buffers), qop: 0, sequenceNumber };
}

function unwrapResult({ message, qop }: { message: Buffer; qop: number }): UnwrapResult {
  return { message, encrypted: qop !== SECQOP_WRAP_NO_ENCRYPT };
}
