import { STATUS_CODES } from 'node:http';
import type { Authentication } from './authentication.js';

/** Why a request is not authenticated, or not allowed. */
export type FailureReason =
  /** There was no token: the client is asked for one. */
  | 'challenge'
  /** The handshake needs another token, in the next request on this connection. */
  | 'continue'
  /** The header is malformed, there are several, or the token is too long. */
  | 'malformed'
  /** The package has not accepted the token: `error` has the reason. */
  | 'denied'
  /** The client is ANONYMOUS LOGON. */
  | 'anonymous'
  /** The client is the account Guest, or a member of a group of guests. */
  | 'guest'
  /** The client asked for a service that is none of `targetNames`. */
  | 'wrongTarget'
  /** The client is authenticated, and has none of `allowedSids`. */
  | 'notAllowed'
  /** The connection is shared: a proxy sends requests over it, or a second identity has logged on. */
  | 'proxied'
  /** Only Kerberos with one token is allowed, and this is something else. */
  | 'notKerberos'
  /** Extended protection is required, and this is no TLS connection. */
  | 'noTls'
  /** No thread is free for a call to Windows: `error` has the reason. */
  | 'busy'
  /** The handshake has taken too long. */
  | 'timeout'
  /** Windows could not check the token: `error` has the reason. */
  | 'unavailable';

/** The answer to a request that is not authenticated, or not allowed. */
export interface AuthenticateFailure {
  readonly kind: 'failure';
  readonly status: 400 | 401 | 403 | 503;
  readonly reason: FailureReason;
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** The page for people whose client gives up: a short text, or the page of the option `formatFailure`. */
  readonly body: string | Buffer;
  readonly contentType: string;
  /** For logs of the server: clients must not see it. */
  readonly error: Error | undefined;
}

export interface AuthenticateSuccess {
  readonly kind: 'success';
  readonly authentication: Authentication;
  /**
   * For the response, whatever its status: the last token of the handshake, and `Persistent-Auth`, by which the server
   * announces whether the connection is authenticated now.
   */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The result for a request. `closed`: its connection has closed, so that no answer reaches the client.
 * `http11Required`: this is HTTP/2, which shares connections, and the client must retry with HTTP/1.1.
 */
export type AuthenticateResult =
  | AuthenticateSuccess
  | AuthenticateFailure
  | { readonly kind: 'closed' | 'http11Required' };

const statuses = {
  challenge: 401,
  continue: 401,
  malformed: 400,
  denied: 401,
  anonymous: 401,
  guest: 401,
  wrongTarget: 401,
  notAllowed: 403,
  proxied: 403,
  notKerberos: 403,
  noTls: 403,
  busy: 503,
  timeout: 503,
  unavailable: 503,
} as const satisfies Record<FailureReason, number>;

export const failureReasons = Object.keys(statuses) as readonly FailureReason[];

export const plainText = 'text/plain; charset=utf-8';

// No text lets a client find out which accounts exist.
const explanations: Partial<Record<FailureReason, string>> = {
  malformed: 'The Authorization header is malformed.',
  proxied: 'This service authenticates connections, and a proxy shares them.',
  notKerberos: 'Only Kerberos can be used here: NTLM cannot go through a proxy.',
  noTls: 'This service must be used over TLS.',
  busy: 'The server is busy. Try again.',
};

interface FailureDetails {
  readonly challenges?: string[];
  readonly error?: Error | undefined;
  /** Whether the connection closes after the answer. */
  readonly closes?: boolean;
}

/** Creates a failure with the status and the headers that belong to its reason. */
export function createFailure(
  reason: FailureReason,
  { challenges = [], error, closes = false }: FailureDetails = {},
): AuthenticateFailure {
  const status = statuses[reason];
  const headers: Record<string, string | string[]> = { 'Cache-Control': 'no-store' };
  if (challenges.length > 0) headers['WWW-Authenticate'] = challenges;
  if (closes) headers.Connection = 'close';
  if (reason === 'busy') headers['Retry-After'] = '1';
  const body = formatText(status, explanations[reason]);
  return { kind: 'failure', status, reason, headers, body, contentType: plainText, error };
}

/** Whether the answer invites the client to begin a handshake, as another user where this one was not accepted. */
export function startsHandshake(reason: FailureReason): boolean {
  return statuses[reason] === 401 && reason !== 'continue';
}

/** Formats the page of an answer without another page. */
export function formatText(status: number, explanation?: string): string {
  return `${status} ${STATUS_CODES[status]}${explanation ? `. ${explanation}` : ''}\n`;
}
