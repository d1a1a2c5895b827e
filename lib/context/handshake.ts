import {
  errorOf,
  getBinding,
  isFailure,
  type NativeFailure,
  type NativeLeg,
} from '../addon/binding.js';
import { callOnThread } from '../addon/calls.js';
import { copyBytes } from '../bytes.js';
import { IncompleteMessageError, sspiError } from '../errors/errors.js';
import { SEC_I_CONTEXT_EXPIRED, statusName } from '../errors/status.js';
import { createError, usageError } from '../errors/usage-error.js';
import { validateBytes } from '../validate.js';
import type { ContextState, Stage } from './state.js';

// No package has tokens of more than 64 KiB; this leaves room for those that come.
const LONGEST_TOKEN = 0x100000;

/** What one step of the handshake returned. */
export interface StepResult {
  /** The token for the peer, also when `done`. Absent: there is nothing to send. */
  readonly token: Buffer | undefined;
  /** Whether the context is complete on this side. */
  readonly done: boolean;
  /**
   * The end of the passed token that the package did not consume: pass it to the next step or, when
   * `done`, to decryptMessage. Only stream packages such as Schannel leave any.
   */
  readonly extra: Buffer | undefined;
  /** The Windows name of the status: SEC_E_OK, SEC_I_CONTINUE_NEEDED, … */
  readonly status: string;
}

/** Checks the peer's token, and copies it: the caller may detach or change its own meanwhile. */
export function readToken(token: Uint8Array | undefined): Uint8Array | undefined {
  if (token === undefined) return undefined;
  validateBytes(token, 'token', LONGEST_TOKEN);
  return copyBytes(token);
}

/**
 * Makes one step, off the JavaScript thread. `assertIdle` throws while messages of the context are under
 * way. The signal's code runs before the state is checked.
 */
export async function step(
  state: ContextState,
  token: Uint8Array | undefined,
  signal: AbortSignal | undefined,
  assertIdle: () => void,
): Promise<StepResult> {
  let before: Stage | undefined; // of the step; undefined: it was not made
  let leg: NativeLeg | NativeFailure;
  try {
    leg = await callOnThread<NativeLeg>((settle) => {
      assertIdle();
      state.assertHasStep();
      if (token === undefined && !state.mayStepWithoutToken) throw tokenError();
      const number = getBinding().step(state.handle, token, settle);
      before = state.beginStep();
      return number;
    }, signal);
  } catch (reason) {
    // A step that was not made changes nothing. Of one that was, the package may have seen the token.
    if (before !== undefined && state.name === 'stepping') state.fail(abortedError(reason));
    throw reason;
  }
  state.assertOpen(); // close() may have been called meanwhile.
  if (isFailure(leg)) throw fail(state, leg, before as Stage);
  return before === 'complete' ? renegotiate(state, leg, token !== undefined) : advance(state, leg);
}

function advance(state: ContextState, leg: NativeLeg): StepResult {
  if (leg.status === SEC_I_CONTEXT_EXPIRED) {
    const isClient = state.role === 'client';
    const syscall = isClient ? 'InitializeSecurityContext' : 'AcceptSecurityContext';
    throw state.fail(sspiError(syscall, leg.status));
  }
  if (leg.complete) state.complete(leg);
  else state.endStep('negotiating');
  return stepResult(leg, leg.complete);
}

function renegotiate(state: ContextState, leg: NativeLeg, hadToken: boolean): StepResult {
  const done = leg.complete || leg.status === SEC_I_CONTEXT_EXPIRED;
  // No flags at all: the package did not write them, and has not changed them.
  state.renegotiate(hadToken, done, leg.complete && leg.flags !== 0 ? leg : undefined);
  return stepResult(leg, done);
}

function fail(state: ContextState, failure: NativeFailure, before: Stage): Error {
  const error = errorOf(failure);
  // The rest of the token can follow; any other failure ends the context.
  if (!(error instanceof IncompleteMessageError)) return state.fail(error);
  state.endStep(before);
  return error;
}

function stepResult({ token, status, extra }: NativeLeg, done: boolean): StepResult {
  return { token, done, status: statusName(status), extra };
}

function abortedError(cause: unknown): Error {
  const message = 'The context was closed: a step of it was aborted';
  return usageError('ERR_SSPI_CONTEXT_CLOSED', message, { cause });
}

function tokenError(): Error {
  const expected =
    "an instance of Buffer or Uint8Array, the peer's token, but for a client's first step";
  return createError('ERR_INVALID_ARG_TYPE', 'token', expected, undefined);
}
