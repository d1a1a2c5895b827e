import { type AgentSettings, firstOf } from '../agent-options.js';
import { type Answer, asksFor } from '../client-handshake.js';
import { type CredentialHeaders, exchange, type Parties } from '../exchange.js';
import type { Route } from '../route.js';
import { KeptBody, sendable } from './body.js';
import { withHeaders } from './headers.js';
import type { Line } from './line.js';
import { Relay } from './relay.js';
import { Sending } from './sending.js';
import type { Dispatch, DispatchOptions, Handler } from './types.js';

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
    line.load += 1;
    return line.take(() => run({ dispatch, options, handler, line, parties, settings }));
  };
}

interface Run {
  readonly dispatch: Dispatch;
  readonly options: DispatchOptions;
  readonly handler: Handler;
  readonly line: Line;
  readonly parties: Parties;
  readonly settings: AgentSettings;
}

/** Sends a request as often as it takes. Gives what the first sending gave. */
function run({ dispatch, options, handler, line, parties, settings }: Run): boolean {
  const relay = new Relay(handler, () => {
    line.load -= 1;
  });
  const { body, isReplayable } = sendable(options, settings.maxKeptBody);
  let isFree = true;
  let last: Sending | undefined;
  const { server, proxy } = parties;
  const asks = (answer: Answer) =>
    (server && asksFor(answer, server)) || (proxy && asksFor(answer, proxy));
  const send = (credentials: CredentialHeaders) => {
    relay.throwIfAborted();
    const isFirst = last === undefined;
    const sending = new Sending(
      relay,
      (answer) => isFirst && !asks(answer),
      () => line.socket,
    );
    const headers = isFirst ? options.headers : withHeaders(options.headers, credentials);
    last = sending;
    const free = dispatch({ ...options, body, headers }, sending);
    if (isFirst) isFree = free;
    return sending.answered;
  };
  exchange({ connection: line, isReplayable, send }, parties)
    .then(
      (answer) => answer.pass(),
      (error) => {
        last?.cancel(error);
        relay.fail(error);
        if (body instanceof KeptBody) body.close();
      },
    )
    .finally(() => line.giveBack());
  return isFree;
}
