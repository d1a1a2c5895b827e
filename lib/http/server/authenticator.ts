import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { CredentialCache } from '../credential-cache.js';
import {
  type AuthenticateFailure,
  type AuthenticateResult,
  createFailure,
} from './authenticate-result.js';
import type { Authentication } from './authentication.js';
import { addChallenges } from './challenges.js';
import { type AuthenticatorState, ServerConnection } from './connection.js';
import { replacePage } from './failure-page.js';
import { Handshakes } from './handshake.js';
import { readServerOptions, type ServerOptions, type ServerSettings } from './options.js';
import { publishError, publishResult, ResultCounter, type ResultCounts } from './traces.js';

// https://www.rfc-editor.org/rfc/rfc9113#section-7
const HTTP_1_1_REQUIRED = 0xd;

/**
 * Authenticates the clients of an HTTP server: Kerberos with one token, NTLM with three on one connection. One
 * Authenticator serves any number of connections; each has its own state, which ends with it.
 */
export class Authenticator {
  readonly #state: AuthenticatorState;
  readonly #settings: ServerSettings;
  readonly #handshakes: Handshakes;
  readonly #connections = new WeakMap<Socket, ServerConnection>();
  readonly #results = new WeakMap<IncomingMessage, Promise<AuthenticateResult>>();
  readonly #credentials: CredentialCache;
  readonly #counter = new ResultCounter();

  constructor(options: ServerOptions = {}) {
    this.#settings = readServerOptions(options);
    this.#handshakes = new Handshakes(this.#settings);
    this.#credentials = new CredentialCache('authenticator', this.#settings, 'inbound');
    this.#state = {
      settings: this.#settings,
      handshakes: this.#handshakes,
      // close() releases only credentials that were acquired here: a request from before it can use the caller's.
      credentials: async () => this.#settings.credentials ?? this.#credentials.get(),
    };
  }

  /** The number of pending handshakes. */
  get handshakes(): number {
    return this.#handshakes.count;
  }

  /** The number of requests with each result, failures by their reason. An error of the server counts as none. */
  get counts(): ResultCounts {
    return this.#counter.read();
  }

  /**
   * Authenticates a request, and answers it where that fails.
   *
   * @returns The user; or undefined where the request has been answered, or its connection has closed. The response
   *   gets the last token of the handshake, whatever its status.
   * @throws An error of the server, such as closed credentials, or options that the package refuses.
   *
   * @example
   * const auth = await authenticator.authenticate(request, response);
   * if (auth) response.end(auth.name);
   */
  async authenticate(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Authentication | undefined> {
    const result = await this.evaluate(request, response);
    if (result.kind === 'success') return result.authentication;
    sendResult(request, response, result);
    return undefined;
  }

  /**
   * Evaluates a request without answering it, for a server that writes its own answers. A second call with the same
   * request returns the same result: a token can be used once.
   *
   * @param response Gets the values of WWW-Authenticate when its head is written: the last token whatever the status
   *   is, challenges with 401 alone. Without a response, only the headers of the result have them, and a context for
   *   one request closes with the next request of its connection.
   * @returns Success with the user, failure with the answer, or the state of the connection.
   * @throws An error of the server, such as closed credentials, or options that the package refuses.
   *
   * @example
   * const result = await authenticator.evaluate(request, response);
   * if (result.kind === 'failure') response.writeHead(result.status, result.headers).end();
   */
  evaluate(request: IncomingMessage, response?: ServerResponse): Promise<AuthenticateResult> {
    const known = this.#results.get(request);
    if (known) return known;
    const result = this.#evaluate(request, response);
    this.#results.set(request, result);
    return result;
  }

  async #evaluate(
    request: IncomingMessage,
    response?: ServerResponse,
  ): Promise<AuthenticateResult> {
    const begin = performance.now();
    const evaluation = this.#evaluateRequest(request, response);
    const result = await evaluation.catch((error) => {
      publishError(error, begin);
      throw error;
    });
    this.#counter.add(result);
    publishResult(result, begin);
    if (result.kind === 'failure' && result.reason !== 'challenge') {
      this.#settings.onAuthenticationFailed(result, request);
    }
    if (response) attachHeaders(response, result);
    return result;
  }

  async #evaluateRequest(
    request: IncomingMessage,
    response?: ServerResponse,
  ): Promise<AuthenticateResult> {
    this.#credentials.assertOpen();
    if (request.httpVersionMajor > 1) return { kind: 'http11Required' };
    const result = await this.#getConnection(request.socket).evaluate(request, response);
    return result.kind === 'failure' ? this.#replacePage(result, request) : result;
  }

  /**
   * Answers 403 to a request whose user the application does not allow, with the page of `formatFailure`.
   *
   * @example
   * if (!isMember) authenticator.forbid(request, response);
   */
  forbid(request: IncomingMessage, response: ServerResponse): void {
    sendFailure(response, this.#replacePage(createFailure('notAllowed'), request));
  }

  #replacePage(failure: AuthenticateFailure, request: IncomingMessage): AuthenticateFailure {
    return replacePage(failure, request, this.#settings.formatFailure);
  }

  /**
   * Releases the credentials that it has acquired, and takes no further request. Its contexts live as long as their
   * connections.
   */
  close(): void {
    this.#credentials.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const schemes = this.#settings.schemes.join(' and ');
    const state = this.#credentials.closed ? 'closed' : 'open';
    return `Authenticator { ${schemes}, ${this.handshakes} handshakes, ${state} }`;
  }

  #getConnection(socket: Socket): ServerConnection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = new ServerConnection(socket, this.#state);
    this.#connections.set(socket, connection);
    return connection;
  }
}

/** Options, or an Authenticator that was made with some. */
export type AuthenticatorOptions = ServerOptions | Authenticator;

export function getAuthenticator(options: AuthenticatorOptions): Authenticator {
  return options instanceof Authenticator ? options : new Authenticator(options);
}

// A challenge has a meaning with 401 alone, not in a redirect to a page for logons.
function attachHeaders(response: ServerResponse, result: AuthenticateResult): void {
  if (result.kind !== 'success' && result.kind !== 'failure') return;
  const { 'Persistent-Auth': persistentAuth } = result.headers;
  if (persistentAuth && !response.headersSent)
    response.setHeader('Persistent-Auth', persistentAuth);
  const values = [result.headers['WWW-Authenticate'] ?? []].flat();
  const isChallenge = result.kind === 'failure' && result.status === 401;
  if (values.length > 0) addChallenges(response, values, isChallenge ? 401 : undefined);
}

/** Answers a request that failed, unless it is answered already. */
export function sendFailure(response: ServerResponse, failure: AuthenticateFailure): void {
  if (response.headersSent) return;
  const { status, headers, body, contentType } = failure;
  response.writeHead(status, {
    ...headers,
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Answers a request that has no user, unless it is answered already. */
export function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  result: AuthenticateResult,
): void {
  if (result.kind === 'failure') sendFailure(response, result);
  if (result.kind === 'http11Required') requireHttp11(request);
}

/** Resets a stream of HTTP/2, so that the client retries with HTTP/1.1. */
export function requireHttp11(request: IncomingMessage): void {
  const { stream } = request as { stream?: { close?: (code: number) => void } };
  if (typeof stream?.close === 'function') stream.close(HTTP_1_1_REQUIRED);
  else request.destroy();
}
