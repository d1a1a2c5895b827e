import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline, Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { usageError } from '../../errors/usage-error.js';
import { pairsOf } from '../raw-headers.js';
import { type AgentSettings, firstOf } from './agent-options.js';
import { unframedError } from './errors.js';
import type { Lane } from './lane.js';
import { exchangeOn } from './lane-exchange.js';
import { isSentOn, type Outgoing } from './outgoing.js';
import { Route } from './route.js';
import { PairedSocket } from './socket-pair.js';

/** A connection of the caller's, and the lane behind it. */
interface Line {
  readonly origin: URL;
  readonly lane: Lane;
  /** The caller's end, which hears of errors. */
  readonly outer: PairedSocket;
  /** Aborted when the connection ends. */
  readonly ending: AbortController;
  /** Whether the next bytes are a request: the caller has given the connection to one. */
  isFree: boolean;
  busy: boolean;
}

/**
 * Gives sockets to clients of HTTP/1.1, such as node:http. At the other end of each, within the process,
 * is a server that sends the requests on over a lane, and answers what asks for authentication. A socket
 * is a connection: it opens one, uses no other, and closes with it.
 */
export class Gateway {
  readonly #settings: AgentSettings;
  readonly #route: Route;
  readonly #server: Server;
  readonly #lines = new Map<Duplex, Line>();

  constructor(settings: AgentSettings) {
    this.#settings = settings;
    this.#route = new Route(settings);
    const patient = { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 };
    this.#server = createServer({ ...patient, requireHostHeader: false, maxHeaderSize: 0x100000 });
    this.#server.on('request', (request, response) => this.#serve(request, response));
    this.#server.on('clientError', (error, socket) => this.#refuse(socket, error));
  }

  connect(origin: URL, tls: TlsOptions): Duplex {
    const [outer, inner] = PairedSocket.pair();
    const lane = this.#route.lane(origin.origin, tls, () => {
      if (!line.busy) finish(inner, outer);
    });
    const ending = new AbortController();
    const line: Line = { origin, lane, outer, ending, isFree: true, busy: false };
    this.#lines.set(inner, line);
    // A request has ended, and Node's agent gives the connection to the next one.
    outer.on('free', () => {
      if (inner.readableLength === 0) line.isFree = true;
      else outer.destroy(); // what is left is of that request
    });
    outer.once('close', () => inner.destroy());
    inner.once('close', () => {
      this.#lines.delete(inner);
      ending.abort();
      lane.close();
    });
    this.#server.emit('connection', inner);
    return outer;
  }

  close(): void {
    for (const { outer } of this.#lines.values()) outer.destroy();
    this.#route.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const line = this.#lines.get(request.socket);
    if (!line?.isFree) return this.#refuse(request.socket);
    line.isFree = false;
    line.busy = true;
    try {
      const outgoing = await this.#outgoingOf(request, line);
      const parties = this.#route.parties(line.origin, firstOf(this.#settings));
      const message = await exchangeOn(line.lane, outgoing, parties);
      await relay(message, response);
      line.busy = false;
      if (!line.lane.socket) finish(request.socket, line.outer);
    } catch (error) {
      this.#fail(request.socket, error as Error);
    }
  }

  // A body without a length: it must not be taken for a request.
  #refuse(inner: Duplex, error?: Error): void {
    const isFree = this.#lines.get(inner)?.isFree;
    this.#fail(inner, isFree && error ? error : unframedError());
  }

  // The caller's request has it as the error of its socket.
  #fail(inner: Duplex, error: Error): void {
    const line = this.#lines.get(inner);
    line?.ending.abort(error);
    line?.outer.destroy(error);
  }

  async #outgoingOf(request: IncomingMessage, { origin, ending }: Line): Promise<Outgoing> {
    const { method = 'GET', url = '/', headers } = request;
    // Behind a proxy, anything else could name another host.
    if (!url.startsWith('/')) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'The path of a request must start with "/"');
    }
    // What follows its head is in no message.
    if (headers.upgrade !== undefined) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'The agent makes no upgrade to another protocol');
    }
    const length = Number(headers['content-length'] ?? 0);
    const stream = headers['transfer-encoding'] === undefined ? undefined : request;
    return {
      url: origin,
      path: url,
      method,
      headers: onward(request),
      ...(length > 0 && { length }),
      body: length > 0 ? await this.#bodyOf(request, length) : stream,
      signal: ending.signal,
    };
  }

  #bodyOf(request: IncomingMessage, length: number): Promise<Uint8Array> | Readable {
    const parts = withPause(request, length);
    const isKept = length <= this.#settings.maxKeptBody;
    return isKept ? bytesOf(parts) : Readable.from(parts, { objectMode: false });
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

// The last part goes on in a later turn than the caller's write of it. Over TCP that is nearly always so;
// got 16 looks whether there is a response in the turn after it has written a body, before it ends the
// request, and where there is one destroys the connection that the response comes on.
async function* withPause(request: IncomingMessage, length: number): AsyncGenerator<Buffer, void> {
  let rest = length;
  for await (const part of request) {
    rest -= part.length;
    if (rest <= 0) await turn();
    yield part;
  }
}

async function bytesOf(parts: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const kept: Buffer[] = [];
  for await (const part of parts) kept.push(part);
  return Buffer.concat(kept);
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
