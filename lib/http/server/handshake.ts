import type { ServerContext, StepResult } from '../../index.js';
import type { Scheme } from '../scheme.js';

/** How many handshakes are under way, and how many may be. */
export class Slots {
  readonly #most: number;
  #taken = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get taken(): number {
    return this.#taken;
  }

  take(): boolean {
    if (this.#taken === this.#most) return false;
    this.#taken += 1;
    return true;
  }

  give(): void {
    this.#taken -= 1;
  }
}

/** A handshake that is neither complete nor given up: it holds a slot, and its time runs. */
export class ServerHandshake {
  readonly context: ServerContext;
  readonly scheme: Scheme;
  readonly #slots: Slots;
  readonly #timer: NodeJS.Timeout;
  #steps = 0;
  #ended = false;
  #timedOut = false;

  /** Takes over a slot that was taken. */
  constructor(context: ServerContext, scheme: Scheme, slots: Slots, milliseconds: number) {
    this.context = context;
    this.scheme = scheme;
    this.#slots = slots;
    this.#timer = setTimeout(() => {
      this.#timedOut = true;
      this.abandon();
    }, milliseconds).unref();
  }

  /** The client's tokens, and those of the server in between. */
  get legs(): number {
    return 2 * this.#steps - 1;
  }

  step(token: Buffer): Promise<StepResult> {
    this.#steps += 1;
    return this.context.step(token);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get timedOut(): boolean {
    return this.#timedOut;
  }

  /** The context goes on without the handshake. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#slots.give();
  }

  abandon(): void {
    if (this.#ended) return;
    this.finish();
    this.context.close();
  }
}
