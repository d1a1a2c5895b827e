import { getBinding, type NativeContext, resultOf } from '../addon/binding.js';
import { callOnThread, type Settle } from '../addon/calls.js';
import { toDate } from '../addon/time.js';
import { createError } from '../errors/usage-error.js';
import { type ContextFlag, type ContextFlags, type ContextRole, grantedFlags } from '../flags.js';
import { toGrants, UNKNOWN_GRANTS } from '../message/grants.js';
import type { ContextTrace } from '../tracing/traces.js';
import { PendingSteps } from './pending-steps.js';

/** What the addon says about a complete context. */
export interface Established {
  readonly flags: number | undefined; // undefined: an imported context, whose package has no such attribute
  readonly expiry: number | undefined; // milliseconds since 1970
  readonly package: string | undefined;
}

/** What a context was created or imported with. */
export interface ContextOrigin {
  readonly role: ContextRole;
  readonly required: readonly ContextFlag[];
  /** The package of the credentials, or of the imported context. */
  readonly package: string;
  /** Of clients. */
  readonly targetName: string | undefined;
}

/** What a context is doing. An error: the context failed with it. */
export type Stage = 'new' | 'negotiating' | 'stepping' | 'complete' | 'closed' | Error;

let lastTraceId = 0;

const packageNames = new Map<string, string>();

/** The state of a context, from its first step to its close: which calls it allows, what it was granted. */
export class ContextState {
  readonly handle: NativeContext;
  readonly role: ContextRole;
  // A copy of the origin, and not the object: many contexts are alive at a time.
  readonly #required: readonly ContextFlag[];
  readonly #requestedPackage: string;
  readonly #targetName: string | undefined;
  #stage: Stage = 'new';
  #flags: ContextFlags;
  #grants = 0;
  #expiry: number | undefined; // milliseconds since 1970
  #package: string | undefined;
  #steps = 0;
  #traceId: number | undefined;
  // Made by the first of them: few contexts have any.
  #pendingSteps: PendingSteps | undefined;

  constructor(handle: NativeContext, origin: ContextOrigin) {
    this.handle = handle;
    this.role = origin.role;
    this.#required = origin.required;
    this.#requestedPackage = origin.package;
    this.#targetName = origin.targetName;
    this.#flags = grantedFlags(origin.role, 0);
  }

  get done(): boolean {
    return this.#stage === 'complete' && !this.#pendingSteps?.renegotiating;
  }

  get name(): Exclude<Stage, Error> | 'failed' {
    return this.#stage instanceof Error ? 'failed' : this.#stage;
  }

  get flags(): ContextFlags {
    return this.#flags;
  }

  /** What messages were granted: SIGNING and ENCRYPTION. */
  get grants(): number {
    return this.#grants;
  }

