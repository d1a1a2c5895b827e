import type { IncomingMessage, InformationEvent } from 'node:http';
import type { HttpAnswer } from '../client/connection.js';
import { closedError, handshakeError } from '../client/errors.js';
import { pairsOf } from '../raw-headers.js';
import type { Controller, Handler, ResponseHeaders } from './types.js';

/**
 * The handler's side of a request, which may be sent several times: one beginning, one response, and one
 * end, after which the handler is not called.
 */
export class RequestController implements Controller {
  readonly #handler: Handler;
  readonly #aborting = new AbortController();
  #message: IncomingMessage | undefined;
  #aborted = false;
  #ended = false;
  #paused = false;
  #onResume: () => void = () => {};
  rawHeaders: Buffer[] = [];
  rawTrailers: Buffer[] = [];

  constructor(handler: Handler) {
    this.#handler = handler;
  }

  /** Aborted where the request fails. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get reason(): Error | null {
    return this.#aborted ? this.signal.reason : null;
  }

  abort(reason?: Error): void {
    if (this.#ended) return;
    this.#aborted = true;
    this.fail(reason ?? new DOMException('The operation was aborted', 'AbortError'));
  }

  pause(): void {
    this.#paused = true;
    this.#message?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#message?.resume();
    this.#onResume();
  }

  /** The request begins: it can be aborted from here on, also while it waits for a connection. */
  start(): void {
    this.#call(() => this.#handler.onRequestStart?.(this, null));
  }

  /** Reports a failure. */
  fail(error: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#aborting.abort(error);
    this.#message?.destroy();
    this.#onResume();
    this.#reportError(error);
  }

  /** An interim response, such as 103. */
  inform({ statusCode, rawHeaders, statusMessage }: InformationEvent): void {
    this.rawHeaders = bytesOf(rawHeaders);
    this.#call(() => {
      this.#handler.onResponseStart?.(this, statusCode, headersOf(rawHeaders), statusMessage);
    });
  }

  /**
   * Gives the handler a response, and resolves when that has ended or failed. `onEnd` is called then, before the
   * handler is: a request that the handler makes can have the connection.
   */
  async relay(message: IncomingMessage, onEnd: () => void): Promise<void> {
    if (message.destroyed && !message.complete) {
      // It has closed while its proof was looked at, and says so no more.
      onEnd();
      this.fail(closedError());
      return;
    }
    const closed = new Promise<void>((resolve) => message.once('close', resolve));
    message.once('close', onEnd);
    message.on('error', (error) => this.fail(error));
    this.#message = message;
    if (message.complete) {
      // The whole response has come. undici gives it in one turn, and its fetch relies on that.
      const body = message.read() as Buffer | null;
      message.resume();
      await closed;
      this.#begin(message);
      if (this.#paused) await this.#untilResumed();
      if (body) this.#call(() => this.#handler.onResponseData?.(this, body));
      if (this.#paused) await this.#untilResumed();
      this.#end(message);
      return;
    }
    this.#begin(message);
    let isWhole = false;
    message.once('end', () => {
      isWhole = true;
    });
    message.on('data', (chunk) => this.#call(() => this.#handler.onResponseData?.(this, chunk)));
    // A listener of data sets a stream going.
    if (this.#paused) message.pause();
    if (this.#ended) message.destroy();
    await closed;
    if (isWhole) this.#end(message);
    else this.fail(closedError());
  }

  async #untilResumed(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#onResume = resolve;
    });
  }

  #begin({ statusCode = 0, statusMessage, rawHeaders }: IncomingMessage): void {
    this.rawHeaders = bytesOf(rawHeaders);
    this.#call(() => this.#handler.onResponseStarted?.());
    this.#call(() => {
      this.#handler.onResponseStart?.(this, statusCode, headersOf(rawHeaders), statusMessage);
    });
  }

  /** Gives the handler the connection, after a change of protocol. */
  upgrade({ message, upgraded }: HttpAnswer): void {
    const { socket, head } = upgraded as NonNullable<HttpAnswer['upgraded']>;
    if (this.#ended || !this.#handler.onRequestUpgrade) {
      socket.destroy();
      this.fail(handshakeError('The handler takes no upgrade'));
      return;
    }
    this.#ended = true;
    if (head.length > 0) socket.unshift(head);
    this.rawHeaders = bytesOf(message.rawHeaders);
    try {
      const headers = headersOf(message.rawHeaders);
      this.#handler.onRequestUpgrade(this, message.statusCode as number, headers, socket);
    } catch (error) {
      socket.destroy();
      this.#reportError(error as Error);
    }
  }

  #end({ rawTrailers }: IncomingMessage): void {
    if (this.#ended) return;
    this.#ended = true;
    this.rawTrailers = bytesOf(rawTrailers);
    try {
      this.#handler.onResponseEnd?.(this, headersOf(rawTrailers));
    } catch (error) {
      // As undici does: its own handler for retries counts on it.
      this.#reportError(error as Error);
    }
  }

  // A handler that throws here has no other way to be heard, and ends no other request.
  #reportError(error: Error): void {
    try {
      this.#handler.onResponseError?.(this, error);
    } catch (thrown) {
      process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
    }
  }

  // What a handler throws ends its request.
  #call(call: () => void): void {
    if (this.#ended) return;
    try {
      call();
    } catch (error) {
      this.fail(error as Error);
    }
  }
}

function bytesOf(raw: readonly string[]): Buffer[] {
  return raw.map((text) => Buffer.from(text, 'latin1'));
}

/** Names in lower case; one that comes several times has an array. */
function headersOf(raw: readonly string[]): ResponseHeaders {
  const headers: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairsOf(raw)) {
    const key = name.toLowerCase();
    const known = headers[key];
    headers[key] = known === undefined ? value : [known, value].flat();
  }
  return { ...headers };
}
