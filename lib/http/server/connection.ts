import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Credentials, ServerContext, type StepResult } from '../../index.js';
import { parseAuthorization } from '../headers.js';
import { ignoreErrors } from '../ignore-errors.js';
import type { Scheme } from '../scheme.js';
import { isTls } from '../tls.js';
import { challengeOf, isOf, tokenOf } from '../token.js';
import {
  type Authentication,
  authenticationOf,
  findObjection,
  readIdentity,
  takesOneToken,
} from './authentication.js';
import { bindingState, contextOptions } from './extended-protection.js';
import { findCallRefusal, findStepRefusal } from './failures.js';
import { type Handshakes, ServerHandshake } from './handshake.js';
import type { ServerSettings } from './options.js';
import { getSocketState, type SocketState } from './socket-state.js';
import { asksAnew, type RefusalReason, refusal, type Verdict } from './verdict.js';

/** How many requests of one connection wait for their verdicts at most. */
const MOST_WAITING = 64;

/** What the connections of a server have in common. */
export interface Shared {
  readonly settings: ServerSettings;
  readonly handshakes: Handshakes;
  credentials(): Promise<Credentials>;
}

/** The authentication of one TCP connection: a handshake, or what came of it. */
export class Connection {
  readonly #socket: Socket;
  readonly #shared: Shared;
  readonly #contexts = new Set<ServerContext>();
  /** That of a request without a response, whose end is not seen: it ends with the next request. */
  #last: ServerContext | undefined;
  #handshake: ServerHandshake | undefined;
  #authentication: Authentication | undefined;
  readonly #state: SocketState;
  /** Which handshake of the socket `#authentication` came of. */
  #number = 0;
  #closed: boolean;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(socket: Socket, shared: Shared) {
    this.#socket = socket;
    this.#shared = shared;
    this.#state = getSocketState(socket);
    this.#closed = socket.destroyed;
    ignoreErrors(socket);
    socket.once('close', () => this.#close());
  }

