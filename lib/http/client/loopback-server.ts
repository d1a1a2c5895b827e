import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { pairsOf } from '../raw-headers.js';
import type { HttpAnswer, HttpConnection } from './connection.js';
import { exchangeOn } from './connection-exchange.js';
import { ConnectionFactory } from './connection-factory.js';
import { unframedError } from './errors.js';
import type { ClientSettings } from './options.js';
import { assertPath, isSentOn, type OutgoingRequest } from './outgoing-request.js';
import { ReplayableBody } from './replayable-body.js';
import { PairedSocket } from './socket-pair.js';

/** A socket of the caller's, and the connection behind it. */
interface Link {
  readonly origin: URL;
  readonly connection: HttpConnection;
  /** The caller's end, which gets the errors. */
  readonly outer: PairedSocket;
  /** Aborted when the socket closes. */
  readonly ending: AbortController;
  /** Whether the next bytes are a request: the caller has given the socket to one. */
  isFree: boolean;
  busy: boolean;
}

/**
 * Gives sockets to clients of HTTP/1.1, such as node:http. At the other end of each, within the process,
 * is a server that sends the requests on over a connection, and answers what asks for authentication. A socket
 * is a connection: it opens one, uses no other, and closes with it.
 */
export class LoopbackServer {
  readonly #factory: ConnectionFactory;
  readonly #server: Server;
  readonly #links = new Map<Duplex, Link>();

  constructor(settings: ClientSettings) {
    this.#factory = new ConnectionFactory(settings);
    const patient = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
    this.#server = createServer({ ...patient, requireHostHeader: false, maxHeaderSize: 0x100000 });
    this.#server.on('request', (request, response) => this.#serve(request, response));
    this.#server.on('upgrade', (request, inner, head) => this.#upgrade(request, inner, head));
    this.#server.on('clientError', (error, socket) => this.#refuse(socket, error));
  }

  connect(origin: URL, tls: TlsOptions): Duplex {
    const [outer, inner] = PairedSocket.pair();
    const connection = this.#factory.make(origin.origin, tls, () => {
      if (!link.busy) finish(inner, outer);
    });
    const ending = new AbortController();
    const link: Link = { origin, connection, outer, ending, isFree: true, busy: false };
    this.#links.set(inner, link);
    // A request has ended, and Node's agent gives the connection to the next one.
    outer.on('free', () => {
      if (inner.readableLength === 0) link.isFree = true;
      else outer.destroy(); // what is left is of that request
    });
    outer.once('close', () => inner.destroy());
    inner.once('close', () => {
      this.#links.delete(inner);
      ending.abort();
      connection.close();
    });
    this.#server.emit('connection', inner);
    return outer;
  }

  close(): void {
    for (const { outer } of this.#links.values()) outer.destroy();
    this.#factory.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const link = this.#links.get(request.socket);
    if (!link?.isFree) return this.#refuse(request.socket);
    link.isFree = false;
    link.busy = true;
    try {
      const answer = await this.#exchange(this.#outgoingOf(request, link), link);
      await relay(answer.message, response);
      // The server has answered before it has the body: its connection takes no other request.
      if (!answer.isFinished) link.connection.close();
      link.busy = false;
      if (!link.connection.socket) finish(request.socket, link.outer);
    } catch (error) {
      this.#fail(request.socket, error as Error);
    }
  }

  async #upgrade(request: IncomingMessage, inner: Duplex, head: Buffer): Promise<void> {
    const link = this.#links.get(inner);
    if (!link?.isFree) return this.#refuse(inner);
    link.isFree = false;
    link.busy = true;
    try {
      const outgoing = this.#outgoingOf(request, link);
      if (outgoing.body) throw unframedError();
      const { upgrade } = request.headers;
      const answer = await this.#exchange({ ...outgoing, upgrade }, link);
      if (answer.upgraded) joinSockets(inner, head, answer);
      else await refuseUpgrade(request, inner, answer);
    } catch (error) {
      this.#fail(inner, error as Error);
    }
  }

  #exchange(outgoing: OutgoingRequest, { origin, connection }: Link): Promise<HttpAnswer> {
    return exchangeOn(connection, outgoing, this.#factory.targets(origin));
  }

  // A body without a length: it must not be taken for a request.
  #refuse(inner: Duplex, error?: Error): void {
    const isFree = this.#links.get(inner)?.isFree;
    this.#fail(inner, isFree && error ? error : unframedError());
  }

  // The caller's request has it as the error of its socket.
  #fail(inner: Duplex, error: Error): void {
    const link = this.#links.get(inner);
    link?.ending.abort(error);
    link?.outer.destroy(error);
  }

  #outgoingOf(request: IncomingMessage, { origin, ending }: Link): OutgoingRequest {
    const { method = 'GET', url = '/', headers } = request;
    assertPath(url);
    const isChunked = headers['transfer-encoding'] !== undefined;
    const length = isChunked ? undefined : Number(headers['content-length'] ?? 0);
    const { maxReplayBodySize } = this.#factory.settings;
    return {
      url: origin,
      path: url,
      method,
      headers: onward(request),
      body:
        length === 0
          ? undefined
          : new ReplayableBody(withPause(request, length), maxReplayBodySize, length),
      signal: ending.signal,
    };
  }
}

