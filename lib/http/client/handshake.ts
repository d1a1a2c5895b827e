import type { Socket } from 'node:net';
import { usageError } from '../../errors/usage-error.js';
import { type ChannelBindings, ClientContext, tlsServerEndPoint } from '../../index.js';
import { type Challenge, parseChallenges } from '../headers.js';
import type { Scheme } from '../scheme.js';
import { isTls } from '../tls.js';
import { challengeOf, isOf, tokenOf } from '../token.js';
import type { AuthTarget } from './auth-target.js';
import { handshakeError, isLoss, withStatus } from './errors.js';
import { untilAborted } from './until-aborted.js';

/** A response, as far as an authentication looks at it. */
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

/** The scheme to answer a challenge of the target with. Absent: the target does not ask for one. */
export function schemeOf(answer: Answer, { headers, schemes }: AuthTarget): Scheme | undefined {
  if (answer.status !== headers.status) return undefined;
  const challenges = parseChallenges(answer.values(headers.challenge));
  return schemes.find((scheme) => challenges.some((challenge) => isOf(challenge, scheme)));
}

/** The connection of a handshake, and the signal that ends it. */
interface Way {
  readonly connection: AuthConnection;
  readonly signal: AbortSignal;
}

/** Sends the request again with credentials. `withoutBody`: there will be another leg, which has it. */
type Send<Received extends Answer> = (value: string, withoutBody: boolean) => Promise<Received>;

/**
 * Answers a 401 or 407: sends the tokens of a context, until there is another answer or a refusal. The
 * last token of the target must complete the context. A handshake that loses its connection begins anew
 * once: a server may have had its limit of requests for it.
 */
export async function authenticate<Received extends Answer>(
  refused: Received,
  scheme: Scheme,
  target: AuthTarget,
  way: Way,
  send: Send<Received>,
): Promise<Received> {
  const { connection } = way;
  const { held, bound } = connection;
  const channelBindings = target.channelBindings ? bindingsOf(refused.socket) : undefined;
  connection.bound = channelBindings;
  const handshake = { target, scheme, channelBindings };
  try {
    await refused.drain();
    return await exchangeTokens(handshake, way, send);
  } catch (error) {
    // What was held before is another handshake's.
    if (held || !isLoss(error)) throw error;
    connection.held = false;
    return await exchangeTokens(handshake, way, send);
  } finally {
    connection.held = held;
    connection.bound = bound;
  }
}

interface Handshake {
  readonly target: AuthTarget;
  readonly scheme: Scheme;
  readonly channelBindings: ChannelBindings | undefined;
}

async function exchangeTokens<Received extends Answer>(
  handshake: Handshake,
  { connection, signal }: Way,
  send: Send<Received>,
): Promise<Received> {
  const { target, scheme, channelBindings } = handshake;
  const { peer } = target.headers;
  using context = new ClientContext(await untilAborted(target.credentials(scheme), signal), {
    targetName: await untilAborted(target.targetName(), signal),
    flags: {
      ...(target.mutualAuthentication === 'disabled' && { mutualAuthentication: false }),
      ...target.flags,
    },
    requiredFlags: target.requiredFlags,
    ...(channelBindings && { channelBindings }),
  });
  let { token } = await context.step(undefined, { signal });
  if (!token) throw silenceError();
  for (let leg = 1; leg <= MOST_LEGS; leg++) {
    const withoutBody = leg === 1 && isNtlm(scheme, token);
    const answer = await send(challengeOf(scheme, token), withoutBody);
    connection.held = true;
    // A proxy in between has refused the request: the server has not seen it. Where there is none, no
    // status gets by without a proof.
    if (answer.status === 407 && target.isBehindProxy) return answer;
    try {
      token = await tokenAfter(answer, context, handshake, signal);
      if (!token && withoutBody) assertRefused(answer, target);
    } catch (error) {
      signal.throwIfAborted(); // The reason is the caller's, and gets no status.
      throw withStatus(error, answer.status);
    }
    if (!token) return answer;
    await answer.drain();
  }
  throw handshakeError(`The ${peer} is not satisfied after ${MOST_LEGS} tokens`);
}

