import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type Credentials,
  InsufficientMemoryError,
  NoAuthorityError,
  ServerContext,
  SspiError,
  type StepResult,
} from '../../index.js';
import { parseAuthorization } from '../headers.js';
import type { Scheme } from '../scheme.js';
import { isTls } from '../tls.js';
import { challengeOf, isOf, tokenOf } from '../token.js';
import {
  type Authentication,
  authenticationOf,
  findObjection,
  readIdentity,
} from './authentication.js';
import { bindingState, contextOptions } from './extended-protection.js';
import { type Handshakes, ServerHandshake } from './handshake.js';
import type { ServerSettings } from './options.js';
import { getSocketState, type SocketState } from './socket-state.js';
import { ignoreErrors } from './sockets.js';
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
  #handshake: ServerHandshake | undefined;
  #authentication: Authentication | undefined;
  readonly #state: SocketState;
  /** Which handshake of the socket `#authentication` came of. */
  #number = 0;
  #closed: boolean;
  #last: Promise<unknown> = Promise.resolve();
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
    const verdict = this.#last.then(() => this.#judge(request, response));
    this.#last = verdict
      .catch(() => {})
      .then(() => {
        this.#waiting -= 1;
      });
    return verdict;
  }

  async #judge(request: IncomingMessage, response?: ServerResponse): Promise<Verdict> {
    if (this.#closed) return { kind: 'gone' };
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
      if (isOverload(error)) return this.#refuse('busy', { error: error as Error });
      if (error instanceof SspiError) return this.#refuse('unavailable', { error });
      throw error;
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
      return this.#failed(handshake, error as Error);
    }
    if (result.done) return this.#complete(handshake, result.token, response);
    if (this.#settings.kerberosOnly) return this.#refuse('notKerberos');
    if (this.#state.isShared) return this.#refuse('proxied');
    if (!result.token) return this.#refuse('denied');
    handshake.wait();
    return refusal('continue', { challenges: [challengeOf(handshake.scheme, result.token)] });
  }

  #failed(handshake: ServerHandshake, error: Error): Verdict {
    handshake.abandon();
    if (this.#closed) return { kind: 'gone' };
    if (handshake.timedOut) return this.#refuse('timeout');
    if (isOverload(error)) return this.#refuse('busy', { error });
    const ours = error instanceof NoAuthorityError || error instanceof InsufficientMemoryError;
    if (ours) return this.#refuse('unavailable', { error });
    const { code } = error as { code?: string };
    const theirs = error instanceof SspiError || code === 'ERR_SSPI_REQUIREMENT_NOT_MET';
    if (theirs) return this.#refuse('denied', { error });
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
      return this.#unknown(handshake, error as Error, lastToken);
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

  /** The client is authenticated, and Windows does not say who it is. */
  #unknown(handshake: ServerHandshake, error: Error, lastToken: string | undefined): Verdict {
    handshake.abandon();
    if (this.#closed) return { kind: 'gone' };
    if (handshake.timedOut) return this.#refuse('timeout', { lastToken });
    if (isOverload(error)) return this.#refuse('busy', { error, lastToken });
    if (error instanceof SspiError) return this.#refuse('unavailable', { error, lastToken });
    throw error;
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
    const end = () => {
      this.#contexts.delete(context);
      context.close();
    };
    if (response?.destroyed) end();
    else response?.once('close', end);
  }

  /** The connection is nobody's again. */
  #reset(): void {
    this.#handshake?.abandon();
    this.#handshake = undefined;
    const context = this.#authentication?.context;
    this.#authentication = undefined;
    if (!context) return;
    this.#contexts.delete(context);
    context.close();
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

// Kerberos within SPNEGO can take more where the client begins with another mechanism.
function takesOneToken({ package: name, legs }: Authentication): boolean {
  return name === 'Kerberos' || (name !== 'NTLM' && legs === 1);
}

// No thread was free: the call was not made.
function isOverload(error: unknown): boolean {
  const { code } = Object(error) as { code?: unknown };
  return code === 'ERR_SSPI_OVERLOADED' || code === 'ERR_SSPI_THREAD_NOT_STARTED';
}