// The server within the process has answered `Expect` already.
function onward({ headersDistinct }: IncomingMessage): Record<string, string | string[]> {
  const entries = Object.entries(headersDistinct).flatMap(([name, values]) => {
    if (!isSentOn(name) || !values) return [];
    return [[name, values.length === 1 ? (values[0] as string) : values]];
  });
  return Object.fromEntries(entries);
}

// The last part is sent on in a later turn than the caller's write of it. Over TCP that is nearly always so;
// got 16 looks whether there is a response in the turn after it has written a body, before it ends the
// request, and where there is one destroys the connection that the response comes on.
async function* withPause(request: IncomingMessage, length = 0): AsyncGenerator<Buffer, void> {
  let rest = length;
  for await (const part of request) {
    rest -= part.length;
    if (length > 0 && rest <= 0) await turn();
    yield part;
  }
}

// The end of a response may still wait for who reads it.
function finish(inner: Duplex, outer: Duplex): void {
  if (outer.readableLength + inner.writableLength === 0) outer.destroy();
  else inner.end(() => inner.destroy());
}

/** Resolves when the response has been taken. */
function relay(message: IncomingMessage, response: ServerResponse): Promise<void> {
  response.sendDate = false;
  const { statusCode = 500, statusMessage = '', rawHeaders } = message;
  response.writeHead(statusCode, statusMessage, rawHeaders);
  return new Promise((resolve, reject) => {
    message.once('end', () => {
      const trailers = message.rawTrailers;
      if (trailers.length > 0) response.addTrailers(pairsOf(trailers));
    });
    pipeline(message, response, (error) => (error ? reject(error) : resolve()));
  });
}

/** Gives the caller the server's answer to an upgrade, and the connection. */
function joinSockets(inner: Duplex, head: Buffer, { message, upgraded }: HttpAnswer): void {
  const { socket, head: early } = upgraded as NonNullable<HttpAnswer['upgraded']>;
  const lines = pairsOf(message.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
  inner.write(
    `HTTP/1.1 ${message.statusCode} ${message.statusMessage}\r\n${lines.join('')}\r\n`,
    'latin1',
  );
  inner.write(early);
  socket.write(head);
  // Both ends close together, whatever closes one of them.
  pipeline(inner, socket, inner, () => {});
}

/** Gives the caller the response of a server that does not change the protocol. The connection ends with it. */
async function refuseUpgrade(
  request: IncomingMessage,
  inner: Duplex,
  { message }: HttpAnswer,
): Promise<void> {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(inner as never);
  await relay(message, response);
  inner.end(() => inner.destroy());
}
