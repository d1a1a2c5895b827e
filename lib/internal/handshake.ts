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
import { statusName } from '../status.js';
import {
  errorOf,
  getBinding,
  isFailure,
  type NativeContext,
  type NativeFailure,
  type NativeLeg,
} from './binding.js';
import { validateBytes, validateChoice } from './validate.js';

// No package has tokens of more than 64 KiB; this leaves room for those that come.
const LONGEST_TOKEN = 0x100000;

type State = 'new' | 'negotiating' | 'stepping' | 'complete' | 'failed' | 'closed';

/** The life of a context: from its first step to its end, and what may be done when. */
export class Handshake {
  readonly role: ContextRole;
  readonly handle: NativeContext;
  readonly #require: readonly ContextFlag[];
  #state: State = 'new';
  #failure: Error | undefined;
  #flags: ContextFlags;
  #expiry: Date | undefined;
  #package: string | undefined;

  constructor(
    role: ContextRole,
    credentials: Credentials,
    targetName: string | undefined,
    options: ContextOptions,
  ) {
    const { flags, require = [], channelBindings } = options;
    const bits = requestedBits(role, flags);
    const bindings = channelBindings === undefined ? undefined : applicationDataOf(channelBindings);
    this.role = role;
    this.#require = validRequirements(role, require);
    this.#flags = grantedFlags(role, 0);
    this.handle = getBinding().createContext(
      handleOf(credentials, role === 'client' ? 'outbound' : 'inbound'),
      role === 'server',
      targetName,
      bits,
      bindings,
    );
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

  async step(token: Uint8Array | undefined): Promise<StepResult> {
    this.assertUsable();
    if (this.#state === 'complete') {
      throw usageError('ERR_SSPI_CONTEXT_COMPLETE', 'The context is complete: no step is left');
    }
    this.#validateToken(token);
    const before = this.#state;
    this.#state = 'stepping';
    const leg = await getBinding().step(this.handle, token);
    this.#assertOpen(); // close() may have been called meanwhile.
    if (isFailure(leg)) throw this.#failed(leg, before);
    return this.#advance(leg);
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
    } else if (this.role === 'server' || this.#state !== 'new') {
      throw usageError(
        'ERR_INVALID_ARG_TYPE',
        `"token" must be the peer's token. Only a client's first step goes without one`,
      );
    }
  }

  #advance(leg: NativeLeg): StepResult {
    if (leg.complete) this.#complete(leg);
    else this.#state = 'negotiating';
    return { token: leg.token, done: leg.complete, status: statusName(leg.status) };
  }

  #complete(leg: NativeLeg): void {
    const granted = grantedFlags(this.role, leg.flags);
    const missing = this.#require.filter((name) => !granted[name]);
    if (missing.length > 0) throw this.#end(requirementError(missing, leg.package));
    this.#flags = granted;
    this.#expiry = leg.expiry === undefined ? undefined : new Date(leg.expiry);
    this.#package = leg.package;
    this.#state = 'complete';
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
