import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { isProxied } from './proxies.js';

/** The state of a TCP connection that all Authenticators share. */
export class SocketState {
  /** Whether a proxy sends requests over it. */
  isProxied: boolean;
  /** Whether more than one identity has logged on over it: the next request may be of a third. */
  isShared = false;
  /** Counts the handshakes: each one replaces the user of the connection. */
  handshakes = 0;
  #identity: string | undefined;

  constructor({ remoteAddress }: Socket) {
    // A pipe: a program on this machine connects to it, such as IIS, and no user's client.
    this.isProxied = remoteAddress === undefined;
  }

  /** Looks for marks of a proxy. */
  checkRequest(request: IncomingMessage): void {
    this.isProxied ||= isProxied(request);
  }

  addIdentity(identity: string): void {
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
