import type { IncomingMessage } from 'node:http';
import { lossError } from './errors.js';
import { type CredentialHeaders, exchange, type Parties } from './exchange.js';
import { MessageAnswer } from './handshake.js';
import { isStale, type Lane } from './lane.js';
import { isReplayable, type Outgoing } from './outgoing.js';

const idempotent = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

/** Sends a request on a lane, as often as its authentications take. */
export async function exchangeOn(
  lane: Lane,
  request: Outgoing,
  parties: Parties,
): Promise<IncomingMessage> {
  const signal = AbortSignal.any([request.signal, lane.closing]);
  const outgoing = { ...request, signal };
  const sender = {
    connection: lane,
    isReplayable: isReplayable(outgoing),
    signal,
    send: async (credentials: CredentialHeaders) =>
      new MessageAnswer(await sendOrRepeat(lane, outgoing, credentials)),
  };
  try {
    return (await exchange(sender, parties)).message;
  } catch (error) {
    signal.throwIfAborted(); // with its reason, and not with what it has broken
    throw error;
  }
}

// A connection that was idle may have closed meanwhile. One that is held has no other in its place.
async function sendOrRepeat(
  lane: Lane,
  outgoing: Outgoing,
  credentials: CredentialHeaders,
): Promise<IncomingMessage> {
  try {
    return await lane.send(outgoing, credentials);
  } catch (error) {
    const again = isStale(error) && isReplayable(outgoing) && idempotent.includes(outgoing.method);
    if (!again) throw error;
    if (lane.held) throw lossError('The server');
    return lane.send(outgoing, credentials);
  }
}
