import type { Socket } from 'node:net';
import { usageError } from '../../errors/usage-error.js';
import type { ChannelBindings } from '../../index.js';
import { handshakeError, lossError } from '../client/errors.js';
import { assertBound, type Bindable } from '../client/handshake.js';
import { ignoreErrors } from '../ignore-errors.js';
import { type IdleLimits, idleTime } from './idle.js';
import type { Connector, ResponseHeaders } from './types.js';

/** The one connection of an origin: requests take turns, so that none comes between the legs of another. */
export class Line implements Bindable {
  held = false;
  bound: ChannelBindings | undefined;
  #load = 0;
  #socket: Socket | undefined;
  #busy = false;
  #connecting: AbortController | undefined;
  readonly #limits: IdleLimits | undefined;
  #timer: NodeJS.Timeout | undefined;
  #served = 0;
  #headers: ResponseHeaders = {};
  #closer = 'The server';
  readonly #idle: (() => void)[] = [];
  readonly #waiting: (() => unknown)[] = [];

  /** `limits`: when its connection closes. Absent: whoever has made it decides. */
  constructor(limits?: IdleLimits) {
    this.#limits = limits;
  }

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
    clearTimeout(this.#timer);
  }

  leave(): void {
    this.#load -= 1;
    if (this.#load > 0) return;
    if (this.#limits) {
      const time = idleTime(this.#limits, this.#headers);
      this.#timer = setTimeout(() => this.#socket?.destroy(), time).unref();
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** A response comes, with these headers. */
  note(headers: ResponseHeaders): void {
    this.#headers = headers;
  }

  /** A request has been answered. `closes`: it asked for a connection that closes after it. */
  serve(closes: boolean): void {
    this.#served += 1;
    const most = this.#limits?.maxRequests || Number.POSITIVE_INFINITY;
    if (closes || this.#served >= most) this.#socket?.destroy();
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
    if (this.held) return lossError(this.#closer);
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
    this.#served = 0;
    socket.once('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      const said = /\bclose\b/i.test(String(this.#headers.connection ?? ''));
      const { code } = (socket.errored ?? {}) as { code?: string };
      // undici closes it by itself after what its options and the server's hints say.
      this.#closer = code === 'UND_ERR_INFO' && !said ? 'The dispatcher' : 'The server';
    });
  }
}
