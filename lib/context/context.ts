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
import { ContextMessages, getState, protectionOf } from './messages.js';
import { type ExportOptions, exportOptions } from './options.js';
import { findPrincipal } from './principal.js';
import type { ContextState } from './state.js';

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
const SECPKG_CONTEXT_EXPORT_RESET_NEW = 1;

/**
 * One side of an authentication, and the protection of messages under it. ClientContext and
 * ServerContext are its two kinds.
 *
 * Errors: SspiError when Windows fails a call. A step that failed ends the context, and every later
 * use fails with the same error; a message that failed does not. ERR_SSPI_CONTEXT_CLOSED,
 * _INCOMPLETE, _COMPLETE and _BUSY when a call comes at the wrong time.
 */
export abstract class SecurityContext extends ContextMessages {
  /** @internal */
  protected constructor(state: ContextState) {
    if (new.target === SecurityContext) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'Make a ClientContext or a ServerContext');
    }
    super(state);
  }

  // Kept once: many contexts are alive at a time.
  get #state(): ContextState {
    return getState(this);
  }

  /** Whether the context is complete, with all that `requiredFlags` lists. */
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
   * Makes one leg of the handshake, off the JavaScript thread. One step at a time. A failed step ends the
   * context, and every later call fails with the same error.
   *
   * A complete context has steps again after applyControlToken(), and after decryptMessage() returned
   * SEC_I_RENEGOTIATE. Until the last of these, `done` is false; messages can be protected meanwhile.
   *
   * @param token The peer's token, at most 1 MiB. It is copied at once. A client starts without one.
   * @param options `signal`: an aborted step rejects with its reason, and ends the context.
   * @returns The token for the peer, if any, and whether the context is complete.
   * @throws {LogonDeniedError} and the other families of SspiError. With the flag `extendedError`, the error's
   *   `token` tells the peer why.
   * @throws {IncompleteMessageError} The token's rest has to come. The context can still be used.
   * @throws ERR_SSPI_REQUIREMENT_NOT_MET The context is complete, and lacks what `requiredFlags` lists.
   * @throws ERR_SSPI_CONTEXT_COMPLETE, ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_CLOSED, ERR_SSPI_OVERLOADED.
   *
   * @example
   * let { token } = await client.step();
   * while (!client.done) {
   *   send(token);
   *   ({ token } = await client.step(await receive()));
   * }
   * if (token) send(token);
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
   * Queries an attribute of the context.
   *
   * @param name The attribute's name, or its number SECPKG_ATTR_*.
   * @returns The value, in the type that ContextAttributes has for the name.
   * @throws {UnsupportedFunctionError} The package does not have the attribute.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_CONTEXT_INCOMPLETE Before the first step. ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * const { userName } = server.queryAttribute('names'); // CORP\\alice
   *
   * https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
   */
  queryAttribute<Name extends ContextAttributeName>(name: Name): ContextAttribute<Name> {
    const word = readAttributeName(name, 'name');
    this.#state.assertStarted();
    return queryAttribute(this.#state, word) as ContextAttribute<Name>;
  }

  /**
   * Sets an attribute of the context. Only Schannel has any.
   *
   * @param name `applicationData` or `keyingMaterialInfo`.
   * @param value The value, in the type that SettableContextAttribute has for the name. It is copied.
   * @throws {UnsupportedFunctionError} The package does not have the attribute.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_CONTEXT_INCOMPLETE Before the first step. ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * context.setAttribute('keyingMaterialInfo', { label: 'EXPORTER-my-protocol', length: 32 });
   * const key = context.queryAttribute('keyingMaterial');
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
   * Exports the complete context for import() of the same class, in another process of this machine, and
   * closes it. The bytes hold the session key: whoever has them can read and forge messages. They do not hold
   * the client's access token.
   *
   * @param options `keep: true` leaves this context open. Do not use both: each counts the messages for itself.
   *   `reset: true` lets the new one count from the start. Do so only before the first message: the same
   *   numbers and keys would come again.
   * @returns The exported context. Zero it when it has been passed on.
   * @throws {UnsupportedFunctionError} The package exports no contexts.
   * @throws {SspiError} Windows fails the call.
   * @throws ERR_SSPI_CONTEXT_INCOMPLETE, ERR_SSPI_CONTEXT_BUSY, ERR_SSPI_CONTEXT_CLOSED.
   *
   * @example
   * child.send({ package: context.package, exported: context.export() });
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

  /** Releases the Windows handle, after a step that is under way has ended. Never throws. */
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
