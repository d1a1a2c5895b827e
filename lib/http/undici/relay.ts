import type { Controller, Handler, ResponseHeaders } from './types.js';

/**
 * The caller's side of a request that is sent several times: one beginning, one answer, and one
 * controller, which is that of the sending under way.
 */
export class Relay implements Controller {
  readonly handler: Handler;
  readonly #onEnd: () => void;
  #target: Controller | undefined;
  #started = false;
  #ended = false;
  #paused = false;
  #reason: Error | null = null;

  constructor(handler: Handler, onEnd: () => void) {
    this.handler = handler;
    this.#onEnd = onEnd;
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get rawHeaders(): unknown {
    return this.#target?.rawHeaders ?? null;
  }

  get rawTrailers(): unknown {
    return this.#target?.rawTrailers ?? null;
  }

  abort(reason: Error): void {
    if (this.aborted || this.#ended) return;
    this.#reason = reason;
    if (this.#target) this.#target.abort(reason);
    else this.fail(reason); // between two sendings
  }

  pause(): void {
    this.#paused = true;
    this.#target?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#target?.resume();
  }

  /** A sending begins. */
  begin(target: Controller, context: unknown): void {
    this.#target = target;
    if (this.#reason) target.abort(this.#reason);
    if (this.#reason || this.#started) return;
    this.#started = true;
    this.handler.onRequestStart?.(this, context);
  }

  /** A sending has ended, and there may be another. */
  pauseBetween(): void {
    this.#target = undefined;
  }

  throwIfAborted(): void {
    if (this.#reason) throw this.#reason;
  }

  fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd();
    this.handler.onResponseError?.(this, error);
  }

  end(trailers: ResponseHeaders): void {
    this.#ended = true;
    this.#onEnd();
    this.handler.onResponseEnd?.(this, trailers);
  }
}
