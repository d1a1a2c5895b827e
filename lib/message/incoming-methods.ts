import type { SecBuffer } from './buffers.js';
import type { DecryptResult, ReceivedParts, UnwrapResult, VerifyResult } from './messages.js';
import type { DecryptOptions } from './options.js';

/**
 * The methods for messages that come in. Before the call, each throws ERR_SSPI_CONTEXT_INCOMPLETE, _CLOSED or
 * _BUSY where the context has no messages now, and ERR_SSPI_NOT_GRANTED where the package granted none of
 * integrity, replayDetect, sequenceDetect and confidentiality.
 */
export interface IncomingMethods {
  /**
   * Decrypts and verifies in place. The usual arrays are STREAM, DATA (null) and TOKEN, DATA.
   *
   * @param buffers At most 32 SecBuffers.
   * @param options `sequenceNumber`: of transports that count for themselves.
   * @returns The quality of protection, the status and the buffers as the package left them. A DATA buffer that
   *   was null is a range of the STREAM buffer.
   * @throws {MessageAlteredError} The message was changed, or belongs to another context.
   * @throws {OutOfSequenceError} The message came before, or one before it is missing.
   * @throws {IncompleteMessageError} More bytes of a stream have to come.
   * @throws {SspiError} Windows fails the call. What the buffers then hold is not a message.
   * @throws ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * const { buffers } = context.decryptMessage([
   *   { type: SECBUFFER_STREAM, data: received },
   *   { type: SECBUFFER_DATA, data: null },
   * ]);
   * const message = buffers[1].data;
   *
   * https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
   */
  decryptMessage(buffers: readonly SecBuffer[], options?: DecryptOptions): DecryptResult;

  /**
   * Is decryptMessage, off the JavaScript thread: see encryptMessageAsync.
   *
   * @returns A promise of what decryptMessage returns.
   * @throws As decryptMessage: the promise rejects.
   *
   * @example
   * const { buffers } = await context.decryptMessageAsync(received);
   *
   * https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
   */
  decryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<DecryptResult>;

  /**
   * Verifies the signature in the TOKEN buffer over the DATA buffers.
   *
   * @param buffers At most 32 SecBuffers.
   * @param options As of decryptMessage.
   * @returns The quality of protection: the package's.
   * @throws {MessageAlteredError} The signature is not the peer's over this message.
   * @throws {OutOfSequenceError} The signature came before, or one before it is missing.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_NOT_GRANTED The context has no such protection. Nothing was called.
   * @throws ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * context.verifySignature([
   *   { type: SECBUFFER_TOKEN, data: signature },
   *   { type: SECBUFFER_DATA, data: message },
   * ]);
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-verifysignature
   */
  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): VerifyResult;

  /**
   * Is verifySignature, off the JavaScript thread: see encryptMessageAsync.
   *
   * @returns A promise of what verifySignature returns.
   * @throws As verifySignature: the promise rejects.
   *
   * @example
   * await context.verifySignatureAsync(buffers);
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-verifysignature
   */
  verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<VerifyResult>;

  /**
   * Decrypts and verifies what the peer's wrap or GSS-API made.
   *
   * @param wrapped The whole message, which stays as it is.
   * @returns The message, and whether it was encrypted. Copy it before you transfer it to another thread.
   * @throws {MessageAlteredError} The message was changed, or belongs to another context.
   * @throws {OutOfSequenceError} The message came before, or one before it is missing.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * const { message, encrypted } = context.unwrap(received);
   *
   * https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
   */
  unwrap(wrapped: Uint8Array): UnwrapResult;

  /**
   * Is unwrap, off the JavaScript thread: see wrapAsync.
   *
   * @param wrapped The whole message. It is copied at once.
   * @returns A promise of what unwrap returns, in memory of its own.
   * @throws As unwrap: the promise rejects.
   *
   * @example
   * const { message } = await context.unwrapAsync(received);
   *
   * https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
   */
  unwrapAsync(wrapped: Uint8Array): Promise<UnwrapResult>;

  /**
   * Decrypts and verifies what the peer's wrapDetached made.
   *
   * @param parts Token, message and, where there is any, padding. They stay as they are.
   * @returns As unwrap.
   * @throws As unwrap.
   *
   * @example
   * const { message } = context.unwrapDetached({ token, message: body });
   *
   * https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
   */
  unwrapDetached(parts: ReceivedParts): UnwrapResult;

  /**
   * Verifies the peer's signature over a message. Returns where it is right.
   *
   * @param message The message.
   * @param signature What the peer's sign returned.
   * @throws {MessageAlteredError} The signature is not the peer's over this message.
   * @throws {OutOfSequenceError} The signature came before, or one before it is missing.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_NOT_GRANTED The context has no such protection. Nothing was called.
   * @throws ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * context.verify(message, signature);
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-verifysignature
   */
  verify(message: Uint8Array, signature: Uint8Array): void;
}
