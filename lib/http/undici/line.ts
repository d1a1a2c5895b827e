import type { Socket } from 'node:net';
import { usageError } from '../../errors/usage-error.js';
import type { ChannelBindings } from '../../index.js';
import { handshakeError } from '../client/errors.js';
import type { Holdable } from '../client/exchange.js';
import { assertBound } from '../client/handshake.js';
import { ignoreErrors } from '../client/ignore-errors.js';
import type { Connector } from './types.js';

/** The one connection of an origin: requests take turns, so that none comes between the legs of another. */
export class Line implements Holdable {
  held = false;
  bound: ChannelBindings | undefined;
  #load = 0;
  #socket: Socket | undefined;
  #busy = false;
  #connecting: AbortController | undefined;
  readonly #idle: (() => void)[] = [];
  readonly #waiting: (() => unknown)[] = [];

  /** The connection, where the line has been told. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** How many requests are under way or wait. */
  get load(): number {
    return this.#load;
  }

  enter(): void {
    this.#load += 1;
  }

  leave(): void {
    this.#load -= 1;
    if (this.#load > 0) return;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Resolves when no request is under way or waits. */
  async idle(): Promise<void> {
    if (this.#load > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /**
   * Runs now, or when others have given their turn back. Gives what the run gives, and true where it
   * waits: nothing here tells later that there is room again.
   */
  take(run: () => boolean): boolean {
    if (this.#busy) {
      this.#waiting.push(run);
      return true;
    }
    this.#busy = true;
    return run();
  }

  giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy = false;
  }

  /** A connector that tells the line of its connections. */
  connector(connect: Connector): Connector {
    return (options, callback) => {
      const refusal = this.#refusal();
      if (refusal) return callback(refusal, null);
      const connecting = new AbortController();
      const { signal } = connecting;
      this.#connecting = connecting;
      signal.addEventListener('abort', () => callback(signal.reason, null));
      try {
        return connect({ ...options, signal }, (error, socket) => {
          if (!signal.aborted) return this.#connected(error, socket, callback);
          return socket && ignoreErrors(socket).destroy();
        });
      } catch (error) {
        this.#connecting = undefined;
        throw error;
      }
    };
  }

  /** Ends the making of a connection, which nobody waits for any more. */
  abandon(): void {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    connecting?.abort(handshakeError('The request was aborted'));
  }

  #connected(
    error: Error | null,
    socket: Socket | null,
    callback: Parameters<Connector>[1],
  ): unknown {
    this.#connecting = undefined;
    if (!socket) return callback(error, socket);
    ignoreErrors(socket);
    try {
      assertBound(socket, this);
    } catch (reason) {
      socket.destroy();
      return callback(reason as Error, null);
    }
    this.#keep(socket);
    return callback(error, socket);
  }

  #refusal(): Error | undefined {
    if (this.held) return handshakeError('The server closed the connection in the middle');
    const isThere = this.#socket && !this.#socket.destroyed;
    if (!isThere && !this.#connecting) return undefined;
    return usageError(
      'ERR_INVALID_ARG_VALUE',
      'The dispatcher opens a second connection to the origin: authentication needs one, ' +
        '{ connections: 1, pipelining: 1 }',
    );
  }

  #keep(socket: Socket): void {
    this.#socket = socket;
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
  }
}
