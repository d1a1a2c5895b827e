import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ChannelBindings } from '../../index.js';
import { LONGEST_HEAD } from '../headers.js';
import { ignoreErrors } from '../ignore-errors.js';
import type { AuthTarget } from './auth-target.js';
import { dumpBody } from './dump-body.js';
import { lossError, proxyError } from './errors.js';
import {
  type Answer,
  type AuthConnection,
  assertBound,
  authenticate,
  schemeOf,
} from './handshake.js';
import type { ClientSettings } from './options.js';
import { hostOf, portOf } from './proxy-options.js';

/** A proxy, and how it is connected and authenticated to. */
export interface ProxyConnector extends Pick<ClientSettings, 'lookup' | 'localAddress'> {
  readonly url: URL;
  readonly tls: ConnectionOptions;
  readonly target: AuthTarget;
}

/** Connects to a proxy, which must be the one that `connection` is bound to. */
export async function connectToProxy(
  { url, tls, lookup, localAddress }: Omit<ProxyConnector, 'target'>,
  connection: Pick<AuthConnection, 'bound'>,
  signal: AbortSignal,
): Promise<Socket> {
  const target = { host: hostOf(url), port: portOf(url), lookup, localAddress };
  const isTls = url.protocol === 'https:';
  const socket = isTls
    ? connectTls({ ...target, servername: isIP(target.host) ? '' : target.host, ...tls })
    : connect(target);
  ignoreErrors(socket);
  try {
    await once(socket, isTls ? 'secureConnect' : 'connect', { signal });
    assertBound(socket, connection);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/**
 * A connection to `authority` through a proxy, by CONNECT. All legs of an authentication go over the
 * one connection that becomes the tunnel.
 */
export async function openTunnel(
  proxy: ProxyConnector,
  authority: string,
  signal: AbortSignal,
): Promise<Socket> {
  signal.throwIfAborted();
  const connection = new ProxyConnection(proxy, authority, signal);
  try {
    const answer = await authenticated(connection, proxy.target, signal);
    if (answer.status < 200 || answer.status > 299)
      throw proxyError(answer.status, `CONNECT ${authority}`);
    connection.release();
    return answer.tunnel();
  } catch (error) {
    connection.close();
    signal.throwIfAborted(); // with its reason, and not with what it has broken
    throw error;
  }
}

async function authenticated(
  connection: ProxyConnection,
  target: AuthTarget,
  signal: AbortSignal,
): Promise<ConnectAnswer> {
  const first = await connection.send({});
  const scheme = schemeOf(first, target);
  if (!scheme) return first;
  return authenticate(first, scheme, target, { connection, signal }, (value) =>
    connection.send({ [target.headers.credentials]: value }),
  );
}

/** The connection to a proxy, before it is a tunnel. */
class ProxyConnection implements AuthConnection {
  held = false;
  bound: ChannelBindings | undefined;
  readonly #proxy: ProxyConnector;
  readonly #authority: string;
  readonly #signal: AbortSignal;
  // Also while a refusal is read, when no request has the signal.
  readonly #onAbort = () => this.#socket?.destroy(this.#signal.reason);
  #socket: Socket | undefined;

  constructor(proxy: ProxyConnector, authority: string, signal: AbortSignal) {
    this.#proxy = proxy;
    this.#authority = authority;
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort);
  }

  async send(credentials: Readonly<Record<string, string>>): Promise<ConnectAnswer> {
    const socket = await this.#connected();
    this.#signal.throwIfAborted();
    const headers = { host: this.#authority, 'proxy-connection': 'keep-alive' };
    const sent = request({
      method: 'CONNECT',
      path: this.#authority,
      headers: { ...headers, connection: 'keep-alive', ...credentials },
      createConnection: () => socket,
      maxHeaderSize: LONGEST_HEAD,
      signal: this.#signal,
    });
    sent.end();
    const [response, , head] = (await once(sent, 'connect')) as [IncomingMessage, Socket, Buffer];
    return new ConnectAnswer(response, socket, head);
  }

  close(): void {
    this.release();
    this.#socket?.destroy();
  }

  /** The signal is for the way to the tunnel, not for what comes after it. */
  release(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  async #connected(): Promise<Socket> {
    if (this.#socket?.readable && this.#socket.writable) return this.#socket;
    if (this.held) throw lossError('The proxy');
    this.#socket = await connectToProxy(this.#proxy, this, this.#signal);
    return this.#socket;
  }
}

/** The answer to a CONNECT. Node leaves what follows its head to us, whatever the status. */
class ConnectAnswer implements Answer {
  readonly socket: Socket;
  readonly #response: IncomingMessage;
  readonly #rest: Buffer;

  constructor(response: IncomingMessage, socket: Socket, rest: Buffer) {
    this.#response = response;
    this.socket = socket;
    this.#rest = rest;
  }

  get status(): number {
    return this.#response.statusCode as number;
  }

  values(name: string): readonly string[] {
    return this.#response.headersDistinct[name] ?? [];
  }

  async drain(): Promise<void> {
    this.#giveBack();
    const stays = await dumpBody(this.socket, this.#response);
    if (!stays) this.socket.destroy();
  }

  /** The connection, which is one to the target from here on. */
  tunnel(): Socket {
    this.#giveBack();
    return this.socket;
  }

  #giveBack(): void {
    if (this.#rest.length > 0) this.socket.unshift(this.#rest);
  }
}
