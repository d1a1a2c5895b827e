import type { IncomingMessage } from 'node:http';
import { asksFor, authenticate, MessageAnswer } from './client-handshake.js';
import { bodyError } from './failures.js';
import { isStale, type Lane } from './lane.js';
import { isReplayable, type Outgoing } from './outgoing.js';
import type { Party } from './party.js';

/** Who may be authenticated to on the way of a request. */
export interface Parties {
  readonly server: Party | undefined;
  readonly proxy: Party | undefined;
}

type Headers = Readonly<Record<string, string>>;

const idempotent = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

/** Sends a request on a lane, as often as its authentications take. */
export async function exchange(
  lane: Lane,
  outgoing: Outgoing,
  { server, proxy }: Parties,
): Promise<IncomingMessage> {
  const send = async (headers: Headers) => new MessageAnswer(await lane.send(outgoing, headers));
  const passed = async (answer: MessageAnswer, headers: Headers) => {
    if (!proxy || !asksFor(answer, proxy)) return answer;
    return answered(lane, outgoing, answer, proxy, (added) => send({ ...headers, ...added }));
  };
  const first = await passed(await sendFirst(send, outgoing), {});
  if (!server || !asksFor(first, server)) return first.message;
  const last = await answered(lane, outgoing, first, server, async (added) =>
    passed(await send(added), added),
  );
  return last.message;
}

async function answered(
  lane: Lane,
  outgoing: Outgoing,
  refused: MessageAnswer,
  party: Party,
  send: (headers: Headers) => Promise<MessageAnswer>,
): Promise<MessageAnswer> {
  const { name, answer } = party.role;
  if (!isReplayable(outgoing)) throw bodyError(`The ${name} asks for authentication`);
  const wasHeld = lane.held;
  try {
    return await authenticate(refused, party, async (value) => {
      const received = await send({ [answer]: value });
      lane.held = true;
      return received;
    });
  } finally {
    lane.held = wasHeld;
  }
}

// A connection that was idle may have closed meanwhile.
async function sendFirst(
  send: (headers: Headers) => Promise<MessageAnswer>,
  outgoing: Outgoing,
): Promise<MessageAnswer> {
  try {
    return await send({});
  } catch (error) {
    const again = isStale(error) && isReplayable(outgoing) && idempotent.includes(outgoing.method);
    if (!again) throw error;
    return send({});
  }
}
