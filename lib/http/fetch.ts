import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { Credentials } from '../credentials.js';
import { usageError } from '../errors.js';
import {
  type ClientOptions,
  type ClientSettings,
  clientSettings,
  targetNameOf,
} from './client-options.js';
import { asksFor, authenticateTo, sendFirst } from './exchange.js';
import { redirectError } from './failures.js';
import { Lane } from './lane.js';
import { locationOf, type Outgoing, outgoingOf, redirected } from './outgoing.js';
import { onEnd, responseOf } from './response.js';

/** What fetch() takes, and how to authenticate. */
export interface NegotiateInit extends RequestInit {
  negotiate?: ClientOptions;
}

/**
 * fetch() that answers a 401 with Negotiate or NTLM, on connections of its own. Each of them serves one
 * request at a time and stays open for the next, so that NTLM authenticates it once.
 *
 * fetch() rejects with SspiError where Windows fails, and with ERR_SSPI_HTTP_HANDSHAKE, _BODY and
 * _REDIRECT. A server that refuses the credentials answers 401, which is a response.
 */
export class NegotiateClient {
  readonly #settings: ClientSettings;
  readonly #idle = new Set<Lane>();
  readonly #lanes = new Set<Lane>();
  #own: Promise<Credentials> | undefined;
  #closed = false;

  constructor(options: ClientOptions = {}) {
    this.#settings = clientSettings(options);
  }

  async fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    this.#assertOpen();
    const request = new Request(input, init);
    const outgoing = await outgoingOf(request, init.body);
    if (!/^https?:$/.test(outgoing.url.protocol)) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'The URL must be one of http: or https:');
    }
    try {
      outgoing.signal.throwIfAborted();
      return await this.#follow(outgoing, request.redirect);
    } catch (error) {
      outgoing.signal.throwIfAborted(); // with the reason of the caller's
      throw error;
    }
  }

  /** Closes the connections, also those in use, and gives back the credentials that it has acquired. */
  close(): void {
    this.#closed = true;
    for (const lane of this.#lanes) lane.close();
    this.#lanes.clear();
    this.#idle.clear();
    this.#own?.then(
      (credentials) => credentials.close(),
      () => {},
    );
    this.#own = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const state = this.#closed ? 'closed' : 'open';
    return `NegotiateClient { ${this.#settings.scheme}, ${this.#lanes.size} connections, ${state} }`;
  }

  async #follow(first: Outgoing, redirect: Request['redirect']): Promise<Response> {
    let outgoing = first;
    for (let count = 0; ; count++) {
      const { lane, message } = await this.#exchange(outgoing, first.url);
      message.once('close', () => this.#release(lane, message));
      try {
        const location = redirect === 'manual' ? undefined : locationOf(message, outgoing.url);
        if (!location) return responseOf(message, outgoing, count > 0);
        if (redirect === 'error') {
          throw redirectError('The server redirects, and "redirect" is "error"');
        }
        if (count === this.#settings.maxRedirects) throw redirectError('Too many redirects');
        outgoing = redirected(outgoing, message.statusCode as number, location);
      } catch (error) {
        message.destroy();
        throw error;
      }
      message.resume();
    }
  }

  async #exchange(
    outgoing: Outgoing,
    first: URL,
  ): Promise<{ lane: Lane; message: IncomingMessage }> {
    const settings = this.#settings;
    const lane = this.#take(outgoing.url.origin);
    try {
      const message = await sendFirst(lane, outgoing);
      const allowed = (settings.allowedOrigins ?? [first.origin]).includes(outgoing.url.origin);
      if (!allowed || !asksFor(message, settings)) return { lane, message };
      const targetName = targetNameOf(outgoing.url, first, settings);
      const purpose = { settings, targetName, credentials: () => this.#credentials() };
      return { lane, message: await authenticateTo(lane, outgoing, message, purpose) };
    } catch (error) {
      this.#forget(lane);
      throw error;
    }
  }

  #take(origin: string): Lane {
    this.#assertOpen();
    for (const lane of this.#idle) {
      if (!lane.socket) this.#forget(lane);
      else if (lane.origin === origin) {
        this.#idle.delete(lane);
        return lane;
      }
    }
    const lane = new Lane(origin, this.#settings.tls);
    this.#lanes.add(lane);
    return lane;
  }

  #release(lane: Lane, message: IncomingMessage): void {
    if (message.complete && lane.socket && !this.#closed) this.#idle.add(lane);
    else this.#forget(lane);
  }

  #forget(lane: Lane): void {
    this.#idle.delete(lane);
    this.#lanes.delete(lane);
    lane.close();
  }

  #credentials(): Promise<Credentials> {
    const { credentials } = this.#settings;
    if (credentials) return Promise.resolve(credentials);
    this.#own ??= this.#acquire();
    return this.#own;
  }

  // One failure is no failure for ever.
  async #acquire(): Promise<Credentials> {
    const { identity, package: name } = this.#settings;
    try {
      return await Credentials.acquire({ package: name, ...(identity && { identity }) });
    } catch (error) {
      this.#own = undefined;
      throw error;
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw usageError('ERR_INVALID_ARG_VALUE', 'The client was closed');
  }
}

/** One request, with a client of its own that closes when the body has been read. */
export async function negotiateFetch(
  input: string | URL | Request,
  { negotiate = {}, ...init }: NegotiateInit = {},
): Promise<Response> {
  const client = new NegotiateClient(negotiate);
  try {
    const response = await client.fetch(input, init);
    onEnd(response, () => client.close());
    return response;
  } catch (error) {
    client.close();
    throw error;
  }
}
