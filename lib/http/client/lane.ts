import {
  Agent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { createError } from '../../errors/usage-error.js';
import type { ChannelBindings } from '../../index.js';
import { LONGEST_HEAD } from '../headers.js';
import { ignoreErrors } from '../ignore-errors.js';
import { handshakeError, lossError } from './errors.js';
import { assertBound, type Bindable } from './handshake.js';
import { framingOf, type Outgoing } from './outgoing.js';
import { connectToProxy, openTunnel, type ProxyRoute } from './tunnel.js';
import { untilAborted } from './until-aborted.js';

type Connect = Agent['createConnection'];
type ConnectArguments = Parameters<Connect>;

/**
 * One connection at a time to one origin. Between the legs of a handshake it is held: if it closes
 * then, there is no other in its place.
 */
export class Lane implements Bindable {
  readonly origin: string;
  held = false;
  bound: ChannelBindings | undefined;
  readonly #tls: ConnectionOptions;
  #agent: Agent;
  readonly #proxy: ProxyRoute | undefined;
  readonly #closing = new AbortController();
  readonly #onClose: (() => void) | undefined;
  #socket: Socket | undefined;

  /** `onClose` is told when the connection has closed. */
  constructor(origin: string, tls: ConnectionOptions, proxy?: ProxyRoute, onClose?: () => void) {
    this.origin = origin;
    this.#proxy = proxy;
    this.#onClose = onClose;
    this.#tls = tls;
    this.#agent = this.#makeAgent();
  }

  /** The connection, where there is one that goes on. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** Sends a request, and resolves with the head of its response. */
  async send(
    outgoing: Outgoing,
    credentials: Readonly<Record<string, string>>,
  ): Promise<IncomingMessage> {
    const { url, method, headers, body, signal } = outgoing;
    signal.throwIfAborted();
    const { host } = url;
    const options = {
      method,
      path: this.#targetOf(outgoing),
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
    const make = this.#isTls ? tlsRequest : plainRequest;
    const received = new Promise<IncomingMessage>((resolve, reject) => {
      const request = make(url, options);
      request.once('response', resolve);
      // Also after the response: what is left to send then, nobody waits for.
      request.on('error', (error) => reject(withReuse(error, request)));
      // An upgrade that nobody has asked for ends without an error.
      request.once('close', () => reject(handshakeError('The server closed the connection')));
      if (body === undefined || body instanceof Uint8Array) request.end(body);
      else pipeline(body, request, (error) => error && reject(error));
    });
    // A request that waits for its connection does not end with its signal.
    return untilAborted(received, signal);
  }

  /** Aborted when the lane is closed. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort(createError('ERR_SSPI_HTTP_CLOSED', 'client'));
    this.#agent.destroy();
  }

  #makeAgent(): Agent {
    const options: AgentOptions = { keepAlive: true, maxSockets: 1, scheduling: 'fifo' };
    const agent = this.#isTls
      ? // A resumed session does not show the server's certificate, which the bindings are made of.
        new TlsAgent({ ...options, ...this.#tls, maxCachedSessions: 0 })
      : new Agent(options);
    agent.createConnection = this.#connect.bind(this, agent.createConnection);
    agent.keepSocketAlive = this.#keepAlive.bind(this, agent.keepSocketAlive);
    return agent;
  }

  get #isTls(): boolean {
    return this.origin.startsWith('https:');
  }

  // A proxy is told the whole URL, but for what goes through a tunnel.
  #targetOf({ url, path = `${url.pathname}${url.search}` }: Outgoing): string {
    return this.#sendsWholeUrl ? `${url.origin}${path}` : path;
  }

  get #sendsWholeUrl(): boolean {
    return this.#proxy !== undefined && !this.#isTls;
  }

  // Node closes a connection that is to stay for a second or less, also between two legs.
  #keepAlive(keepAlive: Agent['keepSocketAlive'], socket: Duplex): boolean {
    const isKept = keepAlive.call(this.#agent, socket) as unknown as boolean;
    if (!this.held) return isKept;
    (socket as Socket).setTimeout(0);
    return true;
  }

  // TCP's own keep-alive would look after connections that nobody uses; these are closed then.
  #connect(connect: Connect, ...[options, callback]: ConnectArguments): ReturnType<Connect> {
    if (this.held) {
      const error = lossError('The server');
      process.nextTick(() => callback?.(error, undefined as never));
      // This one keeps the request, and would give it the next connection as well.
      this.#agent = this.#makeAgent();
      return undefined;
    }
    const plain = { ...options, keepAlive: false } as typeof options;
    if (!this.#proxy) return this.#keep(connect.call(this.#agent, plain) as Socket);
    this.#throughProxy(this.#proxy, connect, plain).then(
      (socket) => callback?.(null, this.#keep(socket)),
      (error) => callback?.(error, undefined as never),
    );
    return undefined;
  }

  async #throughProxy(
    proxy: ProxyRoute,
    connect: Connect,
    options: ConnectArguments[0],
  ): Promise<Socket> {
    const { signal } = this.#closing;
    if (!this.#isTls) return connectToProxy(proxy, this, signal);
    const socket = await openTunnel(proxy, authorityOf(this.origin), signal);
    if (signal.aborted) {
      socket.destroy();
      throw signal.reason;
    }
    return connect.call(this.#agent, { ...options, socket } as typeof options) as Socket;
  }

  #keep(socket: Socket): Socket {
    this.#socket = ignoreErrors(socket);
    // What is written before it is sent after it, as with the check of the certificate by Node.
    if (this.#isTls) socket.once('secureConnect', () => this.#check(socket));
    socket.once('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.#onClose?.();
    });
    return socket;
  }

  #check(socket: Socket): void {
    try {
      assertBound(socket, this);
    } catch (error) {
      socket.destroy(error as Error);
    }
  }
}

/** The host and the port, which a CONNECT always has. */
export function authorityOf(origin: string): string {
  const { hostname, port, protocol } = new URL(origin);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
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
