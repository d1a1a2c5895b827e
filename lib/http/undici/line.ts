import type { Socket } from 'node:net';
import type { ChannelBindings } from '../../channel-bindings.js';
import { usageError } from '../../errors.js';
import { assertBound } from '../client-handshake.js';
import type { Holdable } from '../exchange.js';
import { handshakeError } from '../failures.js';
import type { Connector } from './types.js';

/** The one connection of an origin: requests take turns, so that none comes between the legs of another. */
export class Line implements Holdable {
  held = false;
  bound: ChannelBindings | undefined;
  /** How many requests are under way or wait. */
  load = 0;
  #socket: Socket | undefined;
  #busy = false;
  readonly #waiting: (() => unknown)[] = [];

  /** The connection, where the line has been told. */
  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** Runs now, or when others have given their turn back; false says that it waits. */
  take(run: () => boolean): boolean {
    if (this.#busy) {
      this.#waiting.push(run);
      return false;
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
      return connect(options, (error, socket) => {
        if (!socket) return callback(error, socket);
        try {
          assertBound(socket, this);
        } catch (reason) {
          socket.destroy();
          return callback(reason as Error, null);
        }
        this.#keep(socket);
        callback(error, socket);
      });
    };
  }

  #refusal(): Error | undefined {
    if (this.held) return handshakeError('The server closed the connection in the middle');
    if (!this.#socket || this.#socket.destroyed) return undefined;
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
