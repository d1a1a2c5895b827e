import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { OwnCredentials } from '../own-credentials.js';
import type { Authentication } from './authentication.js';
import { addChallenges } from './challenges.js';
import { Connection, type Shared } from './connection.js';
import { Handshakes } from './handshake.js';
import { type ServerOptions, type ServerSettings, serverSettings } from './options.js';
import { bodyOf, type Refusal, type Verdict } from './verdict.js';

// https://www.rfc-editor.org/rfc/rfc9113#section-7
const HTTP_1_1_REQUIRED = 0xd;

/**
 * Lets the clients of an HTTP server in: Kerberos with one token, NTLM with three legs on one
 * connection. One of these serves any number of connections; each has a state of its own, which ends
 * with it.
 */
export class Authenticator {
  readonly #shared: Shared;
  readonly #settings: ServerSettings;
  readonly #handshakes: Handshakes;
  readonly #connections = new WeakMap<Socket, Connection>();
  readonly #verdicts = new WeakMap<IncomingMessage, Promise<Verdict>>();
  readonly #credentials: OwnCredentials;

  constructor(options: ServerOptions = {}) {
    this.#settings = serverSettings(options);
    this.#handshakes = new Handshakes(this.#settings);
    this.#credentials = new OwnCredentials('authenticator', this.#settings, 'inbound');
    this.#shared = {
      settings: this.#settings,
      handshakes: this.#handshakes,
      // A request that came before the end still has the caller's; one's own are gone by then.
      credentials: async () => this.#settings.credentials ?? this.#credentials.get(),
    };
  }

  /** How many handshakes are under way. */
  get handshakes(): number {
    return this.#handshakes.count;
  }

  /**
   * Who a request comes from. Absent: the request has been answered, or its connection has closed, and
   * nothing is left to do. Where the client waits for a last token, the response gets it, whatever it is.
   * Rejects where the server is at fault: with closed credentials, or options that the package refuses.
   */
  async authenticate(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<Authentication | undefined> {
    const verdict = await this.judge(request, response);
    if (verdict.kind === 'authenticated') return verdict.authentication;
    if (verdict.kind === 'refused' && !response.headersSent) answer(response, verdict);
    if (verdict.kind === 'http1') refuseHttp2(request);
    return undefined;
  }

  /**
   * What is to happen with a request, for a server that answers in a way of its own. The response gets the
   * values of WWW-Authenticate that it has to have when its head is written, unless its status is another than that of
   * a refusal. Without a response, they are in the headers of the verdict alone, and what was made for one request
   * ends with the next one of its connection. Called again with the same request, it gives the same verdict: a token
   * is good for one time only.
   */
  judge(request: IncomingMessage, response?: ServerResponse): Promise<Verdict> {
    const known = this.#verdicts.get(request);
    if (known) return known;
    const verdict = this.#judge(request, response);
    this.#verdicts.set(request, verdict);
    return verdict;
  }

  async #judge(request: IncomingMessage, response?: ServerResponse): Promise<Verdict> {
    this.#credentials.assertOpen();
    if (request.httpVersionMajor > 1) return { kind: 'http1' };
    const verdict = await this.#connectionOf(request.socket).judge(request, response);
    if (verdict.kind === 'refused' && verdict.reason !== 'challenge') {
      this.#settings.onRefusal(verdict, request);
    }
    if (response) attachChallenges(response, verdict);
    return verdict;
  }

  /**
   * Gives back the credentials that it has acquired, and takes no further request. The contexts that it
   * has made live as long as their connections.
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

  #connectionOf(socket: Socket): Connection {
    const known = this.#connections.get(socket);
    if (known) return known;
    const connection = new Connection(socket, this.#shared);
    this.#connections.set(socket, connection);
    return connection;
  }
}

/** Options, or what was made of them. */
export type AuthenticatorOptions = ServerOptions | Authenticator;

export function authenticatorOf(options: AuthenticatorOptions): Authenticator {
  return options instanceof Authenticator ? options : new Authenticator(options);
}

// Only an answer of 401 asks for something: in a redirect to a page for logons, no challenge has a meaning.
function attachChallenges(response: ServerResponse, verdict: Verdict): void {
  if (verdict.kind !== 'authenticated' && verdict.kind !== 'refused') return;
  const values = [verdict.headers['WWW-Authenticate'] ?? []].flat();
  const isAsking = verdict.kind === 'refused' && verdict.status === 401;
  if (values.length > 0) addChallenges(response, values, isAsking ? 401 : undefined);
}

/** Answers a request that is not let in. */
export function answer(response: ServerResponse, refusal: Refusal): void {
  const body = bodyOf(refusal);
  response.writeHead(refusal.status, {
    ...refusal.headers,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

/** Browsers and curl come back with HTTP/1.1. */
export function refuseHttp2(request: IncomingMessage): void {
  const { stream } = request as { stream?: { close?: (code: number) => void } };
  if (typeof stream?.close === 'function') stream.close(HTTP_1_1_REQUIRED);
  else request.destroy();
}