  /**
   * What is to happen with a request. One after the other: a client may send the next request before
   * it has the answer to the last. No client sends very many: that would only fill memory.
   */
  judge(request: IncomingMessage, response: ServerResponse | undefined): Promise<Verdict> {
    if (this.#waiting === MOST_WAITING) this.#socket.destroy();
    if (this.#socket.destroyed) return Promise.resolve({ kind: 'gone' });
    this.#waiting += 1;
    const verdict = this.#turn.then(() => this.#judge(request, response));
    this.#turn = verdict
      .catch(() => {})
      .then(() => {
        this.#waiting -= 1;
      });
    return verdict;
  }

  async #judge(request: IncomingMessage, response?: ServerResponse): Promise<Verdict> {
    if (this.#closed) return { kind: 'gone' };
    if (this.#last) this.#end(this.#last);
    this.#last = undefined;
    const { kerberosOnly, extendedProtection } = this.#settings;
    this.#state.look(request);
    if (this.#state.isProxied && !kerberosOnly) return this.#refuse('proxied');
    if (extendedProtection === 'require' && !isTls(this.#socket)) return this.#refuse('noTls');
    const values = request.headersDistinct.authorization ?? [];
    const [value] = values;
    if (value === undefined) return this.#withoutToken();
    return values.length === 1 ? this.#withHeader(value, response) : this.#refuse('malformed');
  }

  #withoutToken(): Verdict {
    const authentication = this.#authentication;
    const { expiry } = authentication?.context ?? {};
    const isVoid = this.#state.isShared || this.#state.handshakes !== this.#number;
    if (!authentication || isVoid || (expiry && expiry.getTime() <= Date.now())) {
      return this.#refuse('challenge');
    }
    return { kind: 'authenticated', authentication, headers: {} };
  }

  async #withHeader(value: string, response?: ServerResponse): Promise<Verdict> {
    const { schemes, maxTokenLength } = this.#settings;
    const word = { scheme: /[^ \t,]*/.exec(value.trimStart())?.[0] ?? '' };
    const scheme = schemes.find((name) => isOf(word, name));
    // What others have to say with their schemes is nobody's business here.
    if (!scheme) return this.#refuse('challenge');
    const credentials = parseAuthorization(value);
    const token = credentials && tokenOf(credentials);
    const length = token?.length ?? 0;
    if (!token || length === 0 || length > maxTokenLength) return this.#refuse('malformed');
    return this.#withToken(scheme, token, response);
  }

  async #withToken(scheme: Scheme, token: Buffer, response?: ServerResponse): Promise<Verdict> {
    const under = this.#handshake;
    const handshake = under && !under.ended && under.scheme === scheme ? under : undefined;
    if (handshake) return this.#step(handshake, token, response);
    // From here on the connection is nobody's, whatever becomes of the token.
    this.#reset();
    this.#state.handshakes += 1;
    this.#number = this.#state.handshakes;
    const begun = await this.#begin(scheme);
    return begun instanceof ServerHandshake ? this.#step(begun, token, response) : begun;
  }

  async #begin(scheme: Scheme): Promise<ServerHandshake | Verdict> {
    try {
      const credentials = await this.#shared.credentials();
      const context = new ServerContext(credentials, contextOptions(this.#socket, this.#settings));
      const { handshakes } = this.#shared;
      const { remoteAddress } = this.#socket;
      const handshake = new ServerHandshake(context, scheme, handshakes, remoteAddress);
      this.#handshake = handshake;
      if (this.#closed) this.#reset();
      return handshake;
    } catch (error) {
      return this.#answerError(error, findCallRefusal(error));
    }
  }

  async #step(
    handshake: ServerHandshake,
    token: Buffer,
    response?: ServerResponse,
  ): Promise<Verdict> {
    if (this.#closed) return { kind: 'gone' };
    let result: StepResult;
    try {
      result = await handshake.step(token);
    } catch (error) {
      return this.#answerError(error, findStepRefusal(error));
    }
    if (result.done) return this.#complete(handshake, result.token, response);
    if (this.#settings.kerberosOnly) return this.#refuse('notKerberos');
    if (this.#state.isShared) return this.#refuse('proxied');
    if (!result.token) return this.#refuse('denied');
    handshake.wait();
    return refusal('continue', { challenges: [challengeOf(handshake.scheme, result.token)] });
  }

  /** Without a reason, the error is one of the server itself. */
  #answerError(error: unknown, reason: RefusalReason | undefined, lastToken?: string): Verdict {
    const isTimedOut = this.#handshake?.timedOut === true;
    this.#reset();
    if (this.#closed) return { kind: 'gone' };
    if (isTimedOut) return this.#refuse('timeout', { lastToken });
    if (reason) return this.#refuse(reason, { error: error as Error, lastToken });
    throw error;
  }

  async #complete(
    handshake: ServerHandshake,
    token: Buffer | undefined,
    response?: ServerResponse,
  ): Promise<Verdict> {
    const { context, scheme } = handshake;
    // The proof of who the server is: the client gets it whatever the answer is.
    const lastToken = token && challengeOf(scheme, token);
    let authentication: Authentication;
    try {
      const identity = await readIdentity(context, this.#settings);
      const objection = await findObjection(context, identity, this.#settings);
      if (objection) return this.#refuse(objection, { lastToken });
      const bindings = bindingState(this.#socket, this.#settings);
      authentication = authenticationOf(handshake, identity, bindings);
    } catch (error) {
      return this.#answerError(error, findCallRefusal(error), lastToken);
    }
    if (this.#closed) return { kind: 'gone' };
    if (handshake.timedOut) return this.#refuse('timeout', { lastToken });
    this.#state.identify(authentication.sid ?? authentication.name);
    const needsConnection = !takesOneToken(authentication);
    if (needsConnection && this.#state.isShared) return this.#refuse('proxied', { lastToken });
    handshake.finish();
    this.#keep(authentication, response);
    const headers: Record<string, string> = lastToken ? { 'WWW-Authenticate': lastToken } : {};
    return { kind: 'authenticated', authentication, headers };
  }

  #keep(authentication: Authentication, response: ServerResponse | undefined): void {
    const { context } = authentication;
    this.#contexts.add(context);
    const { persistKerberos, persistNtlm, kerberosOnly } = this.#settings;
    const persists = takesOneToken(authentication) ? persistKerberos : persistNtlm;
    if (persists && !kerberosOnly && !this.#state.isShared) {
      this.#authentication = authentication;
      return;
    }
    if (!response) this.#last = context;
    else if (response.destroyed) this.#end(context);
    else response.once('close', () => this.#end(context));
  }

  #end(context: ServerContext): void {
    this.#contexts.delete(context);
    context.close();
  }

  /** The connection is nobody's again. */
  #reset(): void {
    this.#handshake?.abandon();
    this.#handshake = undefined;
    if (this.#authentication) this.#end(this.#authentication.context);
    this.#authentication = undefined;
  }

  /** `lastToken` is the value of WWW-Authenticate with that of a handshake that is complete. */
  #refuse(
    reason: RefusalReason,
    { error, lastToken }: { error?: Error; lastToken?: string | undefined } = {},
  ): Verdict {
    this.#reset();
    const asked = this.#settings.schemes.map((name) => challengeOf(name, undefined));
    const told = lastToken === undefined ? [] : [lastToken];
    // One that a second identity has come over: who wants to be that one can open another.
    const closes = reason === 'proxied' && !this.#state.isProxied;
    return refusal(reason, { challenges: asksAnew(reason) ? asked : told, error, closes });
  }

  #close(): void {
    this.#closed = true;
    this.#reset();
    for (const context of this.#contexts) context.close();
    this.#contexts.clear();
  }

  get #settings(): ServerSettings {
    return this.#shared.settings;
  }
}
