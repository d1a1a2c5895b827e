import { usageError } from '../../errors/usage-error.js';
import { agentSettings, type NegotiateAgentOptions } from '../client/agent-options.js';
import { Route } from '../client/route.js';
import { Line } from './line.js';
import { intercepted } from './request.js';
import type { Connector, Dispatch } from './types.js';

/** `(dispatch) => dispatch` of undici's, for `compose()`. */
export interface NegotiateInterceptor extends Disposable {
  <Dispatching extends (options: never, handler: never) => boolean>(
    dispatch: Dispatching,
  ): Dispatching;
  /**
   * A connector that tells of its connections, for the option `connect` of the dispatcher: only who
   * answers on one of them gets a token.
   */
  connector<Connecting extends (options: never, callback: never) => unknown>(
    connect: Connecting,
  ): Connecting;
  /** Gives back the credentials that were acquired. */
  close(): void;
}

/** An interceptor does not see whether a request goes through a proxy, so it cannot log on to one. */
export type NegotiateInterceptorOptions = Omit<NegotiateAgentOptions, 'proxy'>;

/**
 * An interceptor for undici that answers a 401 with Negotiate or NTLM. The dispatcher must have one connection for an origin: a Client, or an Agent with
 * `{ connections: 1, pipelining: 1, allowH2: false }`. While a request is authenticated, others to its
 * origin wait. `negotiateDispatcher` has as many connections as it takes.
 */
export function negotiateInterceptor(options: NegotiateInterceptorOptions): NegotiateInterceptor {
  const settings = agentSettings(options);
  if (settings.proxy) {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      '"options.proxy" has no meaning here: an interceptor cannot tell who answers 407. ' +
        'negotiateDispatcher goes through proxies',
    );
  }
  const route = new Route(settings);
  const lines = new Map<string, Line>();
  const lineOf = (origin: string) => {
    const line = lines.get(origin) ?? new Line();
    lines.set(origin, line);
    return line;
  };
  const interceptor = (dispatch: Dispatch): Dispatch =>
    intercepted(dispatch, route, settings, (url) => lineOf(url.origin));
  const connector =
    (connect: Connector): Connector =>
    (target, callback) => {
      const { protocol, hostname, port } = target;
      const host = hostname.includes(':') ? `[${hostname}]` : hostname;
      const { origin } = new URL(`${protocol}//${host}:${port}`);
      if (!settings.allowedOrigins.includes(origin)) return connect(target, callback);
      return lineOf(origin).connector(connect)(target, callback);
    };
  const close = () => route.close();
  return Object.assign(interceptor, {
    connector,
    close,
    [Symbol.dispose]: close,
  }) as unknown as NegotiateInterceptor;
}
