import { applicationDataOf } from '../channel-bindings.js';
import type { ContextOptions, StepResult } from '../context.js';
import { type Credentials, handleOf } from '../credentials.js';
import { IncompleteMessageError, usageError } from '../errors.js';
import {
  type ContextFlag,
  type ContextFlags,
  type ContextRole,
  grantableFlagNames,
  grantedFlags,
  requestedBits,
} from '../flags.js';
import { SEC_I_CONTEXT_EXPIRED, statusName } from '../status.js';
import {
  errorOf,
  getBinding,
  isFailure,
  type NativeContext,
  type NativeFailure,
  type NativeImported,
  type NativeLeg,
  resultOf,
} from './binding.js';
import { callOnThread } from './calls.js';
import { validateBytes, validateChoice, validateName } from './validate.js';

// No package has tokens of more than 64 KiB; this leaves room for those that come.
const LONGEST_TOKEN = 0x100000;

// A step on a complete context comes after one of these.
type Reopening = 'controlToken' | 'renegotiation';

type State = 'new' | 'negotiating' | 'stepping' | 'complete' | 'failed' | 'closed';

/** The life of a context: from its first step to its end, and what may be done when. */
export class Handshake {
  readonly role: ContextRole;
  readonly handle: NativeContext;
  readonly #require: readonly ContextFlag[];
  #state: State = 'new';
  #reopening: Reopening | undefined;
  #failure: Error | undefined;
  #flags: ContextFlags;
  #expiry: Date | undefined;
  #package: string | undefined;

  private constructor(role: ContextRole, handle: NativeContext, require: readonly ContextFlag[]) {
    this.role = role;
    this.handle = handle;
    this.#require = require;
    this.#flags = grantedFlags(role, 0);
  }

  /** One that is still to be made. */
  static start(
    role: ContextRole,
    credentials: Credentials,
    targetName: string | undefined,
    { flags, require = [], channelBindings }: ContextOptions,
  ): Handshake {
    const bits = requestedBits(role, flags);
    const bindings = channelBindings === undefined ? undefined : applicationDataOf(channelBindings);
    const required = validRequirements(role, require);
    const native = handleOf(credentials, role === 'client' ? 'outbound' : 'inbound');
    const isServer = role === 'server';
    const handle = getBinding().createContext(native, isServer, targetName, bits, bindings);
    return new Handshake(role, handle, required);
  }

  /** One that another context had, here or in another process. */
  static import(role: ContextRole, packageName: string, exported: Uint8Array): Handshake {
    validateName(packageName, 'packageName');
    validateBytes(exported, 'exported');
    const imported = resultOf(getBinding().importContext(packageName, exported));
    const handshake = new Handshake(role, imported.handle, []);
    handshake.#establish(imported);
    return handshake;
  }

  get state(): State {
    return this.#state;
  }

  get flags(): ContextFlags {
    return this.#flags;
  }

  get expiry(): Date | undefined {
    return this.#expiry;
  }

  get package(): string | undefined {
    return this.#package;
  }

