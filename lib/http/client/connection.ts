import {
  Agent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { type Duplex, pipeline, Readable } from 'node:stream';
import { createError } from '../../errors/usage-error.js';
import type { ChannelBindings } from '../../index.js';
import { LONGEST_HEAD } from '../headers.js';
import { ignoreErrors } from '../ignore-errors.js';
import { closedError, lossError, timeoutError } from './errors.js';
import type { Leg } from './exchange.js';
import {
  type Answer,
  type AuthConnection,
  assertBound,
  LONGEST_REFUSAL,
  refusalError,
} from './handshake.js';
import type { ClientSettings } from './options.js';
import { lengthOf, type OutgoingRequest } from './outgoing-request.js';
import { connectToProxy, openTunnel, type ProxyConnector } from './tunnel.js';
import { untilAborted } from './until-aborted.js';

type Connect = Agent['createConnection'];
type ConnectArguments = Parameters<Connect>;

/** From here on, a server is asked whether it takes a body before it is sent. */
const LONGEST_UNANNOUNCED = 0x100000;
/** How long the server may take to say so, as in curl: many never do. */
const CONTINUE_TIMEOUT = 1000;

export interface ConnectionSettings
  extends Pick<
    ClientSettings,
    'tls' | 'connectTimeout' | 'headersTimeout' | 'lookup' | 'localAddress'
  > {
  readonly proxy: ProxyConnector | undefined;
}

/**
 * One connection at a time to one origin. Between the legs of a handshake it is held: if it closes
 * then, there is no other in its place.
 */
export class HttpConnection implements AuthConnection {
  readonly origin: string;
  held = false;
  bound: ChannelBindings | undefined;
  readonly #settings: ConnectionSettings;
  readonly #onClose: (() => void) | undefined;
  readonly #closing = new AbortController();
  #agent: Agent;
  #socket: Socket | undefined;

  /** `onClose` is called when the connection has closed. */
  constructor(origin: string, settings: ConnectionSettings, onClose?: () => void) {
    this.origin = origin;
    this.#settings = settings;
    this.#onClose = onClose;
    this.#agent = this.#makeAgent();
  }

  /** The connection, where it can take another request. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** Aborted when the connection is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  /** Sends a request, and resolves with the head of its response. */
  async send(outgoing: OutgoingRequest, leg: Leg): Promise<HttpAnswer> {
    const { signal } = outgoing;
    signal.throwIfAborted();
    const body = leg.withoutBody && outgoing.body ? new Uint8Array() : outgoing.body;
    const answered = new Promise<HttpAnswer>((resolve, reject) => {
      const request = this.#makeRequest({ ...outgoing, body }, leg);
      request.once('response', (message) => {
        if (outgoing.method === 'HEAD') keepAfterHead(request, message);
        resolve(this.#answer(request, message));
      });
      request.once('upgrade', (message, socket, head) => {
        this.#detach(socket);
        // A change of protocol that was not asked for is no answer.
        if (outgoing.upgrade === undefined) socket.destroy();
        else resolve(this.#answer(request, message, { socket, head }));
      });
      // A peer whose tokens are not checked yet has nothing to say.
      if (Object.keys(leg.credentials).length === 0) passInformation(request, outgoing);
      // Stays after the response: an error of what is still sent then has no other listener.
      request.on('error', (error) => reject(withReuse(error, request)));
      request.once('close', () => reject(closedError()));
      this.#limitSilence(request);
      sendBody(request, body).catch(reject);
    });
    // A request that waits for its connection does not end with its signal.
    return untilAborted(answered, signal);
  }

  close(): void {
    this.#closing.abort(createError('ERR_SSPI_HTTP_CLOSED', 'client'));
    this.#agent.destroy();
  }

  #answer(
    request: ClientRequest,
    message: IncomingMessage,
    upgraded?: HttpAnswer['upgraded'],
  ): HttpAnswer {
    return new HttpAnswer(request, message, this.#settings.headersTimeout, upgraded);
  }

  #makeRequest(outgoing: OutgoingRequest, { credentials }: Leg): ClientRequest {
    const { url, method, headers, signal } = outgoing;
    const { host } = url;
    const options = {
      method,
      path: this.#pathOf(outgoing),
      headers: {
        host,
        ...headers,
        // A proxy must not find another host there than in the URL.
        ...(this.#sendsWholeUrl && { host }),
        ...framingOf(outgoing),
        ...credentials,
      },
      agent: this.#agent,
      maxHeaderSize: LONGEST_HEAD,
      signal,
    };
    return this.#isTls ? tlsRequest(url, options) : plainRequest(url, options);
  }

  #makeAgent(): Agent {
    const options: AgentOptions = { keepAlive: true, maxSockets: 1, scheduling: 'fifo' };
    const agent = this.#isTls
      ? // A resumed session does not show the server's certificate, which the bindings are made of.
        new TlsAgent({ ...options, ...this.#settings.tls, maxCachedSessions: 0 })
      : new Agent(options);
    agent.createConnection = this.#connect.bind(this, agent.createConnection);
    agent.keepSocketAlive = this.#keepAlive.bind(this, agent.keepSocketAlive);
    return agent;
  }

  get #isTls(): boolean {
    return this.origin.startsWith('https:');
  }

  // A proxy gets the whole URL, but for what goes through a tunnel.
  #pathOf({ url, path = `${url.pathname}${url.search}` }: OutgoingRequest): string {
    return this.#sendsWholeUrl ? `${url.origin}${path}` : path;
  }

  get #sendsWholeUrl(): boolean {
    return this.#settings.proxy !== undefined && !this.#isTls;
  }

  #limitSilence(request: ClientRequest): void {
    const { headersTimeout } = this.#settings;
    if (headersTimeout === 0) return;
    const fail = () => request.destroy(timeoutError('The server sent no response', headersTimeout));
    request.setTimeout(headersTimeout, fail);
    for (const event of ['response', 'upgrade']) {
      request.once(event, () => request.off('timeout', fail).setTimeout(0));
    }
  }

  // Node closes a connection that is to stay for a second or less, also between two legs.
  #keepAlive(keepAlive: Agent['keepSocketAlive'], socket: Duplex): boolean {
    const isKept = keepAlive.call(this.#agent, socket) as unknown as boolean;
    if (!this.held) return isKept;
    (socket as Socket).setTimeout(0);
    return true;
  }

  #connect(connect: Connect, ...[options, callback]: ConnectArguments): undefined {
    const fail = (error: unknown) => {
      // This agent keeps the request, and would give it the next connection as well.
      this.#agent = this.#makeAgent();
      callback?.(error as Error, undefined as never);
    };
    const opened = this.held
      ? Promise.reject(lossError('The server'))
      : this.#open(connect, options);
    opened.then((socket) => callback?.(null, this.#keep(socket)), fail);
    return undefined;
  }

  /** Opens a connection that can be used: through its proxy, and with TLS. */
  async #open(connect: Connect, options: ConnectArguments[0]): Promise<Socket> {
    const { connectTimeout, lookup, localAddress, proxy } = this.#settings;
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(timeoutError(`No connection to ${this.origin}`, connectTimeout));
    }, connectTimeout);
    const signal = AbortSignal.any([this.closing, late.signal]);
    // TCP's own keep-alive would look after connections that are not used; these are closed then.
    const plain = { ...options, keepAlive: false, lookup, localAddress } as typeof options;
    try {
      if (proxy && !this.#isTls) return await connectToProxy(proxy, this, signal);
      const socket = proxy && (await openTunnel(proxy, authorityOf(this.origin), signal));
      return await this.#untilOpen(
        () => connect.call(this.#agent, { ...plain, ...(socket && { socket }) } as typeof options),
        signal,
        socket,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  async #untilOpen(
    make: () => unknown,
    signal: AbortSignal,
    tunnel: Socket | undefined,
  ): Promise<Socket> {
    let socket: Socket;
    try {
      socket = ignoreErrors(make() as Socket);
    } catch (error) {
      tunnel?.destroy();
      throw error;
    }
    const opened = new Promise<Socket>((resolve, reject) => {
      socket.once(this.#isTls ? 'secureConnect' : 'connect', () => resolve(socket));
      socket.once('error', reject);
      socket.once('close', () => reject(closedError()));
    });
    try {
      await untilAborted(opened, signal);
      assertBound(socket, this);
      return socket;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  #keep(socket: Socket): Socket {
    this.#socket = socket;
    socket.once('close', () => this.#detach(socket));
    return socket;
  }

  #detach(socket: Duplex): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#onClose?.();
  }
}

/** The head of a response, whose body is still to come. */
export class HttpAnswer implements Answer {
  readonly message: IncomingMessage;
  /** The connection, and what it has read already, after a change of protocol. */
  readonly upgraded: { readonly socket: Duplex; readonly head: Buffer } | undefined;
  readonly socket: Socket;
  readonly #request: ClientRequest;
  readonly #timeout: number;

  /** `timeout`: how long the body of a refusal may take, in milliseconds; 0: no limit. */
  constructor(
    request: ClientRequest,
    message: IncomingMessage,
    timeout: number,
    upgraded?: HttpAnswer['upgraded'],
  ) {
    this.#request = request;
    this.#timeout = timeout;
    this.message = message;
    this.upgraded = upgraded;
    this.socket = message.socket;
  }

  get status(): number {
    return this.message.statusCode as number;
  }

  /** Whether the request has been sent in full: otherwise its connection takes no other. */
  get isFinished(): boolean {
    return this.#request.writableFinished;
  }

  values(name: string): readonly string[] {
    return this.message.headersDistinct[name] ?? [];
  }

  async drain(): Promise<void> {
    const late = () =>
      this.message.destroy(timeoutError('The server did not end its refusal', this.#timeout));
    const timer = this.#timeout > 0 ? setTimeout(late, this.#timeout) : undefined;
    try {
      let length = 0;
      for await (const part of this.message) {
        length += part.length;
        if (length > LONGEST_REFUSAL) throw refusalError(this.status);
      }
    } finally {
      clearTimeout(timer);
    }
    // The rest of a body that was refused is not sent: the next leg takes another connection.
    if (!this.isFinished) this.#request.destroy();
  }
}

/** The host and the port, which a CONNECT always has. */
export function authorityOf(origin: string): string {
  const { hostname, port, protocol } = new URL(origin);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

/** The headers about the connection and the end of the body. Node writes the other ones that there must be. */
function framingOf({ body, upgrade }: OutgoingRequest): Record<string, string> {
  const length = lengthOf(body);
  const isLong = length === undefined || length > LONGEST_UNANNOUNCED;
  return {
    ...(body &&
      (length === undefined
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': `${length}` })),
    ...(isLong && { expect: '100-continue' }),
    ...(upgrade !== undefined && { connection: 'upgrade', upgrade }),
  };
}

// Node gives the 100 too, which an application has not asked for.
function passInformation(request: ClientRequest, { onInformation }: OutgoingRequest): void {
  if (!onInformation) return;
  request.on('information', (information) => {
    if (information.statusCode !== 100) onInformation(information);
  });
}

// For Node the headers of a body that does not come leave its end open.
function keepAfterHead(request: ClientRequest, { headers, httpVersion }: IncomingMessage): void {
  if (httpVersion !== '1.1' || /\bclose\b/i.test(headers.connection ?? '')) return;
  request.shouldKeepAlive = true;
}

async function sendBody(request: ClientRequest, body: OutgoingRequest['body']): Promise<void> {
  if (request.hasHeader('expect') && !(await isWanted(request))) return;
  if (body === undefined || body instanceof Uint8Array) {
    request.end(body);
    return;
  }
  await new Promise<void>((resolve, reject) => {
    pipeline(Readable.from(body, { objectMode: false }), request, (error) =>
      error ? reject(error) : resolve(),
    );
  });
}

/** Whether the server takes the body, which it may refuse by its response alone. */
function isWanted(request: ClientRequest): Promise<boolean> {
  request.flushHeaders();
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const settle = (isWanted: boolean) => {
      clearTimeout(timer);
      request.off('response', refuse);
      resolve(isWanted);
    };
    const refuse = (message: IncomingMessage) => {
      settle(false);
      // A server that has not read the body takes no other request on this connection.
      message.once('close', () => request.destroy());
    };
    request.once('socket', () => {
      timer = setTimeout(settle, CONTINUE_TIMEOUT, true);
    });
    request.once('continue', () => settle(true));
    request.once('response', refuse);
    for (const event of ['close', 'error', 'upgrade']) request.once(event, () => settle(false));
  });
}

/** Whether an error is that of a connection that was idle, and that the server had closed already. */
const reuses = new WeakSet<Error>();

export function isStale(error: unknown): boolean {
  return error instanceof Error && reuses.has(error);
}

function withReuse(error: Error & { code?: string }, request: ClientRequest): Error {
  if (request.reusedSocket && error.code === 'ECONNRESET') reuses.add(error);
  return error;
}
