import { EventEmitter } from 'node:events';
import type { Line } from './line.js';
import type { Dispatcher, DispatchOptions, Handler } from './types.js';

/** A client of undici's with one connection. */
export interface Single {
  readonly client: Dispatcher;
  readonly line: Line;
}

/**
 * The connections to one origin. undici's own pool closes a client that has lost its connection, also
 * between the legs of a handshake.
 */
export class LinePool extends EventEmitter implements Dispatcher {
  destroyed = false;
  closed = false;
  readonly #make: () => Single;
  readonly #most: number;
  readonly #singles: Single[] = [];

  constructor(most: number, make: () => Single) {
    super();
    this.#most = most;
    this.#make = make;
  }

  dispatch(options: DispatchOptions, handler: Handler): boolean {
    return this.#next().client.dispatch(options, handler);
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.#singles.map(({ client }) => client.close()));
    this.destroyed = true;
  }

  async destroy(...parameters: unknown[]): Promise<void> {
    this.destroyed = true;
    await Promise.all(this.#singles.map(({ client }) => client.destroy(...parameters)));
  }

  // One that is free, best with a connection; then a new one; then the one that the fewest wait for.
  #next(): Single {
    const [best] = this.#singles.toSorted((a, b) => rank(a) - rank(b));
    if (best && (best.line.load === 0 || this.#singles.length >= this.#most)) return best;
    const made = this.#make();
    this.#singles.push(made);
    return made;
  }
}

function rank({ line }: Single): number {
  return line.load + (line.socket ? 0 : 0.5);
}
