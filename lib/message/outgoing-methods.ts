import type { SecBuffer } from './buffers.js';
import type { WrappedParts } from './messages.js';
import type { EncryptOptions, WrapDetachedOptions, WrapOptions } from './options.js';

/**
 * The methods for messages that go out. Before the call, each throws ERR_SSPI_CONTEXT_INCOMPLETE, _CLOSED or
 * _BUSY where the context has no messages now, and ERR_SSPI_NOT_GRANTED where the package did not grant the
 * protection.
 */
export interface OutgoingMethods {
  /**
   * Encrypts and signs DATA buffers in place. The usual array is TOKEN, DATA, PADDING.
   *
   * @param buffers At most 32 SecBuffers. A TOKEN needs `securityTrailer` bytes of the attribute `sizes`.
   * @param options `qop`: quality of protection. `sequenceNumber`: of transports that count for themselves.
   * @returns The buffers as the package left them. Send these ranges: a token may be shorter than its buffer.
   * @throws {SspiError} Windows fails the call. What the buffers then hold is not a message.
   * @throws ERR_OUT_OF_RANGE A TOKEN has too little room, or the message is too long. Nothing was called.
   * @throws ERR_SSPI_NOT_GRANTED The context has no such protection. Nothing was called.
   * @throws ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * const [token, data] = context.encryptMessage([
   *   { type: SECBUFFER_TOKEN, data: Buffer.alloc(context.queryAttribute('sizes').securityTrailer) },
   *   { type: SECBUFFER_DATA, data: Buffer.from('hello') },
   * ]);
   *
   * https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
   */
  encryptMessage(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[];

  /**
   * Is encryptMessage, off the JavaScript thread: see wrapAsync. The call works on copies, and writes the
   * memory of the buffers when it has succeeded.
   *
   * @returns A promise of what encryptMessage returns. Leave the memory alone until it settles.
   * @throws As encryptMessage: the promise rejects. ERR_SSPI_BUFFER_DETACHED where the memory is gone then.
   *
   * @example
   * const sealed = await context.encryptMessageAsync(buffers);
   *
   * https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
   */
  encryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]>;

  /**
   * Signs the DATA buffers into the TOKEN buffer.
   *
   * @param buffers At most 32 SecBuffers. A TOKEN needs `maxSignature` bytes of the attribute `sizes`.
   * @param options As of encryptMessage.
   * @returns The buffers as the package left them: the TOKEN may be shorter than its buffer.
   * @throws As encryptMessage.
   *
   * @example
   * const [signature] = context.makeSignature([
   *   { type: SECBUFFER_TOKEN, data: Buffer.alloc(context.queryAttribute('sizes').maxSignature) },
   *   { type: SECBUFFER_DATA, data: message },
   * ]);
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-makesignature
   */
  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[];

  /**
   * Is makeSignature, off the JavaScript thread: see encryptMessageAsync.
   *
   * @returns A promise of what makeSignature returns.
   * @throws As makeSignature: the promise rejects.
   *
   * @example
   * const [signature] = await context.makeSignatureAsync(buffers);
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-makesignature
   */
  makeSignatureAsync(buffers: readonly SecBuffer[], options?: EncryptOptions): Promise<SecBuffer[]>;

  /**
   * Encrypts and signs a copy of the message.
   *
   * @param message The message, which stays as it is.
   * @param options `encrypt: false` signs, and leaves the message readable.
   * @returns Token, message and padding in one Buffer, as the peer's unwrap and GSS-API take it. Copy it
   *   before you transfer it to another thread: short results share memory with others of this context.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_OUT_OF_RANGE The message is too long. Nothing was called.
   * @throws ERR_SSPI_NOT_GRANTED The context has no such protection. Nothing was called.
   * @throws ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * socket.write(context.wrap(Buffer.from('hello')));
   *
   * https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
   */
  wrap(message: Uint8Array, options?: WrapOptions): Buffer;

  /**
   * Is wrap, off the JavaScript thread: for long messages. Calls of one direction run in the order in which
   * they were made; calls of the two directions run beside each other. Until the last call has ended, a
   * synchronous call of its direction throws ERR_SSPI_CONTEXT_BUSY.
   *
   * @param message The message. It is copied at once.
   * @returns A promise of what wrap returns, in memory of its own.
   * @throws As wrap: the promise rejects.
   *
   * @example
   * socket.write(await context.wrapAsync(largeMessage));
   *
   * https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
   */
  wrapAsync(message: Uint8Array, options?: WrapOptions): Promise<Buffer>;

  /**
   * Encrypts and signs a message into memory of the caller's. Allocates nothing.
   *
   * @param target At least `message.length + wrapOverhead` bytes. After an error, it holds no message.
   * @param message The message, which may lie in the target.
   * @param options As of wrap.
   * @returns How many bytes of the target, from its start, are the wrapped message.
   * @throws As wrap. ERR_OUT_OF_RANGE also where the target is too small.
   *
   * @example
   * const target = Buffer.alloc(65536);
   * socket.write(target.subarray(0, context.wrapInto(target, message)));
   *
   * https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
   */
  wrapInto(target: Uint8Array, message: Uint8Array, options?: WrapOptions): number;

  /**
   * Encrypts and signs a copy of the message, for protocols that send its parts in an order of their own.
   *
   * @param message The message, which stays as it is.
   * @param options As of wrap. With `padding: false`, the package gets no PADDING buffer.
   * @returns Token, message and padding, which may be empty.
   * @throws As wrap.
   *
   * @example
   * const { token, message } = context.wrapDetached(body, { padding: false }); // WinRM
   *
   * https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
   */
  wrapDetached(message: Uint8Array, options?: WrapDetachedOptions): WrappedParts;

  /**
   * Signs a message.
   *
   * @param message The message, which stays as it is.
   * @returns The signature, which goes beside the message.
   * @throws As wrap.
   *
   * @example
   * const signature = context.sign(message);
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-makesignature
   */
  sign(message: Uint8Array): Buffer;
}
