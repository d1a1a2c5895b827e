import { type HttpAnswer, type HttpConnection, isStale } from './connection.js';
import { lossError } from './errors.js';
import { type AuthTargets, exchange, type Leg } from './exchange.js';
import { isReplayable, type OutgoingRequest } from './outgoing-request.js';

const idempotent = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

/** Sends a request on a connection, as often as its authentications take. */
export async function exchangeOn(
  connection: HttpConnection,
  outgoing: OutgoingRequest,
  targets: AuthTargets,
): Promise<HttpAnswer> {
  const signal = AbortSignal.any([outgoing.signal, connection.closing]);
  const request = { ...outgoing, signal };
  let last: HttpAnswer | undefined;
  const sender = {
    connection,
    get isReplayable() {
      return isReplayable(request);
    },
    signal,
    send: async (leg: Leg) => {
      last = await sendOrRepeat(connection, request, leg);
      return last;
    },
  };
  try {
    return await exchange(sender, targets);
  } catch (error) {
    // Node has detached the connection of an upgrade: closing the agent does not close it.
    last?.upgraded?.socket.destroy();
    signal.throwIfAborted(); // with its reason, and not with what it has broken
    throw error;
  }
}

// A connection that was idle may have closed meanwhile. One that is held has no other in its place.
async function sendOrRepeat(
  connection: HttpConnection,
  request: OutgoingRequest,
  leg: Leg,
): Promise<HttpAnswer> {
  try {
    return await connection.send(request, leg);
  } catch (error) {
    const again = isStale(error) && isReplayable(request) && idempotent.includes(request.method);
    if (!again) throw error;
    if (connection.held) throw lossError('The server');
    return connection.send(request, leg);
  }
}
