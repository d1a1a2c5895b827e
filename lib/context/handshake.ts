import {
  errorOf,
  getBinding,
  isFailure,
  type NativeContext,
  type NativeFailure,
  type NativeLeg,
  resultOf,
} from '../addon/binding.js';
import { callOnThread } from '../addon/calls.js';
import { type Credentials, handleOf } from '../credentials/credentials.js';
import { IncompleteMessageError, sspiError } from '../errors/errors.js';
import { SEC_I_CONTEXT_EXPIRED, statusName } from '../errors/status.js';
import { usageError } from '../errors/usage-error.js';
import {
  type ContextFlag,
  type ContextFlags,
  type ContextRole,
  grantableFlagNames,
  grantedFlags,
  requestedBits,
} from '../flags.js';
import type { ContextTrace } from '../tracing/traces.js';
import { validateBytes, validateChoice, validateName } from '../validate.js';
import { applicationDataOf } from './channel-bindings.js';
import type { ContextOptions, ImportOptions } from './options.js';

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

// No package has tokens of more than 64 KiB; this leaves room for those that come.
const LONGEST_TOKEN = 0x100000;

/** What a complete context tells of itself. */
interface Established {
  readonly flags: number | undefined;
  readonly expiry: number | undefined;
  readonly package: string | undefined;
}

// An error: what the context failed with.
type State = 'new' | 'negotiating' | 'stepping' | 'complete' | 'closed' | Error;

// Why a complete context has steps again. The first two can come together.
const CONTROL_TOKEN = 1;
const RENEGOTIATION = 2;
/** From a leg of a renegotiation that wants another one, to the last. */
const RENEGOTIATING = 4;

// The numbers of those that traces have told of.
const ids = new WeakMap<Handshake, number>();
let lastId = 0;

/** The life of a context: from its first step to its end, and what may be done when. */
export class Handshake {
  readonly role: ContextRole;
  readonly handle: NativeContext;
  // What traces say of it.
  readonly #requestedPackage: string;
  readonly #targetName: string | undefined;
  #legs = 0;
  readonly #require: readonly ContextFlag[];
  #state: State = 'new';
  #again = 0;
  // How many calls use the Windows handle beside the messages.
  #users = 0;
  #flags: ContextFlags;
  #expiry: number | undefined; // milliseconds since 1970
  #package: string | undefined;

  private constructor(
    role: ContextRole,
    handle: NativeContext,
    require: readonly ContextFlag[],
    requestedPackage: string,
    targetName?: string,
  ) {
    this.role = role;
    this.handle = handle;
    this.#require = require;
    this.#requestedPackage = requestedPackage;
    this.#targetName = targetName;
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
    return new Handshake(role, handle, required, credentials.package, targetName);
  }

  /** One that another context had, here or in another process. */
  static import(
    role: ContextRole,
    packageName: string,
    exported: Uint8Array,
    { require = [] }: ImportOptions,
  ): Handshake {
    validateName(packageName, 'packageName');
    validateBytes(exported, 'exported');
    const required = validRequirements(role, require);
    const imported = getBinding().importContext(packageName, exported, role === 'server');
    const context = resultOf(imported);
    const handshake = new Handshake(role, context.handle, required, packageName);
    handshake.#complete(context);
    return handshake;
  }

  get done(): boolean {
    return this.#state === 'complete' && !(this.#again & RENEGOTIATING);
  }

  get state(): Exclude<State, Error> | 'failed' {
    return this.#state instanceof Error ? 'failed' : this.#state;
  }

  get flags(): ContextFlags {
    return this.#flags;
  }

  get expiry(): Date | undefined {
    return this.#expiry === undefined ? undefined : new Date(this.#expiry);
  }

  get package(): string | undefined {
    return this.#package;
  }

  get trace(): ContextTrace {
    const contextId = ids.get(this) ?? ++lastId;
    ids.set(this, contextId);
    return {
      contextId,
      role: this.role,
      package: this.#package ?? this.#requestedPackage,
      targetName: this.#targetName,
    };
  }

  /** How many steps were made. */
  get legs(): number {
    return this.#legs;
  }

