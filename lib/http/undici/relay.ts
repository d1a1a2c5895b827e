import type { Controller, Handler, ResponseHeaders } from './types.js';

/**
 * The caller's side of a request that is sent several times: one beginning, one answer, and one
 * controller, which is that of the sending under way.
 */
export class Relay implements Controller {
  readonly handler: Handler;
  readonly #onEnd: () => void;
  #target: Controller | undefined;
  #ended = false;
  #paused = false;
  #wasSent = false;
  readonly #aborting = new AbortController();

  constructor(handler: Handler, onEnd: () => void) {
    this.handler = handler;
    this.#onEnd = onEnd;
  }

  get aborted(): boolean {
    return this.signal.aborted;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get reason(): Error | null {
    return this.aborted ? this.signal.reason : null;
  }

  /** Whether the request has been on a connection. */
  get wasSent(): boolean {
    return this.#wasSent;
  }

  /** Aborted with the request. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  get rawHeaders(): unknown {
    return this.#target?.rawHeaders ?? null;
  }

  get rawTrailers(): unknown {
    return this.#target?.rawTrailers ?? null;
  }

  abort(reason: Error): void {
    if (this.aborted || this.#ended) return;
    this.#target?.abort(reason);
    this.#aborting.abort(reason);
    this.fail(reason);
  }

  pause(): void {
    this.#paused = true;
    this.#target?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#target?.resume();
  }

  /** The request begins: it can be aborted from here on, also while it waits for its turn. */
  start(): void {
    try {
      this.handler.onRequestStart?.(this, null);
    } catch (error) {
      this.abort(error as Error);
    }
  }

  /** A sending begins. */
  begin(target: Controller): void {
    this.#target = target;
    this.#wasSent = true;
    if (this.reason) target.abort(this.reason);
  }

  /** A sending has ended, and there may be another. */
  pauseBetween(): void {
    this.#target = undefined;
  }

  throwIfAborted(): void {
    this.signal.throwIfAborted();
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
