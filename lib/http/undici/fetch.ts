import { inspect } from 'node:util';
import { usageError } from '../../errors/usage-error.js';
import { RequestDispatcher } from './dispatch.js';
import { type DispatcherOptions, dispatcherSettings } from './options.js';
import type { DispatchOptions, Handler, LegacyHandler } from './types.js';

// As they are now: a program may put a client's fetch in their place.
const { fetch, Request } = globalThis;

/** What fetch() takes, and how to authenticate. */
export interface NegotiateInit extends RequestInit {
  /** `allowedOrigins`: that of the URL, where it is absent. */
  negotiate?: Partial<DispatcherOptions>;
}

/**
 * Node's fetch(), on connections that answer a 401 with Negotiate or NTLM. Each of them serves one request
 * at a time and stays open for the next, so that NTLM authenticates it once.
 *
 * As with Node's fetch(), what fails is the `cause` of a TypeError: SspiError where Windows fails, and an error
 * with the code ERR_SSPI_HTTP_HANDSHAKE, _BODY, _PROXY or _TIMEOUT. A server that refuses the credentials answers
 * 401, which is a response.
 */
export class NegotiateClient {
  readonly #requests: RequestDispatcher;

  constructor(options: DispatcherOptions) {
    this.#requests = new RequestDispatcher(dispatcherSettings(options));
  }

  /**
   * Fetches a resource. `credentials: 'omit'` authenticates to no server.
   *
   * https://developer.mozilla.org/docs/Web/API/Window/fetch
   */
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    this.#requests.assertOpen();
    // What is no init, Node's own refuses.
    if (init && typeof init !== 'object' && typeof init !== 'function')
      return await fetch(input, init);
    const given = { ...referrerOf(input), ...init };
    if ('dispatcher' in given) {
      throw usageError('ERR_INVALID_ARG_VALUE', 'The "init.dispatcher" is that of the client');
    }
    const { credentials = input instanceof Request ? input.credentials : undefined } = given;
    const purpose = { authenticates: credentials !== 'omit', isFetch: true };
    const dispatcher = {
      dispatch: (options: DispatchOptions, handler: Handler | LegacyHandler) =>
        this.#requests.dispatch(options, handler, purpose),
    };
    return await fetch(input, { ...given, dispatcher } as RequestInit);
  }

  /** Closes the connections, also those in use, and gives back the credentials that were acquired. */
  close(): void {
    this.#requests.destroy();
  }

  /** Closes them when the responses have been read. */
  async closeWhenIdle(): Promise<void> {
    await this.#requests.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [inspect.custom](): string {
    const { connections, closed } = this.#requests;
    return `NegotiateClient { ${connections} connections, ${closed ? 'closed' : 'open'} }`;
  }
}

// Node forgets the referrer of a Request that an init is given with.
function referrerOf(input: unknown): RequestInit {
  if (!(input instanceof Request)) return {};
  const { referrer, referrerPolicy } = input;
  return { referrer, referrerPolicy };
}

/** Sends one request, with a new client that closes when the body has been read. */
export async function negotiateFetch(
  input: string | URL | Request,
  { negotiate = {}, ...init }: NegotiateInit = {},
): Promise<Response> {
  const { allowedOrigins = [originOf(input)], ...options } = negotiate;
  const client = new NegotiateClient({ ...options, allowedOrigins });
  try {
    const response = await client.fetch(input, init);
    client.closeWhenIdle();
    return response;
  } catch (error) {
    client.close();
    throw error;
  }
}

function originOf(input: string | URL | Request): string {
  return new URL(input instanceof Request ? input.url : input).origin;
}
