import { inspect } from 'node:util';
import { getBinding, resultOf } from '../addon/binding.js';
import { validSignal } from '../addon/calls.js';
import { statusName } from '../errors/status.js';
import { usageError } from '../errors/usage-error.js';
import type { ContextFlag, ContextFlags } from '../flags.js';
import type { SecBuffer } from '../message/buffers.js';
import type { MessageResult } from '../message/layout.js';
import {
  type DecryptOptions,
  type DecryptResult,
  type EncryptOptions,
  MessageProtection,
} from '../message/protection.js';
import {
  type SealedParts,
  sign,
  type UnwrapResult,
  unwrap,
  unwrapAsync,
  unwrapDetached,
  verify,
  type WrapOptions,
  wrap,
  wrapAsync,
  wrapDetached,
  wrapInto,
  wrapOverhead,
} from '../message/wrap.js';
import type { CallOptions } from '../threads.js';
import {
  closeChannel,
  stepTraces,
  traceAsync,
  traceSync,
  unwrapTraces,
  wrapTraces,
} from '../tracing/channels.js';
import {
  bytesIn,
  bytesInBuffers,
  bytesInData,
  bytesInParts,
  openedBuffersOutcome,
  openedOutcome,
  sealedBuffersOutcome,
  sealedIntoOutcome,
  sealedOutcome,
  sealedPartsOutcome,
  signedBuffersOutcome,
  verifiedOutcome,
} from '../tracing/messages.js';
import type { ContextTrace, StepTrace } from '../tracing/traces.js';
import { validateBoolean, validOptions } from '../validate.js';
import {
  type ContextAttributes,
  queryAttribute,
  type SettableContextAttributes,
  setAttribute,
  validateAttributeName,
  validateSettableName,
} from './attributes.js';
import type { ChannelBindings } from './channel-bindings.js';
import type { Handshake } from './handshake.js';

/** What both sides of a context take. */
export interface ContextOptions {
  /** What to ask for, where it differs from the default. */
  flags?: ContextFlags;
  /** What must have been granted when the context is complete. */
  require?: readonly ContextFlag[];
  channelBindings?: ChannelBindings;
}

export interface ExportOptions {
  /** Whether this context goes on. Default: false. */
  keep?: boolean;
  /** Whether the imported context counts its messages from the start. Default: false. See export(). */
  reset?: boolean;
}

export interface ImportOptions {
  /** What must have been granted, of what the package tells of an imported context. */
  require?: readonly ContextFlag[];
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
const SECPKG_CONTEXT_EXPORT_RESET_NEW = 1;

/** What one leg of the handshake gave. */
export interface StepResult {
  /** For the peer, also when `done`. Absent: there is nothing to send. */
  readonly token: Buffer | undefined;
  /** Whether the context is complete on this side. */
  readonly done: boolean;
  /**
   * The end of what was passed, which the package did not consume: it belongs to the next step or, when
   * `done`, to decryptMessage. Only stream packages such as Schannel leave any.
   */
  readonly extra: Buffer | undefined;
  /** The Windows name of the status: SEC_E_OK, SEC_I_CONTINUE_NEEDED, … */
  readonly status: string;
}

/**
 * For the kinds of contexts, and out of reach of those who hold one.
 * @internal
 */
export let handshakeOf: (context: SecurityContext) => Handshake;

/**
 * One side of an authentication, and the protection of messages under it. ClientContext and
 * ServerContext are its two kinds.
 *
 * Errors: SspiError when Windows fails a call. A step that failed ends the context, and every later
 * use fails with the same error; a message that failed does not. ERR_SSPI_CONTEXT_CLOSED,
 * _INCOMPLETE, _COMPLETE and _BUSY when a call comes at the wrong time.
 */
export abstract class SecurityContext {
  readonly #handshake: Handshake;
  #protection: MessageProtection | undefined;

