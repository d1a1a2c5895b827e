import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { usageError } from '../../errors/usage-error.js';
import { type ChannelBindings, ClientContext, tlsServerEndPoint } from '../../index.js';
import { parseChallenges } from '../headers.js';
import { isTls } from '../tls.js';
import { challengeOf, isOf, tokenOf } from '../token.js';
import { handshakeError, isLoss, withStatus } from './errors.js';
import type { Party, Role } from './party.js';
import { untilAborted } from './until-aborted.js';

/** An answer, as far as an authentication looks at it. */
export interface Answer {
  readonly status: number;
  /** The connection that it came on, where that is known. */
  readonly socket: Socket | undefined;
  /** The values of a header, whose name is in lower case. */
  values(name: string): readonly string[];
  /** Reads the body to its end: the connection is free after it. */
  drain(): Promise<void>;
}

// Negotiate takes three, with NTLM in it: more only where the sides do not agree at once.
const MOST_LEGS = 10;
/** The longest body of a refusal, in bytes. */
export const LONGEST_REFUSAL = 0x100000;

/** Whether an answer asks for the party's scheme. */
export function asksFor(answer: Answer, { role, scheme }: Party): boolean {
  return (
    answer.status === role.status &&
    challengeIn(answer.values(role.challenge), scheme) !== undefined
  );
}

/** What a handshake goes over, and what ends it. */
interface Way {
  readonly connection: Bindable;
  readonly signal: AbortSignal;
}

type Send<Received extends Answer> = (value: string) => Promise<Received>;

/**
 * Answers a 401 or 407: sends the tokens of a context, until there is another answer or a refusal. The
 * last token of the party must complete the context. A handshake that loses its connection begins anew
 * once: a server may have had its limit of requests for it.
 */
export async function authenticate<Received extends Answer>(
  refused: Received,
  party: Party,
  way: Way,
  send: Send<Received>,
): Promise<Received> {
  const { connection } = way;
  const { held, bound } = connection;
  const channelBindings = party.channelBindings ? bindingsOf(refused.socket) : undefined;
  connection.bound = channelBindings;
  try {
    await refused.drain();
    return await exchangeTokens(party, way, send, channelBindings);
  } catch (error) {
    // What was held before is another handshake's.
    if (held || !isLoss(error)) throw error;
    connection.held = false;
    return await exchangeTokens(party, way, send, channelBindings);
  } finally {
    connection.held = held;
    connection.bound = bound;
  }
}

async function exchangeTokens<Received extends Answer>(
  party: Party,
  { connection, signal }: Way,
  send: Send<Received>,
  channelBindings: ChannelBindings | undefined,
): Promise<Received> {
  using context = new ClientContext(await untilAborted(party.credentials(), signal), {
    targetName: party.targetName,
    flags: party.flags,
    requiredFlags: party.requiredFlags,
    ...(channelBindings && { channelBindings }),
  });
  let { token } = await context.step(undefined, { signal });
  if (!token) throw silenceError();
  for (let leg = 1; leg <= MOST_LEGS; leg++) {
    const answer = await send(challengeOf(party.scheme, token));
    connection.held = true;
    // A proxy in between has refused the request: the server has not seen it. Where there is none, no
    // status gets by without a proof.
    if (answer.status === 407 && party.isBehindProxy) return answer;
    try {
      token = await tokenAfter(answer, context, party, signal);
    } catch (error) {
      signal.throwIfAborted(); // The reason is the caller's, and gets no status.
      throw withStatus(error, answer.status);
    }
    if (!token) return answer;
    await answer.drain();
  }
  throw handshakeError(`The ${party.role.name} is not satisfied after ${MOST_LEGS} tokens`);
}

/** The token to send after an answer. Absent: the answer is the last one. */
async function tokenAfter(
  answer: Answer,
  context: ClientContext,
  party: Party,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const token = tokenIn(answer, party);
  if (!context.done && token) {
    const step = await context.step(token, { signal });
    if (answer.status === party.role.status) {
      if (!step.token && !context.done) throw silenceError();
      // None: the party knows who the client is, and refuses the request.
      return step.token;
    }
  }
  if (answer.status !== party.role.status) assertProved(context, answer.status, token, party);
  return undefined;
}

// Whoever cannot make the last token is not the party, whatever it answers.
function assertProved(
  context: ClientContext,
  status: number,
  token: Buffer | undefined,
  { role, flags, requiredFlags }: Party,
): void {
  if (context.done) return;
  const noProof = flags.mutualAuthentication === false && requiredFlags.length === 0;
  if (noProof && !token) return;
  throw handshakeError(
    `The ${role.name} answered ${status} and has not proved who it is. Where it cannot, ask for no ` +
      'proof: flags: { mutualAuthentication: false }',
  );
}

function silenceError(): Error {
  return handshakeError('The security package has nothing more to say');
}

function challengeIn(values: readonly string[], scheme: string) {
  return parseChallenges(values).find((challenge) => isOf(challenge, scheme));
}

// The last token may also come beside an answer that is no refusal, as RFC 9110 has it for other schemes.
function tokenIn(answer: Answer, { role, scheme }: Party): Buffer | undefined {
  const challenge =
    challengeIn(answer.values(role.challenge), scheme) ?? infoIn(answer, role, scheme);
  const token = challenge && tokenOf(challenge);
  if (challenge?.token === undefined || token) return token;
  throw handshakeError(`The ${role.name}'s token is no base64`);
}

function infoIn(answer: Answer, { status, info }: Role, scheme: string) {
  return answer.status === status ? undefined : challengeIn(answer.values(info), scheme);
}

/** What requests go over: one connection at a time. */
export interface Bindable {
  /** Whether a handshake is under way on the connection: no other may take its place. */
  held: boolean;
  /** While there are some, a new connection must have the same. */
  bound: ChannelBindings | undefined;
}

/**
 * Throws where a new connection is another one than the tokens are bound to: it could be with somebody
 * else, and they are not shown to it.
 */
export function assertBound(socket: Socket, { bound }: Pick<Bindable, 'bound'>): void {
  if (bound === undefined) return;
  const own = bindingsOf(socket).applicationData;
  if (Buffer.compare(own, bound.applicationData) === 0) return;
  throw handshakeError('Another connection shows another certificate than the one that asked');
}

// To the certificate that the other side has shown on this connection.
function bindingsOf(socket: Socket | undefined): ChannelBindings {
  if (socket && isTls(socket)) return tlsServerEndPoint(socket, 'client');
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    'The TLS connection is not known, to which the context is to be bound. Make the connector of the ' +
      'dispatcher with interceptor.connector(), or ask for no bindings: channelBindings: false',
  );
}

/** An answer of node:http. */
export class MessageAnswer implements Answer {
  readonly message: IncomingMessage;

  constructor(message: IncomingMessage) {
    this.message = message;
  }

  get status(): number {
    return this.message.statusCode as number;
  }

  get socket(): Socket {
    return this.message.socket;
  }

  values(name: string): readonly string[] {
    return this.message.headersDistinct[name] ?? [];
  }

  async drain(): Promise<void> {
    let length = 0;
    for await (const part of this.message) {
      length += part.length;
      if (length > LONGEST_REFUSAL) throw refusalError(this.status);
    }
  }
}

export function refusalError(status: number): Error {
  return handshakeError(`The body of a ${status} is longer than 1 MiB`);
}
