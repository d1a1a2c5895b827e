import type { SecBuffer } from '../message/buffers.js';
import type {
  DecryptResult,
  IncomingMethods,
  OutgoingMethods,
  ReceivedParts,
  UnwrapResult,
  VerifyResult,
  WrappedParts,
} from '../message/messages.js';
import type {
  DecryptOptions,
  EncryptOptions,
  WrapDetachedOptions,
  WrapOptions,
} from '../message/options.js';
import { MessageProtection } from '../message/protection.js';
import { unwrapTraces, wrapTraces } from '../tracing/channels.js';
import { type TracedContext, TracedIncoming, TracedOutgoing } from '../tracing/traced-messages.js';

/**
 * The messages of a context, if it has had any: for the context, and out of reach of those who hold one.
 * @internal
 */
export let protectionOf: (context: ContextMessages) => MessageProtection | undefined;

/**
 * The protection of messages under a context, which is complete. A method throws ERR_SSPI_NOT_GRANTED where
 * the package did not grant its protection: `confidentiality` to encrypt, and any of `integrity`,
 * `replayDetect`, `sequenceDetect` and `confidentiality` to sign, to verify and to decrypt. Of an imported
 * context, the package may not say what it granted: then each method calls the package.
 */
export abstract class ContextMessages implements OutgoingMethods, IncomingMethods {
  readonly #context: TracedContext;
  #protection: MessageProtection | undefined;

  /** @internal */
  protected constructor(context: TracedContext) {
    this.#context = context;
  }

  static {
    protectionOf = (context) => context.#protection;
  }

  /**
   * Tells the package something about the connection, such as Schannel that it ends: a TOKEN buffer
   * with SCHANNEL_SHUTDOWN in 32 bits. The next step, without a token, gives what the peer is told.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-applycontroltoken
   */
  applyControlToken(buffers: readonly SecBuffer[]): void {
    this.#messages.applyControlToken(buffers);
  }

  /**
   * Encrypts and signs in place; the buffers that it returns are what the package left. The usual
   * array is TOKEN, DATA, PADDING; send the returned ranges, for a token may shrink.
   *
   * Throws SspiError, and ERR_OUT_OF_RANGE before the call where a TOKEN has too little room or the
   * message is longer than the package takes.
   *
   * https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
   */
  encryptMessage(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#outgoing.encryptMessage(buffers, options);
  }

  /**
   * Decrypts and verifies in place; the buffers that it returns are what the package left: a DATA
   * buffer that was passed as null may come back as a range of the STREAM buffer.
   *
   * Throws SspiError: MessageAlteredError, OutOfSequenceError, IncompleteMessageError and others.
   * What the buffers hold after an error is nobody's message.
   *
   * https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
   */
  decryptMessage(buffers: readonly SecBuffer[], options?: DecryptOptions): DecryptResult {
    return this.#incoming.decryptMessage(buffers, options);
  }

  /**
   * Signs the DATA buffers into the TOKEN buffer.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-makesignature
   */
  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#outgoing.makeSignature(buffers, options);
  }

  /**
   * Verifies the signature in the TOKEN buffer over the DATA buffers. Throws MessageAlteredError,
   * OutOfSequenceError and others.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-verifysignature
   */
  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): VerifyResult {
    return this.#incoming.verifySignature(buffers, options);
  }

  /**
   * encryptMessage, off the JavaScript thread: as wrapAsync. The memory belongs to the call until the
   * promise settles; it is written when the call has succeeded.
   */
  encryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return this.#outgoing.encryptMessageAsync(buffers, options);
  }

  /** decryptMessage, off the JavaScript thread: as encryptMessageAsync. */
  decryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<DecryptResult> {
    return this.#incoming.decryptMessageAsync(buffers, options);
  }

  /** makeSignature, off the JavaScript thread: as encryptMessageAsync. */
  makeSignatureAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return this.#outgoing.makeSignatureAsync(buffers, options);
  }

  /** verifySignature, off the JavaScript thread: as encryptMessageAsync. */
  verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<VerifyResult> {
    return this.#incoming.verifySignatureAsync(buffers, options);
  }

  /**
   * Seals a copy of the message: token, message and padding in one Buffer, as the peer's unwrap and
   * GSS-API take it.
   */
  wrap(message: Uint8Array, options?: WrapOptions): Buffer {
    return this.#outgoing.wrap(message, options);
  }

  /** Opens what the peer's wrap or GSS-API sealed. What was passed stays as it is. */
  unwrap(wrapped: Uint8Array): UnwrapResult {
    return this.#incoming.unwrap(wrapped);
  }

  /**
   * wrap, off the JavaScript thread: for large messages. Calls in one direction follow one another in
   * order; sealing and opening overlap. Until it has ended, a synchronous call in the same direction
   * throws ERR_SSPI_CONTEXT_BUSY.
   */
  wrapAsync(message: Uint8Array, options?: WrapOptions): Promise<Buffer> {
    return this.#outgoing.wrapAsync(message, options);
  }

  /** The most bytes that wrap, wrapDetached and wrapInto add to a message. */
  get wrapOverhead(): number {
    return this.#messages.outgoing.wrapOverhead;
  }

  /**
   * wrap, into memory of the caller's: nothing is allocated. Gives how many bytes of the target, from
   * its start, are the sealed message. The message may lie in the target, which must have room for it
   * and for `wrapOverhead` bytes. After an error, what the target holds is nobody's message.
   */
  wrapInto(target: Uint8Array, message: Uint8Array, options?: WrapOptions): number {
    return this.#outgoing.wrapInto(target, message, options);
  }

  /** unwrap, off the JavaScript thread: as wrapAsync. */
  unwrapAsync(wrapped: Uint8Array): Promise<UnwrapResult> {
    return this.#incoming.unwrapAsync(wrapped);
  }

  /**
   * Encrypts and signs a copy of the message, and returns token, message and padding apart. With
   * `padding: false`, the package gets no PADDING buffer, and the padding that is returned is empty.
   */
  wrapDetached(message: Uint8Array, options?: WrapDetachedOptions): WrappedParts {
    return this.#outgoing.wrapDetached(message, options);
  }

  /** Opens what the peer's wrapDetached sealed. What was passed stays as it is. */
  unwrapDetached(parts: ReceivedParts): UnwrapResult {
    return this.#incoming.unwrapDetached(parts);
  }

  /** A signature over the message, which stays as it is. */
  sign(message: Uint8Array): Buffer {
    return this.#outgoing.sign(message);
  }

  /** Throws unless the signature is the peer's over the message: MessageAlteredError and others. */
  verify(message: Uint8Array, signature: Uint8Array): void {
    this.#incoming.verify(message, signature);
  }

  // Not every context has messages, and many are alive at a time.
  get #messages(): MessageProtection {
    this.#protection ??= new MessageProtection(this.#context);
    return this.#protection;
  }

  get #outgoing(): OutgoingMethods {
    const { outgoing } = this.#messages;
    return wrapTraces.hasSubscribers ? new TracedOutgoing(outgoing, this.#context) : outgoing;
  }

  get #incoming(): IncomingMethods {
    const { incoming } = this.#messages;
    return unwrapTraces.hasSubscribers ? new TracedIncoming(incoming, this.#context) : incoming;
  }
}
