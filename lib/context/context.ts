import { inspect } from 'node:util';
import { getBinding, resultOf } from '../addon/binding.js';
import { type CallOptions, validSignal } from '../addon/calls.js';
import { usageError } from '../errors/usage-error.js';
import type { ContextFlags } from '../flags.js';
import { readOptions } from '../options.js';
import { closeChannel, stepTraces, traceAsync } from '../tracing/channels.js';
import { bytesIn } from '../tracing/message-sizes.js';
import type { StepTrace } from '../tracing/traces.js';
import {
  readSetter,
  type SettableContextAttribute,
  type SettableContextAttributeName,
} from './attribute-setters.js';
import {
  type ContextAttribute,
  type ContextAttributeName,
  queryAttribute,
  readAttributeName,
} from './attribute-values.js';
import { readToken, type StepResult, step } from './handshake.js';
import { ContextMessages, protectionOf } from './messages.js';
import { type ExportOptions, exportOptions } from './options.js';
import { findPrincipal } from './principal.js';
import type { ContextState } from './state.js';

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
const SECPKG_CONTEXT_EXPORT_RESET_NEW = 1;

/**
 * For the kinds of contexts, and out of reach of those who hold one.
 * @internal
 */
export let getState: (context: SecurityContext) => ContextState;

/**
 * One side of an authentication, and the protection of messages under it. ClientContext and
 * ServerContext are its two kinds.
 *
 * Errors: SspiError when Windows fails a call. A step that failed ends the context, and every later
 * use fails with the same error; a message that failed does not. ERR_SSPI_CONTEXT_CLOSED,
 * _INCOMPLETE, _COMPLETE and _BUSY when a call comes at the wrong time.
 */
export abstract class SecurityContext extends ContextMessages {
  readonly #state: ContextState;

  /** @internal */
  protected constructor(state: ContextState) {
    if (new.target === SecurityContext) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'Make a ClientContext or a ServerContext');
    }
    super(state);
    this.#state = state;
  }

  static {
    getState = (context) => {
      if (#state in context) return context.#state;
      throw usageError('ERR_INVALID_ARG_TYPE', 'This is not a security context');
    };
  }

  /** Whether the context is complete, with all that `require` lists. */
  get done(): boolean {
    return this.#state.done;
  }

  /** The package that authenticated, such as `Kerberos`. Absent until the context is complete. */
  get package(): string | undefined {
    return this.#state.package;
  }

  /**
   * The name of the peer that the package has authenticated, as the package writes it: on a server the
   * client, such as `CORP\\alice`; on a client the server, such as `HTTP/web.corp.example.com@CORP.EXAMPLE.COM`,
   * and only with mutual authentication. Absent while the context is not complete, and where the package
   * has no name. A name for logs: a server decides by the SIDs of identity().
   *
   * Throws SspiError where the query fails.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
   */
  get principal(): string | undefined {
    return findPrincipal(this.#state);
  }

  /** What was granted, not what was asked for. All false until the context is complete. */
  get flags(): ContextFlags {
    return this.#state.flags;
  }

  /** When the context expires. Absent: never, or the package does not say. */
  get expiry(): Date | undefined {
    return this.#state.expiry;
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
    const leg = this.#state.steps + 1;
    const trace: StepTrace = {
      operation: 'step',
      ...this.#state.trace,
      inputBytes: bytesIn(token),
      leg,
    };
    const describe = (result: StepResult) => ({
      status: result.status,
      outputBytes: bytesIn(result.token),
      done: result.done,
      package: this.#state.trace.package,
    });
    return traceAsync(stepTraces, trace, this.#step.bind(this, token, options), describe);
  }

  async #step(token: Uint8Array | undefined, options: CallOptions): Promise<StepResult> {
    const copy = readToken(token);
    const signal = validSignal(options);
    try {
      return await step(this.#state, copy, signal, () => protectionOf(this)?.assertIdle());
    } finally {
      protectionOf(this)?.invalidateSizes();
    }
  }

  /**
   * An attribute of the context. Throws UnsupportedFunctionError where the package lacks it.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
   */
  queryAttribute<Name extends ContextAttributeName>(name: Name): ContextAttribute<Name> {
    const word = readAttributeName(name, 'name');
    this.#state.assertStarted();
    return queryAttribute(this.#state, word) as ContextAttribute<Name>;
  }

  /**
   * Sets an attribute of the context. Throws UnsupportedFunctionError where the package lacks it: only
   * Schannel has any.
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcontextattributesw
   */
  setAttribute<Name extends SettableContextAttributeName>(
    name: Name,
    value: SettableContextAttribute<Name>,
  ): void {
    const set = readSetter(name, value);
    this.#state.assertStarted();
    protectionOf(this)?.assertIdle();
    resultOf(set(this.#state.handle));
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
    const { keep, reset } = readOptions(options, 'options', exportOptions);
    this.#state.assertDone();
    protectionOf(this)?.assertIdle();
    const flags = reset ? SECPKG_CONTEXT_EXPORT_RESET_NEW : 0;
    const exported = resultOf(getBinding().exportContext(this.#state.handle, flags));
    if (!keep) this.close();
    return exported;
  }

  /** Gives the Windows handle back, when a step that is under way has ended. Never throws. */
  close(): void {
    const isOpen = this.#state.name !== 'closed';
    this.#state.close();
    if (isOpen && closeChannel.hasSubscribers) {
      closeChannel.publish({ kind: 'context', ...this.#state.trace });
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const { name: state, package: name } = this.#state;
    return `${this.constructor.name} { ${name === undefined ? '' : `${name}, `}${state} }`;
  }
}
