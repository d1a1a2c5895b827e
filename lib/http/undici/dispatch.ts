import { stringify } from 'node:querystring';
import { createError } from '../../errors/usage-error.js';
import type { HttpAnswer, HttpConnection } from '../client/connection.js';
import { exchangeOn } from '../client/connection-exchange.js';
import { ConnectionFactory } from '../client/connection-factory.js';
import { proxyError } from '../client/errors.js';
import { assertNotImpersonating } from '../client/not-impersonating.js';
import { assertPath, type OutgoingRequest } from '../client/outgoing-request.js';
import { ReplayableBody } from '../client/replayable-body.js';
import { onStreamError, readBody } from './body.js';
import { RequestController } from './controller.js';
import { handlerOf } from './handler.js';
import { readHeaders } from './headers.js';
import type { DispatcherSettings } from './options.js';
import { ConnectionPool } from './pool.js';
import type { DispatchOptions, Handler, LegacyHandler } from './types.js';

/** What a request is made for. */
export interface Purpose {
  /** Whether a server may get credentials. */
  readonly authenticates: boolean;
  readonly isFetch: boolean;
}

/** Sends the requests of undici and of `fetch`, and answers what asks for authentication. */
export class RequestDispatcher {
  readonly #factory: ConnectionFactory;
  readonly #pool: ConnectionPool;
  readonly #running = new Map<RequestController, Promise<void>>();
  #closed = false;

  constructor(settings: DispatcherSettings) {
    this.#factory = new ConnectionFactory(settings);
    this.#pool = new ConnectionPool(this.#factory, settings);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether its connections are closed. */
  get destroyed(): boolean {
    return this.#factory.closing.aborted;
  }

  /** How many connections there are, in use or not. */
  get connections(): number {
    return this.#pool.size;
  }

  /**
   * Begins a request. Returns true: there is always room, because a request waits for its connection.
   */
  dispatch(
    options: DispatchOptions,
    given: Handler | LegacyHandler,
    purpose: Purpose = { authenticates: true, isFetch: false },
  ): boolean {
    const controller = new RequestController(handlerOf(given));
    try {
      this.assertOpen();
      const request = this.#requestOf(options, controller);
      const running = this.#run(request, controller, purpose).finally(() => {
        this.#running.delete(controller);
      });
      this.#running.set(controller, running);
    } catch (error) {
      controller.fail(error as Error);
    }
    return true;
  }

  /** Takes no further requests, and closes the connections when those under way have ended. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#running.values());
    this.#end();
  }

  /** Ends the requests under way, closes the connections, and gives back the credentials that were acquired. */
  async destroy(): Promise<void> {
    this.#closed = true;
    const running = [...this.#running.values()];
    this.#end();
    await Promise.allSettled(running);
  }

  assertOpen(): void {
    assertNotImpersonating();
    if (this.#closed) throw createError('ERR_SSPI_HTTP_CLOSED', 'client');
  }

  #giveBack(
    connection: HttpConnection,
    { isFinished, message }: HttpAnswer,
    { closes }: OutgoingRequest,
  ): void {
    const { 'keep-alive': hint } = message.headers;
    if (isFinished && message.complete && !closes) this.#pool.release(connection, hint as string);
    else this.#pool.forget(connection);
  }

  #end(): void {
    this.#factory.close();
    // Each has its own signal: one that lives as long as the client would keep a trace of every request.
    for (const controller of this.#running.keys()) controller.abort(this.#factory.closing.reason);
    this.#pool.close();
  }

  #requestOf(options: DispatchOptions, controller: RequestController): OutgoingRequest {
    const { origin, method: word, path, query, body: given, headers, upgrade, reset } = options;
    onStreamError(given, (error) => controller.abort(error));
    // node:http writes it so.
    const method = String(word).toUpperCase();
    if (method === 'CONNECT') {
      throw createError('ERR_INVALID_ARG_VALUE', 'method', 'must not be CONNECT');
    }
    assertPath(path);
    const url = new URL(origin ?? '');
    const read = readHeaders(headers);
    const { maxReplayBodySize } = this.#factory.settings;
    const { body, type } = readBody(given, read.contentLength, maxReplayBodySize);
    return {
      url,
      path: query ? `${path}?${stringify(query as never)}` : path,
      method,
      headers: { ...(type !== undefined && { 'content-type': type }), ...read.sent },
      body,
      upgrade: upgrade ? String(upgrade === true ? 'websocket' : upgrade) : undefined,
      closes: reset === true || read.closes,
      onInformation: (information) => controller.inform(information),
      signal: controller.signal,
    };
  }

  /** Never rejects. */
  async #run(
    request: OutgoingRequest,
    controller: RequestController,
    { authenticates, isFetch }: Purpose,
  ): Promise<void> {
    // The request is known to close() before its handler is called.
    await Promise.resolve();
    controller.start();
    const { url, body, signal } = request;
    const targets = this.#factory.targets(url);
    const server = authenticates ? targets.server : undefined;
    let connection: HttpConnection | undefined;
    try {
      const used = await this.#pool.take(url.origin, server !== undefined, signal);
      connection = used;
      const answer = await exchangeOn(used, request, { ...targets, server });
      // fetch would fail without a word about why.
      if (isFetch && answer.status === 407)
        throw proxyError(407, `${request.method} ${url.origin}`);
      if (answer.upgraded) {
        this.#pool.forget(used); // It is the handler's now.
        controller.upgrade(answer);
        return;
      }
      const { message } = answer;
      await controller.relay(message, () => this.#giveBack(used, answer, request));
    } catch (error) {
      if (connection) this.#pool.forget(connection);
      controller.fail(error as Error);
    } finally {
      if (body instanceof ReplayableBody) body.close();
    }
  }
}
