import { validateInteger } from '../../validate.js';
import type { ResponseHeaders } from './types.js';

/** undici's options about when a connection closes, as far as a handshake must not meet them. */
export interface IdleOptions {
  keepAliveTimeout?: number | null;
  keepAliveMaxTimeout?: number | null;
  keepAliveTimeoutThreshold?: number | null;
  maxRequestsPerClient?: number | null;
}

/** When a connection closes that is not in use. Times are milliseconds. */
export interface IdleLimits {
  readonly timeout: number;
  readonly maxTimeout: number;
  readonly threshold: number;
  /** None: 0. */
  readonly maxRequests: number;
}

const LONGEST = 0x7fffffff;

// For undici a connection is idle between two legs, while Windows works: its timers would close it then,
// and it would count legs as requests. So a line has the limits, and undici has these.
export const withoutLimits = {
  keepAliveTimeout: 600_000,
  keepAliveMaxTimeout: 600_000,
  // The server's hint is beyond it, whatever it is.
  keepAliveTimeoutThreshold: -600_000,
  maxRequestsPerClient: 0,
};

/** The limits with undici's defaults, checked. */
export function idleLimits(options: IdleOptions): IdleLimits {
  const timeout = options.keepAliveTimeout ?? 4000;
  const maxTimeout = options.keepAliveMaxTimeout ?? 600_000;
  const threshold = options.keepAliveTimeoutThreshold ?? 2000;
  const maxRequests = options.maxRequestsPerClient ?? 0;
  validateInteger(timeout, 'agentOptions.keepAliveTimeout', 1, LONGEST);
  validateInteger(maxTimeout, 'agentOptions.keepAliveMaxTimeout', 1, LONGEST);
  validateInteger(threshold, 'agentOptions.keepAliveTimeoutThreshold', -LONGEST, LONGEST);
  validateInteger(maxRequests, 'agentOptions.maxRequestsPerClient', 0, LONGEST);
  return { timeout, maxTimeout, threshold, maxRequests };
}

/** How long a connection may be idle after a response with these headers. */
export function idleTime(
  { timeout, maxTimeout, threshold }: IdleLimits,
  headers: ResponseHeaders,
): number {
  const seconds = /timeout=(\d+)/.exec(String(headers['keep-alive'] ?? ''))?.[1];
  if (seconds === undefined) return timeout;
  return Math.max(0, Math.min(Number(seconds) * 1000 - threshold, maxTimeout));
}