  async step(token: Uint8Array | undefined, signal: AbortSignal | undefined): Promise<StepResult> {
    this.assertUsable();
    this.#assertHasStep();
    this.#validateToken(token);
    const before = this.#state;
    // A step that cannot be made changes nothing.
    const call = callOnThread<NativeLeg>(
      (settle) => getBinding().step(this.handle, token, settle),
      signal,
    );
    this.#state = 'stepping';
    this.#legs += 1;
    const leg = await call.catch((reason) => this.#abort(reason));
    this.#assertOpen(); // close() may have been called meanwhile.
    if (isFailure(leg)) throw this.#failed(leg, before);
    return before === 'complete' ? this.#goOn(leg, token !== undefined) : this.#advance(leg);
  }

  /** A control token was applied: a step gives what the peer is told. */
  expectControlStep(): void {
    this.#again |= CONTROL_TOKEN;
  }

  /** The peer asked for more steps. */
  expectRenegotiation(): void {
    this.#again |= RENEGOTIATION;
  }

  /** Runs what uses the Windows handle, which a step could change meanwhile. */
  async use<Value>(run: (handle: NativeContext) => Promise<Value>): Promise<Value> {
    this.assertComplete();
    this.#users += 1;
    try {
      return await run(this.handle);
    } finally {
      this.#users -= 1;
    }
  }

  useNow<Value>(run: (handle: NativeContext) => Value): Value {
    this.assertComplete();
    this.#users += 1;
    try {
      return run(this.handle);
    } finally {
      this.#users -= 1;
    }
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
    if (this.#state instanceof Error) throw this.#state;
    if (this.#state === 'stepping') {
      throw usageError('ERR_SSPI_CONTEXT_BUSY', 'The context is busy with a step: await it first');
    }
  }

  /** Throws where there is no Windows handle yet to ask. */
  assertStarted(): void {
    this.assertUsable();
    if (this.#state === 'new') throw incompleteError();
  }

  /** Throws but for a complete context that has no step under way or to come. */
  assertDone(): void {
    this.assertComplete();
    if (this.#again & RENEGOTIATING) throw incompleteError();
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

  #assertHasStep(): void {
    if (this.#state !== 'complete') return;
    if (!(this.#again & (CONTROL_TOKEN | RENEGOTIATION))) {
      throw usageError('ERR_SSPI_CONTEXT_COMPLETE', 'The context is complete: no step is left');
    }
    if (this.#users === 0) return;
    throw usageError(
      'ERR_SSPI_CONTEXT_BUSY',
      'The context is busy with its client (identity, isMemberOf, impersonate, acquireCredentials): ' +
        'await that first',
    );
  }

  #validateToken(token: Uint8Array | undefined): void {
    if (token !== undefined) {
      validateBytes(token, 'token', LONGEST_TOKEN);
    } else if (this.#state !== 'complete' && !this.#startsClient) {
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

  #advance(leg: NativeLeg): StepResult {
    if (leg.status === SEC_I_CONTEXT_EXPIRED) {
      const syscall =
        this.role === 'client' ? 'InitializeSecurityContext' : 'AcceptSecurityContext';
      throw this.#end(sspiError(syscall, leg.status));
    }
    if (leg.complete) this.#complete(leg);
    else this.#state = 'negotiating';
    return resultOfStep(leg, leg.complete);
  }

  /** A leg of a context that was complete before, and whose messages go on. */
  #goOn(leg: NativeLeg, hadToken: boolean): StepResult {
    this.#state = 'complete';
    const done = leg.complete || leg.status === SEC_I_CONTEXT_EXPIRED;
    if (this.#again & CONTROL_TOKEN && !hadToken) {
      if (done) this.#again &= ~CONTROL_TOKEN;
    } else {
      if (done) this.#again &= ~(RENEGOTIATION | RENEGOTIATING);
      else this.#again |= RENEGOTIATION | RENEGOTIATING;
      // A package that says nothing of the flags has not changed them.
      if (leg.complete && leg.flags !== 0) this.#complete(leg);
    }
    return resultOfStep(leg, done);
  }

  #complete({ flags, expiry, package: name }: Established): void {
    const granted = grantedFlags(this.role, flags ?? 0);
    const missing = this.#require.filter((flag) => !granted[flag]);
    if (missing.length > 0) throw this.#end(requirementError(missing, name));
    this.#flags = granted;
    this.#expiry = expiry;
    this.#package = name;
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
    this.#state = error;
    getBinding().closeContext(this.handle);
    return error;
  }
}

function resultOfStep({ token, status, extra }: NativeLeg, done: boolean): StepResult {
  return { token, done, status: statusName(status), extra };
}

// Of most contexts, many of which may be alive.
const nothingRequired: readonly ContextFlag[] = [];

function validRequirements(role: ContextRole, require: unknown): readonly ContextFlag[] {
  if (!Array.isArray(require)) {
    throw usageError('ERR_INVALID_ARG_TYPE', '"options.require" must be an array of flags');
  }
  if (require.length === 0) return nothingRequired;
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
