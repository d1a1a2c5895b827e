import type { IncomingMessage } from 'node:http';
import type { ConnectionOptions } from 'node:tls';
import { inspect } from 'node:util';
import { createError, usageError } from '../../errors/usage-error.js';
import { redirectError } from './errors.js';
import type { Lane } from './lane.js';
import { exchangeOn } from './lane-exchange.js';
import { type ClientOptions, clientSettings } from './options.js';
import { locationOf, type Outgoing, outgoingOf, redirected } from './outgoing.js';
import { onEnd, responseOf } from './response.js';
import { Route } from './route.js';
import { untilAborted } from './until-aborted.js';

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
  readonly #route: Route;
  readonly #idle = new Set<Lane>();
  readonly #lanes = new Set<Lane>();
  /** Those whose server may not know who the client is. */
  readonly #anonymous = new WeakSet<Lane>();
  #closed = false;

  constructor(options: ClientOptions = {}) {
    this.#route = new Route(clientSettings(options));
  }

  async fetch(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    this.#assertOpen();
    const request = new Request(input, init);
    const outgoing = await untilAborted(outgoingOf(request, init.body), request.signal);
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
    this.#route.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const state = this.#closed ? 'closed' : 'open';
    return `NegotiateClient { ${this.#route.settings.scheme}, ${this.#lanes.size} connections, ${state} }`;
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
        if (count === this.#route.settings.maxRedirects) throw redirectError('Too many redirects');
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
    const lane = this.#take(outgoing.url.origin, first.origin);
    try {
      const parties = this.#route.parties(outgoing.url, first);
      return { lane, message: await exchangeOn(lane, outgoing, parties) };
    } catch (error) {
      this.#forget(lane);
      throw error;
    }
  }

  #take(origin: string, first: string): Lane {
    const { tls, allowedOrigins = [first] } = this.#route.settings;
    const isAllowed = allowedOrigins.includes(origin);
    this.#assertOpen();
    for (const lane of this.#idle) {
      if (!lane.socket) this.#forget(lane);
      else if (lane.origin === origin && this.#anonymous.has(lane) !== isAllowed) {
        this.#idle.delete(lane);
        return lane;
      }
    }
    const lane = this.#route.lane(origin, isAllowed ? tls : withoutIdentity(tls));
    if (!isAllowed) this.#anonymous.add(lane);
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

  #assertOpen(): void {
    if (this.#closed) throw createError('ERR_SSPI_HTTP_CLOSED', 'client');
  }
}

// A certificate says who somebody is, as a token does; the name is that of another server.
const identities = ['cert', 'key', 'pfx', 'passphrase', 'secureContext', 'servername'];

function withoutIdentity(tls: ConnectionOptions): ConnectionOptions {
  return Object.fromEntries(Object.entries(tls).filter(([name]) => !identities.includes(name)));
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
