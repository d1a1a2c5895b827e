import { inspect } from 'node:util';
import { getBinding, resultOf } from '../addon/binding.js';
import { type CallOptions, validSignal } from '../addon/calls.js';
import { usageError } from '../errors/usage-error.js';
import type { ContextFlags } from '../flags.js';
import { closeChannel, stepTraces, traceAsync } from '../tracing/channels.js';
import { bytesIn } from '../tracing/message-sizes.js';
import type { StepTrace } from '../tracing/traces.js';
import { validateBoolean, validOptions } from '../validate.js';
import {
  type ContextAttributes,
  queryAttribute,
  type SettableContextAttributes,
  setAttribute,
  validateAttributeName,
  validateSettableName,
} from './attributes.js';
import type { Handshake, StepResult } from './handshake.js';
import { ContextMessages, protectionOf } from './messages.js';
import type { ExportOptions } from './options.js';

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
const SECPKG_CONTEXT_EXPORT_RESET_NEW = 1;

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
export abstract class SecurityContext extends ContextMessages {
  readonly #handshake: Handshake;

  /** @internal */
  protected constructor(handshake: Handshake) {
    if (new.target === SecurityContext) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'Make a ClientContext or a ServerContext');
    }
    super(handshake);
    this.#handshake = handshake;
  }

  static {
    handshakeOf = (context) => {
      if (#handshake in context) return context.#handshake;
      throw usageError('ERR_INVALID_ARG_TYPE', 'This is not a security context');
    };
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
    const trace: StepTrace = {
      operation: 'step',
      ...this.#handshake.trace,
      inputBytes: bytesIn(token),
      leg,
    };
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
    protectionOf(this)?.assertIdle();
    try {
      return await this.#handshake.step(token, signal);
    } finally {
      protectionOf(this)?.invalidateSizes();
    }
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
    protectionOf(this)?.assertIdle();
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
    protectionOf(this)?.assertIdle();
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
}
