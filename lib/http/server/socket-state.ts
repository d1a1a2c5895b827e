import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { isProxied } from './proxies.js';

/** What is known of a TCP connection, whichever Authenticator has found it out. */
export class SocketState {
  /** Whether a proxy sends requests over it. */
  isProxied: boolean;
  /** Whether more than one identity has logged on over it, so that the next request may be of a third. */
  isShared = false;
  /** Counts the handshakes: what was known of the connection is void when the next begins. */
  handshakes = 0;
  #identity: string | undefined;

  constructor({ remoteAddress }: Socket) {
    // A pipe: what connects to it is a program on this machine, such as IIS, and no user's client.
    this.isProxied = remoteAddress === undefined;
  }

  look(request: IncomingMessage): void {
    this.isProxied ||= isProxied(request);
  }

  /** Takes note of who has logged on. */
  identify(identity: string): void {
    this.#identity ??= identity;
    this.isShared ||= this.#identity !== identity;
  }
}

const states = new WeakMap<Socket, SocketState>();

export function getSocketState(socket: Socket): SocketState {
  const known = states.get(socket);
  if (known) return known;
  const state = new SocketState(socket);
  states.set(socket, state);
  return state;
}
