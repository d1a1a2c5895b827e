import { type Channel, channel } from 'node:diagnostics_channel';
import { debuglog } from 'node:util';
import type { Scheme } from '../scheme.js';
import {
  type AuthenticateResult,
  type FailureReason,
  failureReasons,
} from './authenticate-result.js';
import type { BindingState } from './authentication.js';

/** `winsspi:authenticate`: the result for a request. Contains no user, no token and no address. */
export interface AuthenticateTrace {
  /** `error`: an error of the server. */
  readonly result: AuthenticateResult['kind'] | 'error';
  /** Milliseconds from the request to its result. */
  readonly duration: number;
  /** The reason and the status of a failure. */
  readonly reason?: FailureReason;
  readonly statusCode?: number;
  /** The error of a failure, or of the server. */
  readonly error?: unknown;
  /** Of a success, also by an authentication that its connection has kept. */
  readonly scheme?: Scheme;
  readonly package?: string;
  readonly tokenCount?: number;
  readonly channelBindings?: BindingState;
}

const authenticateChannel = channel('winsspi:authenticate') as Channel<unknown, AuthenticateTrace>;

const log = debuglog('winsspi');
if (log.enabled)
  authenticateChannel.subscribe((trace) => log('%s', formatTrace(trace as AuthenticateTrace)));

function formatTrace({
  result,
  reason,
  duration,
  scheme,
  package: name,
  tokenCount,
}: AuthenticateTrace) {
  const by = name === undefined ? '' : `, ${name} by ${scheme}, tokens: ${tokenCount},`;
  return `authenticate: ${reason ?? result}${by} in ${duration.toFixed(3)} ms`;
}

/** Publishes the result of a request, `begin` being when it came. */
export function publishResult(result: AuthenticateResult, begin: number): void {
  if (!authenticateChannel.hasSubscribers) return;
  const duration = performance.now() - begin;
  authenticateChannel.publish({ result: result.kind, duration, ...describe(result) });
}

/** Publishes an error of the server. */
export function publishError(error: unknown, begin: number): void {
  if (!authenticateChannel.hasSubscribers) return;
  authenticateChannel.publish({ result: 'error', duration: performance.now() - begin, error });
}

function describe(result: AuthenticateResult): Partial<AuthenticateTrace> {
  if (result.kind === 'failure') {
    const { reason, status, error } = result;
    return { reason, statusCode: status, ...(error && { error }) };
  }
  if (result.kind !== 'success') return {};
  const { scheme, package: name, tokenCount, channelBindings } = result.authentication;
  return { scheme, package: name, tokenCount, channelBindings };
}

/** The number of requests with each result, failures by their reason. */
export type ResultCounts = Readonly<
  Record<Exclude<AuthenticateResult['kind'], 'failure'> | FailureReason, number>
>;

/** Counts results. */
export class ResultCounter {
  readonly #counts: Record<keyof ResultCounts, number>;

  constructor() {
    const names = ['success', 'closed', 'http11Required', ...failureReasons] as const;
    this.#counts = Object.fromEntries(names.map((name) => [name, 0])) as ResultCounts;
  }

  add(result: AuthenticateResult): void {
    this.#counts[result.kind === 'failure' ? result.reason : result.kind] += 1;
  }

  /** Copies the numbers. */
  read(): ResultCounts {
    return { ...this.#counts };
  }
}