  get expiry(): Date | undefined {
    return toDate(this.#expiry);
  }

  /** The package that authenticated. */
  get package(): string | undefined {
    return this.#package;
  }

  /** How many steps were started. */
  get steps(): number {
    return this.#steps;
  }

  get trace(): ContextTrace {
    this.#traceId ??= ++lastTraceId;
    return {
      contextId: this.#traceId,
      role: this.role,
      package: this.#package ?? this.#requestedPackage,
      targetName: this.#targetName,
    };
  }

  /**
   * Makes a call about the complete context, off the JavaScript thread. Checks the state last. Until it has
   * ended, the addon refuses calls that change the context.
   */
  async call<Value>(
    start: (context: NativeContext, settle: Settle<Value>) => number,
    signal: AbortSignal | undefined,
  ): Promise<Value> {
    const result = await callOnThread<Value>((settle) => {
      this.assertComplete();
      return start(this.handle, settle);
    }, signal);
    return resultOf(result);
  }

  /** Throws while the context is closed, failed or busy with a step. */
  assertUsable(): void {
    this.assertOpen();
    if (this.#stage instanceof Error) throw this.#stage;
    if (this.#stage === 'stepping') {
      throw createError('ERR_SSPI_CONTEXT_BUSY', 'a step', 'await it first');
    }
  }

  assertOpen(): void {
    if (this.#stage !== 'closed') return;
    throw createError('ERR_SSPI_CONTEXT_CLOSED');
  }

  /** Throws before the first step, when there is no Windows handle yet. */
  assertStarted(): void {
    this.assertUsable();
    if (this.#stage === 'new') throw createError('ERR_SSPI_CONTEXT_INCOMPLETE');
  }

  assertComplete(): void {
    if (this.#stage === 'complete') return;
    this.assertUsable();
    throw createError('ERR_SSPI_CONTEXT_INCOMPLETE');
  }

  /** Throws also while a renegotiation needs more steps. */
  assertDone(): void {
    this.assertComplete();
    if (this.#pendingSteps?.renegotiating) throw createError('ERR_SSPI_CONTEXT_INCOMPLETE');
  }

  /** Throws unless a step may be made now. */
  assertHasStep(): void {
    this.assertUsable();
    if (this.#stage !== 'complete') return;
    if (!this.#pendingSteps?.any) throw createError('ERR_SSPI_CONTEXT_COMPLETE');
  }

  /** Whether a step may be made without a token of the peer's. */
  get mayStepWithoutToken(): boolean {
    return this.#stage === 'complete' || (this.role === 'client' && this.#stage === 'new');
  }

  /** Records that a step has started; returns the stage before it. */
  beginStep(): Stage {
    const before = this.#stage;
    this.#stage = 'stepping';
    this.#steps += 1;
    return before;
  }

  /** Records that a step ended at a stage. */
  endStep(stage: Stage): void {
    this.#stage = stage;
  }

  /** Records a step of a context that was complete before. */
  renegotiate(hadToken: boolean, done: boolean, established: Established | undefined): void {
    this.#stage = 'complete';
    const pending = this.#madePendingSteps;
    if (pending.isControlStep(hadToken)) {
      pending.endControlStep(done);
      return;
    }
    pending.endRenegotiationStep(done);
    if (established) this.complete(established);
  }

  /** Records that the context is complete; ends it, and throws, where it lacks what was required. */
  complete({ flags, expiry, package: name }: Established): void {
    const granted = grantedFlags(this.role, flags ?? 0);
    const missing = this.#required.filter((flag) => !granted[flag]);
    if (missing.length > 0)
      throw this.fail(requirementError(missing, name ?? this.#requestedPackage));
    this.#flags = granted;
    this.#grants = flags === undefined ? UNKNOWN_GRANTS : toGrants(granted);
    this.#expiry = expiry;
    this.#package = name && sharedName(name);
    this.#stage = 'complete';
  }

  /** Allows the step after a control token: it returns the token for the peer. */
  expectControlStep(): void {
    this.#madePendingSteps.addControlStep();
  }

  /** Allows the steps that the peer asked for. */
  expectRenegotiation(): void {
    this.#madePendingSteps.addRenegotiation();
  }

  /** Ends the context with an error, which it returns and every later call throws. */
  fail(error: Error): Error {
    this.#stage = error;
    getBinding().closeContext(this.handle);
    return error;
  }

  /** Releases the Windows handle, after a step that is under way has ended. */
  close(): void {
    if (this.#stage === 'closed') return;
    this.#stage = 'closed';
    getBinding().closeContext(this.handle);
  }

  get #madePendingSteps(): PendingSteps {
    this.#pendingSteps ??= new PendingSteps();
    return this.#pendingSteps;
  }
}

/** The same string for all contexts of a package: the addon makes a new one for each. */
function sharedName(name: string): string {
  const shared = packageNames.get(name) ?? name;
  // Windows has few packages.
  if (packageNames.size < 64) packageNames.set(shared, shared);
  return shared;
}

function requirementError(missing: readonly string[], packageName: string): Error {
  return createError('ERR_SSPI_REQUIREMENT_NOT_MET', missing.join(', '), packageName);
}
