import type { IncomingMessage, InformationEvent } from 'node:http';
import type { HttpAnswer } from '../client/connection.js';
import { handshakeError } from '../client/errors.js';
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

  abort(reason: Error): void {
    if (this.#ended) return;
    this.#aborted = true;
    this.fail(reason);
  }

  pause(): void {
    this.#paused = true;
    this.#message?.pause();
  }

  resume(): void {
    this.#paused = false;
    this.#message?.resume();
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
    this.#handler.onResponseError?.(this, error);
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
      if (body) this.#call(() => this.#handler.onResponseData?.(this, body));
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
    else this.fail(handshakeError('The server closed the connection'));
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
      this.#handler.onResponseError?.(this, error as Error);
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
      this.#handler.onResponseError?.(this, error as Error);
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
