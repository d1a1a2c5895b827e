import { usageError } from '../errors/usage-error.js';
import type { SecBuffer } from '../message/buffers.js';
import type { IncomingMethods } from '../message/incoming-methods.js';
import type {
  DecryptResult,
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
import type { OutgoingMethods } from '../message/outgoing-methods.js';
import { MessageProtection } from '../message/protection.js';
import { unwrapTraces, wrapTraces } from '../tracing/channels.js';
import { TracedIncoming, TracedOutgoing } from '../tracing/traced-messages.js';
import type { ContextState } from './state.js';

/**
 * The state of a context: for its kinds, and out of reach of those who hold one.
 * @internal
 */
export let getState: (context: ContextMessages) => ContextState;

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
 *
 * OutgoingMethods and IncomingMethods describe the methods.
 */
export abstract class ContextMessages implements OutgoingMethods, IncomingMethods {
  readonly #state: ContextState;
  #protection: MessageProtection | undefined;

  /** @internal */
  protected constructor(state: ContextState) {
    this.#state = state;
  }

  static {
    getState = (context) => {
      if (#state in context) return context.#state;
      throw usageError('ERR_INVALID_ARG_TYPE', 'This is not a security context');
    };
    protectionOf = (context) => context.#protection;
  }

  /**
   * Passes the package a token about the connection, such as Schannel's SCHANNEL_SHUTDOWN in a TOKEN buffer of
   * 32 bits. The next step, without a token, then returns what the peer gets.
   *
   * @param buffers The SecBuffers of the token.
   * @throws {SspiError} The package refuses the token: UnsupportedFunctionError where it has none.
   * @throws ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * const shutdown = Buffer.from(new Uint32Array([SCHANNEL_SHUTDOWN]).buffer);
   * context.applyControlToken([{ type: SECBUFFER_TOKEN, data: shutdown }]);
   * const { token } = await context.step(); // close_notify, for the peer
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-applycontroltoken
   */
  applyControlToken(buffers: readonly SecBuffer[]): void {
    this.#messages.applyControlToken(buffers);
  }

  encryptMessage(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#outgoing.encryptMessage(buffers, options);
  }

  decryptMessage(buffers: readonly SecBuffer[], options?: DecryptOptions): DecryptResult {
    return this.#incoming.decryptMessage(buffers, options);
  }

  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    return this.#outgoing.makeSignature(buffers, options);
  }

  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): VerifyResult {
    return this.#incoming.verifySignature(buffers, options);
  }

  encryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return this.#outgoing.encryptMessageAsync(buffers, options);
  }

  decryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<DecryptResult> {
    return this.#incoming.decryptMessageAsync(buffers, options);
  }

  makeSignatureAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    return this.#outgoing.makeSignatureAsync(buffers, options);
  }

  verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<VerifyResult> {
    return this.#incoming.verifySignatureAsync(buffers, options);
  }

  wrap(message: Uint8Array, options?: WrapOptions): Buffer {
    return this.#outgoing.wrap(message, options);
  }

  unwrap(wrapped: Uint8Array): UnwrapResult {
    return this.#incoming.unwrap(wrapped);
  }

  wrapAsync(message: Uint8Array, options?: WrapOptions): Promise<Buffer> {
    return this.#outgoing.wrapAsync(message, options);
  }

  /**
   * The most bytes that wrap, wrapDetached and wrapInto add to a message. Throws while the context is not
   * complete.
   */
  get wrapOverhead(): number {
    return this.#messages.outgoing.wrapOverhead;
  }

  wrapInto(target: Uint8Array, message: Uint8Array, options?: WrapOptions): number {
    return this.#outgoing.wrapInto(target, message, options);
  }

  unwrapAsync(wrapped: Uint8Array): Promise<UnwrapResult> {
    return this.#incoming.unwrapAsync(wrapped);
  }

  wrapDetached(message: Uint8Array, options?: WrapDetachedOptions): WrappedParts {
    return this.#outgoing.wrapDetached(message, options);
  }

  unwrapDetached(parts: ReceivedParts): UnwrapResult {
    return this.#incoming.unwrapDetached(parts);
  }

  sign(message: Uint8Array): Buffer {
    return this.#outgoing.sign(message);
  }

  verify(message: Uint8Array, signature: Uint8Array): void {
    this.#incoming.verify(message, signature);
  }

  // Not every context has messages, and many are alive at a time.
  get #messages(): MessageProtection {
    this.#protection ??= new MessageProtection(this.#state);
    return this.#protection;
  }

  get #outgoing(): OutgoingMethods {
    const { outgoing } = this.#messages;
    return wrapTraces.hasSubscribers ? new TracedOutgoing(outgoing, this.#state) : outgoing;
  }

  get #incoming(): IncomingMethods {
    const { incoming } = this.#messages;
    return unwrapTraces.hasSubscribers ? new TracedIncoming(incoming, this.#state) : incoming;
  }
}
