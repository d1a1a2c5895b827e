import { usageError } from '../../errors/usage-error.js';
import { type AgentSettings, firstOf } from '../client/agent-options.js';
import { type CredentialHeaders, exchange, type Parties } from '../client/exchange.js';
import { type Answer, asksFor } from '../client/handshake.js';
import type { Route } from '../client/route.js';
import { KeptBody, onErrorOf, sendable } from './body.js';
import { headerOf, withHeaders } from './headers.js';
import type { Line } from './line.js';
import { Relay } from './relay.js';
import { Sending } from './sending.js';
import type { Dispatch, DispatchOptions } from './types.js';

/** A dispatch whose requests are authenticated, each on the line of its URL. */
export function intercepted(
  dispatch: Dispatch,
  route: Route,
  settings: AgentSettings,
  lineOf: (url: URL) => Line,
): Dispatch {
  return (options, handler) => {
    const url = options.origin && new URL(options.origin);
    const isOther = !url || options.upgrade || options.method === 'CONNECT';
    const parties = isOther ? undefined : route.parties(url, firstOf(settings));
    if (isOther || !(parties?.server || parties?.proxy)) return dispatch(options, handler);
    const line = lineOf(url);
    const sent = sendable(options, settings.maxKeptBody);
    const relay = new Relay(handler, () => {
      if (sent.body instanceof KeptBody) sent.body.close();
      if (relay.wasSent) line.serve(asksToClose(options));
      line.leave();
    });
    // It may also fail while the request waits for its turn.
    onErrorOf(options.body, (error) => relay.abort(error));
    line.enter();
    relay.start();
    const { closing } = route;
    return line.take(() => run({ dispatch, options, relay, ...sent, line, parties, closing }));
  };
}

interface Run {
  readonly dispatch: Dispatch;
  readonly options: DispatchOptions;
  readonly relay: Relay;
  readonly body: unknown;
  readonly isReplayable: boolean;
  readonly line: Line;
  readonly parties: Parties;
  readonly closing: AbortSignal;
}

/** Sends a request as often as it takes. Gives what the first sending gave. */
function run(given: Run): boolean {
  const { dispatch, options, relay, body, isReplayable, line, parties, closing } = given;
  let isFree = true;
  let last: Sending | undefined;
  const { server, proxy } = parties;
  const asks = (answer: Answer) =>
    (server && asksFor(answer, server)) || (proxy && asksFor(answer, proxy));
  const send = async (credentials: CredentialHeaders) => {
    relay.throwIfAborted();
    const isFirst = last === undefined;
    const sending = new Sending(
      relay,
      (answer) => isFirst && !asks(answer),
      (headers) => {
        line.note(headers);
        return line.socket;
      },
    );
    // The connection stays until the last leg: undici would close it after HEAD, and after a body with
    // DELETE and others.
    const headers = withHeaders(options.headers, { ...credentials, connection: undefined });
    last = sending;
    const free = dispatch({ ...options, body, headers, reset: false }, sending);
    if (isFirst) isFree = free;
    const answer = await sending.answered;
    // A Client takes the requests of every origin to its own: who answers is not who was asked.
    if (asks(answer) && !answer.socket) throw unknownError();
    return answer;
  };
  const { signal } = relay;
  const abandon = () => line.abandon();
  const end = () => relay.abort(closing.reason);
  signal.addEventListener('abort', abandon);
  closing.addEventListener('abort', end);
  exchange({ connection: line, isReplayable, signal, send }, parties)
    .then(
      (answer) => answer.pass(),
      (error) => {
        last?.cancel(error);
        relay.fail(error);
      },
    )
    .finally(() => {
      signal.removeEventListener('abort', abandon);
      closing.removeEventListener('abort', end);
      line.giveBack();
    });
  return isFree;
}

function asksToClose({ reset, headers }: DispatchOptions): boolean {
  return reset === true || /\bclose\b/i.test(String(headerOf(headers, 'connection') ?? ''));
}

function unknownError(): Error {
  return usageError(
    'ERR_INVALID_ARG_VALUE',
    'The connection is not known to be one to the origin that was asked. Make the connector of the ' +
      'dispatcher with interceptor.connector(), and use an Agent: a Client and a Pool send what is for ' +
      'other origins to their own',
  );
}
