import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Credentials, ServerContext, type StepResult } from '../../index.js';
import { ignoreErrors } from '../ignore-errors.js';
import type { Scheme } from '../scheme.js';
import { challengeOf } from '../token.js';
import {
  type AuthenticateResult,
  createFailure,
  type FailureReason,
  startsHandshake,
} from './authenticate-result.js';
import {
  type Authentication,
  createAuthentication,
  findPolicyFailure,
  readIdentity,
  takesOneToken,
} from './authentication.js';
import { type RequestToken, readRequestToken } from './authorization-header.js';
import {
  bindingState,
  contextOptions,
  findTargetFailure,
  lacksTls,
} from './extended-protection.js';
import { findCallFailure, findStepFailure } from './failures.js';
import { type Handshakes, ServerHandshake } from './handshake.js';
import type { ServerSettings } from './options.js';
import { RequestQueue } from './request-queue.js';
import { getSocketState, type SocketState } from './socket-state.js';

/** What the connections of an Authenticator share. */
export interface AuthenticatorState {
  readonly settings: ServerSettings;
  readonly handshakes: Handshakes;
  credentials(): Promise<Credentials>;
}

/** Authenticates one TCP connection: has its handshake, or the result of that. */
export class ServerConnection {
  readonly #socket: Socket;
  readonly #authenticator: AuthenticatorState;
  readonly #contexts = new Set<ServerContext>();
  /** The context of a request without a response, whose end cannot be seen: the next request closes it. */
  #requestContext: ServerContext | undefined;
  #handshake: ServerHandshake | undefined;
  #authentication: Authentication | undefined;
  readonly #state: SocketState;
  /** The number of the socket's handshake that `#authentication` came from. */
  #handshakeNumber = 0;
  #closed: boolean;
  readonly #queue = new RequestQueue();

