import { usageError } from '../../errors/usage-error.js';
import {
  type AgentSettings,
  agentSettings,
  firstOf,
  type NegotiateAgentOptions,
} from '../client/agent-options.js';
import { proxyTimeoutError } from '../client/errors.js';
import { authorityOf } from '../client/lane.js';
import { Route } from '../client/route.js';
import { openTunnel, type ProxyRoute } from '../client/tunnel.js';
import { withHeaders } from './headers.js';
import { idleLimits, withoutLimits } from './idle.js';
import { Line } from './line.js';
import { LinePool, type Single } from './pool.js';
import { intercepted } from './request.js';
import type { Connector, Dispatch, Dispatcher, DispatchOptions, Undici } from './types.js';

/**
 * An Agent of the given undici whose every connection is authenticated by itself, through a proxy where
 * there is one: `negotiateDispatcher(undici, options)`. `agentOptions` are those of undici's Agent.
 * Closing it gives back the credentials that were acquired.
 */
export function negotiateDispatcher<Made>(
  undici: Undici<Made>,
  options: NegotiateAgentOptions,
  agentOptions: object = {},
): Made {
  const settings = agentSettings(options);
  const { connect = {}, ...others } = agentOptions as { connect?: { timeout?: number } };
  const limits = idleLimits(agentOptions);
  const route = new Route(settings);
  if (typeof connect === 'function') {
    throw usageError(
      'ERR_INVALID_ARG_TYPE',
      '"agentOptions.connect" must be an object: a connector of your own goes with negotiateInterceptor',
    );
  }
  const factory = (origin: string | URL, given: { connections?: number | null }) => {
    const url = new URL(origin);
    const connector = () => connectorFor(undici, url, route, settings, connect);
    const { server, proxy } = route.parties(url, firstOf(settings));
    // Nobody is authenticated to.
    if (!server && !proxy) {
      return make<Dispatcher>(undici.Pool, url.origin, { ...given, ...one, connect: connector() });
    }
    const single = () =>
      singleOf(undici, url, given, route, settings, connector(), new Line(limits));
    return new LinePool(given.connections ?? Number.POSITIVE_INFINITY, single);
  };
  const agent = make<Made & Dispatcher>(undici.Agent, { ...others, ...one, factory });
  const destroy = agent.destroy.bind(agent);
  // Its close() ends with it too.
  agent.destroy = (...parameters) => {
    route.close();
    return destroy(...parameters);
  };
  return agent;
}

// The parameters of undici's classes are not looked at here.
function make<Made>(Kind: new (...parameters: never[]) => unknown, ...parameters: unknown[]): Made {
  return Reflect.construct(Kind, parameters) as Made;
}

// A length that is not that of the body would make a request of the rest.
const one = { pipelining: 1, allowH2: false, strictContentLength: true };

function singleOf<Made>(
  undici: Undici<Made>,
  url: URL,
  options: object,
  route: Route,
  settings: AgentSettings,
  connector: Connector,
  line: Line,
): Single {
  const { proxy } = route;
  const isPlain = url.protocol === 'http:';
  const client = make<Single['client']>(
    undici.Client,
    proxy && isPlain ? proxy.url.origin : url.origin,
    {
      ...options,
      ...one,
      ...withoutLimits,
      connect: line.connector(connector),
    },
  );
  const dispatch = client.dispatch.bind(client);
  const onward: Dispatch =
    proxy && isPlain ? (given, handler) => dispatch(inFull(given, url), handler) : dispatch;
  client.dispatch = intercepted(onward, route, settings, () => line);
  return { client, line };
}

function connectorFor<Made>(
  undici: Undici<Made>,
  url: URL,
  { proxy, closing }: Route,
  settings: AgentSettings,
  given: { timeout?: number },
): Connector {
  const build = (options: object) =>
    // A resumed session does not show the server's certificate, which the bindings are made of.
    undici.buildConnector({
      ...options,
      allowH2: false,
      maxCachedSessions: 0,
    } as never) as Connector;
  if (proxy && url.protocol === 'http:') return byOwnName(build(forProxy(given, proxy)));
  const direct = build({ ...settings.tls, ...given });
  const { timeout = 10_000 } = given;
  return proxy ? throughTunnel(direct, proxy, url, closing, timeout) : direct;
}

// What is said of TLS in `connect` is about the servers: it would decide whom to take for the proxy.
const aboutSockets = [
  'timeout',
  'keepAlive',
  'keepAliveInitialDelay',
  'autoSelectFamily',
  'autoSelectFamilyAttemptTimeout',
  'localAddress',
  'family',
  'lookup',
];

function forProxy(given: object, { tls }: ProxyRoute): object {
  const kept = Object.entries(given).filter(([name]) => aboutSockets.includes(name));
  return { ...Object.fromEntries(kept), ...tls };
}

// undici takes the name in TLS from the header Host, which is the target's and not the proxy's.
function byOwnName(connect: Connector): Connector {
  return (target, callback) => connect({ ...target, servername: null }, callback);
}

function throughTunnel(
  connect: Connector,
  proxy: ProxyRoute,
  url: URL,
  closing: AbortSignal,
  timeout: number,
): Connector {
  const authority = authorityOf(url.origin);
  return (target, callback) => {
    const late = new AbortController();
    const abort = () => late.abort(proxyTimeoutError(timeout, authority));
    // As undici has it, 0 is no limit.
    const timer = timeout > 0 ? setTimeout(abort, timeout) : undefined;
    const { signal = closing } = target;
    openTunnel(proxy, authority, AbortSignal.any([closing, late.signal, signal]))
      .finally(() => clearTimeout(timer))
      .then(
        (httpSocket) => connect({ ...target, httpSocket }, callback),
        (error) => callback(late.signal.aborted ? (late.signal.reason as Error) : error, null),
      );
  };
}

/** A request as a proxy is sent it: with the whole URL. */
function inFull(options: DispatchOptions, url: URL): DispatchOptions {
  if (!options.path.startsWith('/')) {
    // Anything else could name another host.
    throw usageError('ERR_INVALID_ARG_VALUE', 'The path of a request must start with "/"');
  }
  const headers = withHeaders(options.headers, { host: url.host });
  return { ...options, path: `${url.origin}${options.path}`, headers };
}
