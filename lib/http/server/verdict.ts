import { STATUS_CODES } from 'node:http';
import type { Authentication } from './authentication.js';

/** Why a request is not let in. */
export type RefusalReason =
  /** There was no token: the client is asked for one. */
  | 'challenge'
  /** The handshake goes on with the next request on this connection. */
  | 'continue'
  /** The header is malformed, there are several, or the token is too long. */
  | 'malformed'
  /** The package has not accepted the token: `error` says why. */
  | 'denied'
  /** The client is ANONYMOUS LOGON. */
  | 'anonymous'
  /** The client is the account Guest, or a member of a group of guests. */
  | 'guest'
  /** The client is known, and none of those who may come in. */
  | 'notAllowed'
  /** The connection is shared: a proxy sends requests over it, or a second identity has come. */
  | 'proxied'
  /** Only Kerberos in one leg is let in, and this is something else. */
  | 'notKerberos'
  /** Extended protection is required, and this is no TLS connection. */
  | 'noTls'
  /** No thread is free for a call to Windows: `error` says why. */
  | 'busy'
  /** The handshake has taken too long. */
  | 'timeout'
  /** The server itself could not ask: `error` says why. */
  | 'unavailable';

/** The answer to a request that is not let in. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: 400 | 401 | 403 | 503;
  readonly reason: RefusalReason;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** For the server's own eyes. */
  readonly error: Error | undefined;
}

export interface Acceptance {
  readonly kind: 'authenticated';
  readonly authentication: Authentication;
  /** For the response, whatever it will be: the last token of the handshake. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * What is to happen with a request. `gone`: its connection has closed, and there is nobody to answer;
 * `http1`: this is HTTP/2, where connections are shared, and the client must come back without it.
 */
export type Verdict = Acceptance | Refusal | { readonly kind: 'gone' | 'http1' };

const statuses = {
  challenge: 401,
  continue: 401,
  malformed: 400,
  denied: 401,
  anonymous: 401,
  guest: 401,
  notAllowed: 403,
  proxied: 403,
  notKerberos: 403,
  noTls: 403,
  busy: 503,
  timeout: 503,
  unavailable: 503,
} as const;

// Nothing here tells who is known and who is not.
const explanations: Partial<Record<RefusalReason, string>> = {
  malformed: 'The Authorization header is malformed.',
  proxied: 'This service authenticates connections, and a proxy shares them.',
  notKerberos: 'Only Kerberos can be used here: NTLM cannot go through a proxy.',
  noTls: 'This service must be used over TLS.',
  busy: 'The server is busy. Try again.',
};

interface RefusalDetails {
  readonly challenges?: string[];
  readonly error?: Error | undefined;
  /** Whether the answer is the last one of its connection. */
  readonly closes?: boolean;
}

export function refusal(
  reason: RefusalReason,
  { challenges = [], error, closes = false }: RefusalDetails = {},
): Refusal {
  const status = statuses[reason];
  const headers: Record<string, string | string[]> = { 'Cache-Control': 'no-store' };
  if (challenges.length > 0) headers['WWW-Authenticate'] = challenges;
  if (closes) headers.Connection = 'close';
  if (reason === 'busy') headers['Retry-After'] = '1';
  return { kind: 'refused', status, reason, headers, error };
}

/** Whether the client is asked to begin a handshake, as another user where this one was not accepted. */
export function asksAnew(reason: RefusalReason): boolean {
  return statuses[reason] === 401 && reason !== 'continue';
}

/** The text for people whose client gives up. */
export function bodyOf({ status, reason }: { status: number; reason?: RefusalReason }): string {
  const explanation = reason && explanations[reason];
  return `${status} ${STATUS_CODES[status]}${explanation ? `. ${explanation}` : ''}\n`;
}
