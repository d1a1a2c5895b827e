import type { Socket } from 'node:net';
import { type Answer, LONGEST_REFUSAL, refusalError } from '../client/handshake.js';
import type { Relay } from './relay.js';
import type { Controller, Handler, ResponseHeaders } from './types.js';

/** One sending of a request, and the answer to it, which is passed on or read and forgotten. */
export class Sending implements Handler, Answer {
  readonly answered: Promise<Sending>;
  readonly #relay: Relay;
  readonly #isLast: (answer: Answer) => boolean;
  readonly #onHead: (headers: ResponseHeaders) => Socket | undefined;
  readonly #drained: Promise<void>;
  #resolve: (sending: Sending) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #resolveDrained: () => void = () => {};
  #rejectDrained: (error: Error) => void = () => {};
  #isOver = false;
  #controller: Controller | undefined;
  #head: { status: number; headers: ResponseHeaders; message: string | undefined } | undefined;
  #fate: 'open' | 'passed' | 'dropped' = 'open';
  #events: (() => void)[] = [];
  #dropped = 0;
  socket: Socket | undefined;

  /**
   * `isLast`: whether the answer is passed on as it comes, and nobody has to look at it before. `onHead`
   * gives the connection that the answer is on.
   */
  constructor(
    relay: Relay,
    isLast: (answer: Answer) => boolean,
    onHead: (headers: ResponseHeaders) => Socket | undefined,
  ) {
    this.#relay = relay;
    this.#isLast = isLast;
    this.#onHead = onHead;
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#drained = new Promise((resolve, reject) => {
      this.#resolveDrained = resolve;
      this.#rejectDrained = reject;
    });
    this.#drained.catch(() => {});
  }

  get status(): number {
    return this.#head?.status ?? 0;
  }

  values(name: string): readonly string[] {
    const value = this.#head?.headers[name] ?? [];
    return Array.isArray(value) ? value : [value];
  }

  /** Reads the answer to its end. The connection is free then. */
  drain(): Promise<void> {
    this.#fate = 'dropped';
    this.#catchUp();
    return this.#drained;
  }

  /** Gives the answer to the caller. */
  pass(): void {
    if (this.#fate !== 'open' || !this.#head) return;
    this.#fate = 'passed';
    const { status, headers, message } = this.#head;
    try {
      this.#relay.handler.onResponseStart?.(this.#relay, status, headers, message);
    } catch (error) {
      this.#controller?.abort(error as Error);
    }
    this.#catchUp();
  }

  /** Nobody wants the rest of the answer: the connection goes with it. */
  cancel(error: Error): void {
    if (this.#fate === 'passed' || this.#isOver) return;
    this.#fate = 'dropped';
    this.#controller?.abort(error);
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    this.#relay.begin(controller);
  }

  onBodySent(chunk: Buffer): void {
    this.#relay.handler.onBodySent?.(chunk);
  }

  onRequestSent(): void {
    this.#relay.handler.onRequestSent?.();
  }

  onResponseStarted(): void {
    this.#relay.handler.onResponseStarted?.();
  }

  onResponseStart(
    controller: Controller,
    status: number,
    headers: ResponseHeaders,
    message?: string,
  ): void {
    if (status < 200) {
      this.#relay.handler.onResponseStart?.(this.#relay, status, headers, message);
      return;
    }
    this.#head = { status, headers, message };
    this.socket = this.#onHead(headers);
    if (this.#isLast(this)) this.pass();
    else controller.pause();
    this.#resolve(this);
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    this.#when(() => {
      if (this.#fate === 'passed') this.#relay.handler.onResponseData?.(this.#relay, chunk);
      else this.#drop(chunk);
    });
  }

  onResponseEnd(_: Controller, trailers: ResponseHeaders): void {
    this.#isOver = true;
    this.#when(() => {
      if (this.#fate === 'passed') return this.#relay.end(trailers);
      this.#relay.pauseBetween();
      this.#resolveDrained();
    });
  }

  onResponseError(_: Controller, error: Error): void {
    this.#isOver = true;
    this.#reject(error);
    if (!this.#head) return;
    this.#when(() => {
      if (this.#fate === 'passed') this.#relay.fail(error);
      else this.#rejectDrained(error);
    });
  }

  #drop(chunk: Buffer): void {
    this.#dropped += chunk.length;
    if (this.#dropped > LONGEST_REFUSAL) this.#controller?.abort(refusalError(this.status));
  }

  // What comes before the answer's fate is known waits.
  #when(event: () => void): void {
    if (this.#fate === 'open') this.#events.push(event);
    else event();
  }

  #catchUp(): void {
    const events = this.#events;
    this.#events = [];
    for (const event of events) event();
    if (this.#fate === 'dropped' || !this.#relay.paused) this.#controller?.resume();
  }
}