  async step(token: Uint8Array | undefined, signal: AbortSignal | undefined): Promise<StepResult> {
    this.assertUsable();
    if (this.#state === 'complete' && !this.#reopening) {
      throw usageError('ERR_SSPI_CONTEXT_COMPLETE', 'The context is complete: no step is left');
    }
    this.#validateToken(token);
    const before = this.#state;
    // A step that cannot be made changes nothing.
    const call = callOnThread<NativeLeg>(
      (settle) => getBinding().step(this.handle, token, settle),
      signal,
    );
    this.#state = 'stepping';
    const leg = await call.catch((reason) => this.#abort(reason));
    this.#assertOpen(); // close() may have been called meanwhile.
    if (isFailure(leg)) throw this.#failed(leg, before);
    return this.#advance(leg, before);
  }

  /** A complete context has steps again. */
  reopen(reopening: Reopening): void {
    this.#reopening = reopening;
  }

  /** Gives the Windows handle back; after a step that is under way has ended. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    getBinding().closeContext(this.handle);
  }

  /** Throws while the context is closed, failed or busy with a step. */
  assertUsable(): void {
    this.#assertOpen();
    if (this.#state === 'failed') throw this.#failure;
    if (this.#state === 'stepping') {
      throw usageError('ERR_SSPI_CONTEXT_BUSY', 'The context is busy with a step: await it first');
    }
  }

  /** Throws where there is no Windows handle yet to ask. */
  assertStarted(): void {
    this.assertUsable();
    if (this.#state === 'new') throw incompleteError();
  }

  assertComplete(): void {
    if (this.#state === 'complete') return;
    this.assertUsable();
    throw incompleteError();
  }

  #assertOpen(): void {
    if (this.#state !== 'closed') return;
    throw usageError('ERR_SSPI_CONTEXT_CLOSED', 'The context was closed');
  }

  #validateToken(token: Uint8Array | undefined): void {
    if (token !== undefined) {
      validateBytes(token, 'token', LONGEST_TOKEN);
    } else if (!this.#reopening && !this.#startsClient) {
      throw usageError(
        'ERR_INVALID_ARG_TYPE',
        `"token" must be the peer's token. Only a client's first step goes without one, and one ` +
          'of a context that was complete before',
      );
    }
  }

  get #startsClient(): boolean {
    return this.role === 'client' && this.#state === 'new';
  }

  #advance(leg: NativeLeg, before: State): StepResult {
    const { token, extra } = leg;
    const done = leg.complete || leg.status === SEC_I_CONTEXT_EXPIRED;
    if (before === 'complete') this.#goOn(leg, done);
    else if (leg.complete) this.#complete(leg);
    else this.#state = 'negotiating';
    return {
      token,
      extra,
      done: done && this.#state === 'complete',
      status: statusName(leg.status),
    };
  }

  /** A leg of a context that was complete before, and is it still. */
  #goOn(leg: NativeLeg, done: boolean): void {
    this.#state = 'complete';
    if (!done) return;
    const renegotiated = this.#reopening === 'renegotiation' && leg.complete;
    this.#reopening = undefined;
    if (renegotiated) this.#complete(leg);
  }

  #complete(leg: NativeLeg): void {
    const granted = grantedFlags(this.role, leg.flags);
    const missing = this.#require.filter((name) => !granted[name]);
    if (missing.length > 0) throw this.#end(requirementError(missing, leg.package));
    this.#establish(leg);
  }

  #establish(complete: Pick<NativeImported, 'flags' | 'expiry' | 'package'> | NativeLeg): void {
    this.#flags = grantedFlags(this.role, complete.flags ?? 0);
    this.#expiry = complete.expiry === undefined ? undefined : new Date(complete.expiry);
    this.#package = complete.package;
    this.#state = 'complete';
  }

  /** Whether the package has seen the token, nobody knows any more. */
  #abort(reason: unknown): never {
    if (this.#state === 'stepping') {
      const message = 'The context was closed: a step of it was aborted';
      this.#end(usageError('ERR_SSPI_CONTEXT_CLOSED', message, { cause: reason }));
    }
    throw reason;
  }

  #failed(failure: NativeFailure, before: State): Error {
    const error = errorOf(failure);
    // The rest of the token can follow; after any other failure the context is lost.
    if (!(error instanceof IncompleteMessageError)) return this.#end(error);
    this.#state = before;
    return error;
  }

  #end(error: Error): Error {
    this.#state = 'failed';
    this.#failure = error;
    getBinding().closeContext(this.handle);
    return error;
  }
}

function validRequirements(role: ContextRole, require: unknown): ContextFlag[] {
  if (!Array.isArray(require)) {
    throw usageError('ERR_INVALID_ARG_TYPE', '"options.require" must be an array of flags');
  }
  const required = [...require];
  for (const [index, name] of required.entries()) {
    validateChoice(name, `options.require[${index}]`, grantableFlagNames(role));
  }
  return required;
}

function requirementError(missing: readonly string[], packageName: string | undefined): Error {
  return usageError(
    'ERR_SSPI_REQUIREMENT_NOT_MET',
    `The context was established${packageName ? ` by ${packageName}` : ''} without ` +
      `${missing.join(', ')}, which "require" lists. It cannot be used`,
  );
}

function incompleteError(): Error {
  return usageError(
    'ERR_SSPI_CONTEXT_INCOMPLETE',
    'The context is not complete: exchange tokens with step() until it says done',
  );
}