/** The token to send after an answer. Absent: the answer is the last one. */
async function tokenAfter(
  answer: Answer,
  context: ClientContext,
  { target, scheme }: Handshake,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const { status } = target.headers;
  const token = tokenIn(answer, scheme, target);
  if (!context.done && token) {
    const step = await context.step(token, { signal });
    if (answer.status === status) {
      if (!step.token && !context.done) throw silenceError();
      // None: the target has authenticated the client, and refuses the request.
      return step.token;
    }
  }
  if (answer.status !== status) assertProved(context, answer.status, token, target);
  return undefined;
}

// A peer that cannot make the last token is not the target, whatever it answers.
function assertProved(
  context: ClientContext,
  status: number,
  token: Buffer | undefined,
  { headers, mutualAuthentication, flags, requiredFlags }: AuthTarget,
): void {
  if (context.done) return;
  const isOptional = mutualAuthentication !== 'required' || flags.mutualAuthentication === false;
  if (isOptional && requiredFlags.length === 0 && !token) return;
  throw handshakeError(
    `The ${headers.peer} answered ${status} and has not proved who it is. Where it cannot, ask for no ` +
      "proof: mutualAuthentication: 'disabled'",
  );
}

// The request that it has answered had no body: it must not have been carried out.
function assertRefused({ status }: Answer, { headers }: AuthTarget): void {
  if (status === headers.status) return;
  throw handshakeError(`The ${headers.peer} answered ${status} to the first token of NTLM`);
}

/** Whether a first token is one of NTLM, alone or within Negotiate: it needs a second one. */
function isNtlm(scheme: Scheme, token: Buffer): boolean {
  return scheme === 'NTLM' || token.includes('NTLMSSP\0');
}

function silenceError(): Error {
  return handshakeError('The security package returned no token');
}

function challengeIn(values: readonly string[], scheme: Scheme): Challenge | undefined {
  return parseChallenges(values).find((challenge) => isOf(challenge, scheme));
}

// The last token may also come beside an answer that is no refusal, as RFC 9110 has it for other schemes.
function tokenIn(answer: Answer, scheme: Scheme, { headers }: AuthTarget): Buffer | undefined {
  const info = answer.status === headers.status ? [] : answer.values(headers.info);
  const challenge =
    challengeIn(answer.values(headers.challenge), scheme) ?? challengeIn(info, scheme);
  const token = challenge && tokenOf(challenge);
  if (challenge?.token === undefined || token) return token;
  throw handshakeError(`The ${headers.peer}'s token is no base64`);
}

/** One connection at a time, which requests are sent over. */
export interface AuthConnection {
  /** Whether a handshake is under way on the connection: no other may take its place. */
  held: boolean;
  /** While there are some, a new connection must have the same. */
  bound: ChannelBindings | undefined;
}

/**
 * Throws where a new connection is another one than the tokens are bound to: it could be with somebody
 * else, and they are not shown to it.
 */
export function assertBound(socket: Socket, { bound }: Pick<AuthConnection, 'bound'>): void {
  if (bound === undefined) return;
  const own = bindingsOf(socket).applicationData;
  if (Buffer.compare(own, bound.applicationData) === 0) return;
  throw handshakeError('Another connection shows another certificate than the one that asked');
}

// To the certificate that the other side has shown on this connection.
function bindingsOf(socket: Socket | undefined): ChannelBindings {
  if (socket && isTls(socket)) return tlsServerEndPoint(socket, 'client');
  throw usageError(
    'ERR_SSPI_HTTP_HANDSHAKE',
    'The TLS connection has closed that the context is to be bound to',
  );
}

export function refusalError(status: number): Error {
  return handshakeError(`The body of a ${status} is longer than 1 MiB`);
}
