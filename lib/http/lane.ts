import {
  Agent,
  type AgentOptions,
  type ClientRequest,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';
import { handshakeError } from './failures.js';
import type { Outgoing } from './outgoing.js';

/**
 * One connection at a time to one origin. Between the legs of a handshake it is held: if it closes
 * then, there is no other in its place.
 */
export class Lane {
  readonly origin: string;
  readonly #agent: Agent;
  #socket: Socket | undefined;
  #held = false;

  constructor(origin: string, tls: ConnectionOptions) {
    this.origin = origin;
    const options: AgentOptions = { keepAlive: true, maxSockets: 1, scheduling: 'fifo' };
    this.#agent = origin.startsWith('https:')
      ? // A resumed session does not show the server's certificate, which the bindings are made of.
        new TlsAgent({ ...options, ...tls, maxCachedSessions: 0 })
      : new Agent(options);
    this.#agent.createConnection = this.#connect.bind(this, this.#agent.createConnection);
  }

  /** The connection, where there is one that goes on. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
  }

  /** Sends a request, and resolves with the head of its response. */
  send(outgoing: Outgoing, authorization: string | undefined): Promise<IncomingMessage> {
    const { url, method, headers, body, signal } = outgoing;
    const sent = { ...headers, ...(authorization !== undefined && { authorization }) };
    const make = url.protocol === 'https:' ? tlsRequest : plainRequest;
    return new Promise((resolve, reject) => {
      const request = make(url, { method, headers: sent, agent: this.#agent, signal });
      request.once('response', resolve);
      // Also after the response: what is left to send then, nobody waits for.
      request.on('error', (error) => reject(withReuse(error, request)));
      if (body === undefined || body instanceof Uint8Array) request.end(body);
      else pipeline(body, request, (error) => error && reject(error));
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  // TCP's own keep-alive would look after connections that nobody uses; these are closed then.
  #connect(
    connect: Agent['createConnection'],
    ...[options, callback]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    if (this.#held) {
      const error = handshakeError('The server closed the connection in the middle');
      process.nextTick(() => callback?.(error, undefined as never));
      return undefined as never;
    }
    const plain = { ...options, keepAlive: false } as typeof options;
    const socket = connect.call(this.#agent, plain, callback) as Socket;
    this.#socket = socket;
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
    return socket;
  }
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