  /** @internal */
  protected constructor(handshake: Handshake) {
    if (new.target === SecurityContext) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'Make a ClientContext or a ServerContext');
    }
    this.#handshake = handshake;
  }

  static {
    handshakeOf = (context) => {
      if (#handshake in context) return context.#handshake;
      throw usageError('ERR_INVALID_ARG_TYPE', 'This is not a security context');
    };
  }

  // Not every context has messages, and many are alive at a time.
  get #messages(): MessageProtection {
    this.#protection ??= new MessageProtection(this.#handshake);
    return this.#protection;
  }

  /** Whether the context is complete, with all that `require` lists. */
  get done(): boolean {
    return this.#handshake.done;
  }

  /** The package that authenticated, such as `Kerberos`. Absent until the context is complete. */
  get package(): string | undefined {
    return this.#handshake.package;
  }

  /** What was granted, not what was asked for. All false until the context is complete. */
  get flags(): ContextFlags {
    return this.#handshake.flags;
  }

  /** When the context expires. Absent: never, or the package does not say. */
  get expiry(): Date | undefined {
    return this.#handshake.expiry;
  }

  /**
   * One leg of the handshake, off the JavaScript thread: takes the peer's token, gives the token
   * for the peer. A client starts without one. One step at a time. When a context is complete and
   * lacks what `require` lists, the step fails with ERR_SSPI_REQUIREMENT_NOT_MET.
   *
   * A complete context has steps again after applyControlToken(), and after decryptMessage() gave
   * SEC_I_RENEGOTIATE. While such a step wants another one, `done` is false; messages go on.
   *
   * An aborted step ends the context: ERR_SSPI_CONTEXT_CLOSED from then on.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initializesecuritycontextw
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acceptsecuritycontext
   */
  step(token?: Uint8Array, options: CallOptions = {}): Promise<StepResult> {
    if (!stepTraces.hasSubscribers) return this.#step(token, options);
    const leg = this.#handshake.legs + 1;
    const trace: StepTrace = { ...this.#trace('step', bytesIn(token)), leg };
    const describe = (result: StepResult) => ({
      status: result.status,
      outputBytes: bytesIn(result.token),
      done: result.done,
      package: this.#handshake.trace.package,
    });
    return traceAsync(stepTraces, trace, this.#step.bind(this, token, options), describe);
  }

  async #step(token: Uint8Array | undefined, options: CallOptions): Promise<StepResult> {
    const signal = validSignal(options);
    this.#protection?.assertIdle();
    try {
      return await this.#handshake.step(token, signal);
    } finally {
      this.#protection?.forgetSizes();
    }
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
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('encryptMessage', bytesInData(buffers));
      const call = this.#messages.encrypt.bind(this.#messages, buffers, options);
      return traceSync(wrapTraces, trace, call, sealedBuffersOutcome);
    }
    return this.#messages.encrypt(buffers, options);
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
    const result = this.#decrypt(buffers, options);
    return { ...result, status: statusName(result.status) };
  }

  /**
   * Signs the DATA buffers into the TOKEN buffer.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-makesignature
   */
  makeSignature(buffers: readonly SecBuffer[], options?: EncryptOptions): SecBuffer[] {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('makeSignature', bytesInData(buffers));
      const call = this.#messages.makeSignature.bind(this.#messages, buffers, options);
      return traceSync(wrapTraces, trace, call, signedBuffersOutcome);
    }
    return this.#messages.makeSignature(buffers, options);
  }

  /**
   * Verifies the signature in the TOKEN buffer over the DATA buffers. Throws MessageAlteredError,
   * OutOfSequenceError and others.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-verifysignature
   */
  verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): { qop: number } {
    const { qop } = this.#verifySignature(buffers, options);
    return { qop };
  }

  /**
   * encryptMessage, off the JavaScript thread: as wrapAsync. The memory belongs to the call until the
   * promise settles; it is written when the call has succeeded.
   */
  async encryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('encryptMessageAsync', bytesInData(buffers));
      const call = this.#messages.encryptAsync.bind(this.#messages, buffers, options);
      return traceAsync(wrapTraces, trace, call, sealedBuffersOutcome);
    }
    return this.#messages.encryptAsync(buffers, options);
  }

  /** decryptMessage, off the JavaScript thread: as encryptMessageAsync. */
  async decryptMessageAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<DecryptResult> {
    const result = await this.#decryptAsync(buffers, options);
    return { ...result, status: statusName(result.status) };
  }

  /** makeSignature, off the JavaScript thread: as encryptMessageAsync. */
  async makeSignatureAsync(
    buffers: readonly SecBuffer[],
    options?: EncryptOptions,
  ): Promise<SecBuffer[]> {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('makeSignatureAsync', bytesInData(buffers));
      const call = this.#messages.makeSignatureAsync.bind(this.#messages, buffers, options);
      return traceAsync(wrapTraces, trace, call, signedBuffersOutcome);
    }
    return this.#messages.makeSignatureAsync(buffers, options);
  }

  /** verifySignature, off the JavaScript thread: as encryptMessageAsync. */
  async verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<{ qop: number }> {
    const { qop } = await this.#verifySignatureAsync(buffers, options);
    return { qop };
  }

  /**
   * Seals a copy of the message: token, message and padding in one Buffer, as the peer's unwrap and
   * GSS-API take it.
   */
  wrap(message: Uint8Array, options?: WrapOptions): Buffer {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('wrap', bytesIn(message));
      const call = wrap.bind(undefined, this.#messages, message, options);
      return traceSync(wrapTraces, trace, call, sealedOutcome);
    }
    return wrap(this.#messages, message, options);
  }

  /** Opens what the peer's wrap or GSS-API sealed. What was passed stays as it is. */
  unwrap(sealed: Uint8Array): UnwrapResult {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('unwrap', bytesIn(sealed));
      const call = unwrap.bind(undefined, this.#messages, sealed);
      return traceSync(unwrapTraces, trace, call, openedOutcome);
    }
    return unwrap(this.#messages, sealed);
  }

  /**
   * wrap, off the JavaScript thread: for large messages. Calls in one direction follow one another in
   * order; sealing and opening overlap. Until it has ended, a synchronous call in the same direction
   * throws ERR_SSPI_CONTEXT_BUSY.
   */
  async wrapAsync(message: Uint8Array, options?: WrapOptions): Promise<Buffer> {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('wrapAsync', bytesIn(message));
      const call = wrapAsync.bind(undefined, this.#messages, message, options);
      return traceAsync(wrapTraces, trace, call, sealedOutcome);
    }
    return wrapAsync(this.#messages, message, options);
  }

  /** The most bytes that wrap, wrapDetached and wrapInto add to a message. */
  get wrapOverhead(): number {
    this.#handshake.assertComplete();
    return wrapOverhead(this.#messages);
  }

  /**
   * wrap, into memory of the caller's: nothing is allocated. Gives how many bytes of the target, from
   * its start, are the sealed message. The message may lie in the target, which must have room for it
   * and for `wrapOverhead` bytes. After an error, what the target holds is nobody's message.
   */
  wrapInto(target: Uint8Array, message: Uint8Array, options?: WrapOptions): number {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('wrapInto', bytesIn(message));
      const call = wrapInto.bind(undefined, this.#messages, target, message, options);
      return traceSync(wrapTraces, trace, call, sealedIntoOutcome);
    }
    return wrapInto(this.#messages, target, message, options);
  }

  /** unwrap, off the JavaScript thread: as wrapAsync. */
  async unwrapAsync(sealed: Uint8Array): Promise<UnwrapResult> {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('unwrapAsync', bytesIn(sealed));
      const call = unwrapAsync.bind(undefined, this.#messages, sealed);
      return traceAsync(unwrapTraces, trace, call, openedOutcome);
    }
    return unwrapAsync(this.#messages, sealed);
  }

  /** Seals a copy of the message and returns token, message and padding apart. */
  wrapDetached(message: Uint8Array, options?: WrapOptions): SealedParts {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('wrapDetached', bytesIn(message));
      const call = wrapDetached.bind(undefined, this.#messages, message, options);
      return traceSync(wrapTraces, trace, call, sealedPartsOutcome);
    }
    return wrapDetached(this.#messages, message, options);
  }

  /** Opens what the peer's wrapDetached sealed. What was passed stays as it is. */
  unwrapDetached(parts: {
    token: Uint8Array;
    message: Uint8Array;
    padding?: Uint8Array;
  }): UnwrapResult {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('unwrapDetached', bytesInParts(parts));
      const call = unwrapDetached.bind(undefined, this.#messages, parts);
      return traceSync(unwrapTraces, trace, call, openedOutcome);
    }
    return unwrapDetached(this.#messages, parts);
  }

  /** A signature over the message, which stays as it is. */
  sign(message: Uint8Array): Buffer {
    this.#handshake.assertComplete();
    if (wrapTraces.hasSubscribers) {
      const trace = this.#trace('sign', bytesIn(message));
      const call = sign.bind(undefined, this.#messages, message);
      return traceSync(wrapTraces, trace, call, sealedOutcome);
    }
    return sign(this.#messages, message);
  }

  /** Throws unless the signature is the peer's over the message: MessageAlteredError and others. */
  verify(message: Uint8Array, signature: Uint8Array): void {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('verify', bytesIn(message) + bytesIn(signature));
      const call = verify.bind(undefined, this.#messages, message, signature);
      return void traceSync(unwrapTraces, trace, call, verifiedOutcome);
    }
    verify(this.#messages, message, signature);
  }

  /**
   * An attribute of the context. Throws UnsupportedFunctionError where the package lacks it.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
   */
  queryAttribute<Name extends keyof ContextAttributes>(name: Name): ContextAttributes[Name] {
    validateAttributeName(name);
    this.#handshake.assertStarted();
    return queryAttribute(this.#handshake, name);
  }

  /**
   * Sets an attribute of the context. Throws UnsupportedFunctionError where the package lacks it: only
   * Schannel has any.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcontextattributesw
   */
  setAttribute<Name extends keyof SettableContextAttributes>(
    name: Name,
    value: SettableContextAttributes[Name],
  ): void {
    validateSettableName(name);
    this.#handshake.assertStarted();
    this.#messages.assertIdle();
    setAttribute(this.#handshake.handle, name, value);
  }

  /**
   * The complete context in the form that import() of the same class takes, in another process of this
   * machine. It holds the session key: whoever has it can read and forge messages. It does not hold the
   * client's access token. This context is closed, unless `keep` is true: then the two must not both be
   * used, for each would count the messages for itself. With `reset`, the new one counts from the
   * start: only for a context that has not sealed or opened a message yet, for the same numbers and
   * keys would come again.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
   */
  export(options: ExportOptions = {}): Buffer {
    const { keep = false, reset = false } = validOptions(options, 'options', ['keep', 'reset']);
    validateBoolean(keep, 'options.keep');
    validateBoolean(reset, 'options.reset');
    this.#handshake.assertDone();
    this.#messages.assertIdle();
    const flags = reset ? SECPKG_CONTEXT_EXPORT_RESET_NEW : 0;
    const exported = resultOf(getBinding().exportContext(this.#handshake.handle, flags));
    if (!keep) this.close();
    return exported;
  }

  /** Gives the Windows handle back, when a step that is under way has ended. Never throws. */
  close(): void {
    const isOpen = this.#handshake.state !== 'closed';
    this.#handshake.close();
    if (isOpen && closeChannel.hasSubscribers) {
      closeChannel.publish({ kind: 'context', ...this.#handshake.trace });
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const { state, package: name } = this.#handshake;
    return `${this.constructor.name} { ${name === undefined ? '' : `${name}, `}${state} }`;
  }

  #trace<Operation extends string>(
    operation: Operation,
    inputBytes: number,
  ): ContextTrace & { operation: Operation; inputBytes: number } {
    return { operation, ...this.#handshake.trace, inputBytes };
  }

  #decrypt(buffers: readonly SecBuffer[], options?: DecryptOptions): MessageResult {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('decryptMessage', bytesInBuffers(buffers));
      const call = this.#messages.decrypt.bind(this.#messages, buffers, options);
      return traceSync(unwrapTraces, trace, call, openedBuffersOutcome);
    }
    return this.#messages.decrypt(buffers, options);
  }

  #decryptAsync(buffers: readonly SecBuffer[], options?: DecryptOptions): Promise<MessageResult> {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('decryptMessageAsync', bytesInBuffers(buffers));
      const call = this.#messages.decryptAsync.bind(this.#messages, buffers, options);
      return traceAsync(unwrapTraces, trace, call, openedBuffersOutcome);
    }
    return this.#messages.decryptAsync(buffers, options);
  }

  #verifySignature(buffers: readonly SecBuffer[], options?: DecryptOptions): MessageResult {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('verifySignature', bytesInBuffers(buffers));
      const call = this.#messages.verifySignature.bind(this.#messages, buffers, options);
      return traceSync(unwrapTraces, trace, call, verifiedOutcome);
    }
    return this.#messages.verifySignature(buffers, options);
  }

  #verifySignatureAsync(
    buffers: readonly SecBuffer[],
    options?: DecryptOptions,
  ): Promise<MessageResult> {
    this.#handshake.assertComplete();
    if (unwrapTraces.hasSubscribers) {
      const trace = this.#trace('verifySignatureAsync', bytesInBuffers(buffers));
      const call = this.#messages.verifySignatureAsync.bind(this.#messages, buffers, options);
      return traceAsync(unwrapTraces, trace, call, verifiedOutcome);
    }
    return this.#messages.verifySignatureAsync(buffers, options);
  }
}
