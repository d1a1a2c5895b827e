import { EventEmitter } from 'node:events';
import type { Line } from './line.js';
import type { Dispatcher, DispatchOptions, Handler } from './types.js';

/** A client of undici's with one connection. */
export interface Single {
  readonly client: Dispatcher & EventEmitter;
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
    this.#next().client.dispatch(options, handler);
    // There is always room: a request waits for its turn.
    return true;
  }

  async close(): Promise<void> {
    this.closed = true;
    // A client that is closed takes no further leg.
    await Promise.all(
      this.#singles.map(async ({ client, line }) => {
        await line.idle();
        if (!this.destroyed) await client.close();
      }),
    );
    this.destroyed = true;
  }

  async destroy(...parameters: unknown[]): Promise<void> {
    this.destroyed = true;
    await Promise.all(this.#singles.map(({ client }) => client.destroy(...parameters)));
  }

  // The agent gives the origin up when it hears that a connection is gone: not before all are.
  #listen(single: Single): void {
    const { client, line } = single;
    client.on('connect', (url, targets) => this.emit('connect', url, [this, ...targets]));
    for (const name of ['disconnect', 'connectionError']) {
      client.on(name, async (url, targets, error) => {
        await line.idle();
        if (this.#remove(single)) this.emit(name, url, [this, ...targets], error);
      });
    }
  }

  // Whether it was the last.
  #remove(single: Single): boolean {
    const { line, client } = single;
    const index = this.#singles.indexOf(single);
    if (index < 0 || line.load > 0 || line.socket || this.closed || this.destroyed) return false;
    this.#singles.splice(index, 1);
    client.close();
    return this.#singles.length === 0;
  }

  // One that is free, best with a connection; then a new one; then the one that the fewest wait for.
  #next(): Single {
    const [best] = this.#singles.toSorted((a, b) => rank(a) - rank(b));
    if (best && (best.line.load === 0 || this.#singles.length >= this.#most)) return best;
    const made = this.#make();
    this.#singles.push(made);
    this.#listen(made);
    return made;
  }
}

function rank({ line }: Single): number {
  return line.load + (line.socket ? 0 : 0.5);
}