  constructor(socket: Socket, authenticator: AuthenticatorState) {
    this.#socket = socket;
    this.#authenticator = authenticator;
    this.#state = getSocketState(socket);
    this.#closed = socket.destroyed;
    ignoreErrors(socket);
    socket.once('close', () => this.#close());
  }

  /** Evaluates requests in their order: a client may send the next one before it has the answer to the last. */
  evaluate(
    request: IncomingMessage,
    response: ServerResponse | undefined,
  ): Promise<AuthenticateResult> {
    if (this.#queue.isFull) this.#socket.destroy();
    if (this.#socket.destroyed) return Promise.resolve({ kind: 'closed' });
    return this.#queue.add(() => this.#evaluate(request, response));
  }

  async #evaluate(
    request: IncomingMessage,
    response?: ServerResponse,
  ): Promise<AuthenticateResult> {
    if (this.#closed) return { kind: 'closed' };
    if (this.#requestContext) this.#closeContext(this.#requestContext);
    this.#requestContext = undefined;
    this.#state.checkRequest(request);
    if (this.#state.isProxied && !this.#settings.kerberosOnly) return this.#fail('proxied');
    if (lacksTls(this.#socket, this.#settings)) return this.#fail('noTls');
    const token = readRequestToken(request, this.#settings);
    if (token === undefined) return this.#evaluateWithoutToken();
    if (token === 'malformed') return this.#fail('malformed');
    if (token === 'otherScheme') return this.#fail('challenge');
    return this.#evaluateToken(token, response);
  }

  #evaluateWithoutToken(): AuthenticateResult {
    const authentication = this.#authentication;
    const { expiry } = authentication?.context ?? {};
    const isStale = this.#state.isShared || this.#state.handshakes !== this.#handshakeNumber;
    if (!authentication || isStale || (expiry && expiry.getTime() <= Date.now())) {
      return this.#fail('challenge');
    }
    return { kind: 'success', authentication, headers: {} };
  }

  async #evaluateToken(
    { scheme, token }: RequestToken,
    response?: ServerResponse,
  ): Promise<AuthenticateResult> {
    const pending = this.#handshake;
    if (pending && !pending.ended && pending.scheme === scheme) {
      return this.#step(pending, token, response);
    }
    // Whatever the result of the token, the last user of the connection is logged off.
    this.#reset();
    this.#state.handshakes += 1;
    this.#handshakeNumber = this.#state.handshakes;
    const begun = await this.#beginHandshake(scheme);
    return begun instanceof ServerHandshake ? this.#step(begun, token, response) : begun;
  }

  async #beginHandshake(scheme: Scheme): Promise<ServerHandshake | AuthenticateResult> {
    try {
      const credentials = await this.#authenticator.credentials();
      const context = new ServerContext(credentials, contextOptions(this.#socket, this.#settings));
      const { handshakes } = this.#authenticator;
      const { remoteAddress } = this.#socket;
      const handshake = new ServerHandshake(context, scheme, handshakes, remoteAddress);
      this.#handshake = handshake;
      if (this.#closed) this.#reset(); // The step fails.
      return handshake;
    } catch (error) {
      return this.#failWith(error, findCallFailure(error));
    }
  }

  async #step(
    handshake: ServerHandshake,
    token: Buffer,
    response?: ServerResponse,
  ): Promise<AuthenticateResult> {
    let result: StepResult;
    try {
      result = await handshake.step(token);
    } catch (error) {
      return this.#failWith(error, findStepFailure(error));
    }
    if (result.done) return this.#complete(handshake, result.token, response);
    if (this.#settings.kerberosOnly) return this.#fail('notKerberos');
    if (this.#state.isShared) return this.#fail('proxied');
    if (!result.token) return this.#fail('denied');
    handshake.wait();
    return createFailure('continue', { challenges: [challengeOf(handshake.scheme, result.token)] });
  }

  /** Throws an error that has no reason: it is an error of the server. */
  #failWith(
    error: unknown,
    reason: FailureReason | undefined,
    lastToken?: string,
  ): AuthenticateResult {
    const isTimedOut = this.#handshake?.timedOut === true;
    this.#reset();
    if (this.#closed) return { kind: 'closed' };
    if (isTimedOut) return this.#fail('timeout', { lastToken });
    if (reason) return this.#fail(reason, { error: error as Error, lastToken });
    throw error;
  }

  async #complete(
    handshake: ServerHandshake,
    token: Buffer | undefined,
    response?: ServerResponse,
  ): Promise<AuthenticateResult> {
    const { context, scheme } = handshake;
    // Proves to the client who the server is, whatever the answer.
    const lastToken = token && challengeOf(scheme, token);
    let authentication: Authentication;
    try {
      const identity = await readIdentity(context, this.#settings);
      const reason =
        findTargetFailure(this.#socket, context, this.#settings) ??
        (await findPolicyFailure(context, identity, this.#settings));
      if (reason) return this.#fail(reason, { lastToken });
      const bindings = bindingState(this.#socket, this.#settings);
      // Throws where the connection has closed or the time is over, which closes the context.
      authentication = createAuthentication(handshake, identity, bindings);
    } catch (error) {
      return this.#failWith(error, findCallFailure(error), lastToken);
    }
    this.#state.addIdentity(authentication.sid ?? authentication.name);
    if (this.#state.isShared && !takesOneToken(authentication))
      return this.#fail('proxied', { lastToken });
    handshake.finish();
    const isKept = this.#keep(authentication, response);
    const proof = lastToken && { 'WWW-Authenticate': lastToken };
    const headers = { ...proof, 'Persistent-Auth': String(isKept) };
    return { kind: 'success', authentication, headers };
  }

  /** Keeps the authentication for the connection or for the time of its request. Returns whether the connection keeps it. */
  #keep(authentication: Authentication, response: ServerResponse | undefined): boolean {
    const { context } = authentication;
    this.#contexts.add(context);
    const { persistKerberos, persistNtlm, kerberosOnly } = this.#settings;
    const persists = takesOneToken(authentication) ? persistKerberos : persistNtlm;
    if (persists && !kerberosOnly && !this.#state.isShared) {
      this.#authentication = authentication;
      return true;
    }
    if (!response) this.#requestContext = context;
    else if (response.destroyed) this.#closeContext(context);
    else response.once('close', () => this.#closeContext(context));
    return false;
  }

  #closeContext(context: ServerContext): void {
    this.#contexts.delete(context);
    context.close();
  }

  /** Ends the handshake, and logs the user of the connection off. */
  #reset(): void {
    this.#handshake?.abandon();
    this.#handshake = undefined;
    if (this.#authentication) this.#closeContext(this.#authentication.context);
    this.#authentication = undefined;
  }

  /** `lastToken` is the value of WWW-Authenticate with that of a handshake that is complete. */
  #fail(
    reason: FailureReason,
    { error, lastToken }: { error?: Error; lastToken?: string | undefined } = {},
  ): AuthenticateResult {
    this.#reset();
    const offers = this.#settings.schemes.map((name) => challengeOf(name, undefined));
    const proof = lastToken === undefined ? [] : [lastToken];
    // After a second identity: a client that wants another user can open another connection.
    const closes = reason === 'proxied' && !this.#state.isProxied;
    const challenges = startsHandshake(reason) ? offers : proof;
    return createFailure(reason, { challenges, error, closes });
  }

  #close(): void {
    this.#closed = true;
    this.#reset();
    for (const context of this.#contexts) this.#closeContext(context);
  }

  get #settings(): ServerSettings {
    return this.#authenticator.settings;
  }
}
