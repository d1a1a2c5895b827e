import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type ChannelBindings, tlsServerEndPoint } from '../channel-bindings.js';
import { ClientContext } from '../client.js';
import type { Credentials } from '../credentials.js';
import type { ClientSettings } from './client-options.js';
import { isTls } from './extended-protection.js';
import { bodyError, handshakeError } from './failures.js';
import { parseChallenges } from './headers.js';
import { isStale, type Lane } from './lane.js';
import { isReplayable, type Outgoing } from './outgoing.js';
import { challengeOf, isOf, tokenOf } from './token.js';

/** What a request is answered with. */
export interface Purpose {
  readonly settings: ClientSettings;
  readonly targetName: string;
  credentials(): Promise<Credentials>;
}

// Negotiate takes three, with NTLM in it: more only where the sides do not agree at once.
const MOST_LEGS = 10;
const LONGEST_REFUSAL = 0x100000;
const idempotent = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE'];

/** Sends a request, without credentials. A connection that was idle may have closed meanwhile. */
export async function sendFirst(lane: Lane, outgoing: Outgoing): Promise<IncomingMessage> {
  try {
    return await lane.send(outgoing, undefined);
  } catch (error) {
    const again = isStale(error) && isReplayable(outgoing) && idempotent.includes(outgoing.method);
    if (!again) throw error;
    return lane.send(outgoing, undefined);
  }
}

/** Whether a response asks for the scheme. */
export function asksFor(response: IncomingMessage, { scheme }: ClientSettings): boolean {
  return response.statusCode === 401 && challengeIn(response, scheme) !== undefined;
}

/**
 * Answers a 401: the request is sent again with the tokens of a context, until there is another answer
 * or a refusal. The last token of the server must complete the context.
 */
export async function authenticateTo(
  lane: Lane,
  outgoing: Outgoing,
  refused: IncomingMessage,
  { settings, targetName, credentials }: Purpose,
): Promise<IncomingMessage> {
  if (!isReplayable(outgoing)) throw bodyError('The server asks for authentication');
  const { flags, require } = settings;
  const channelBindings = settings.channelBindings ? bindingsOf(refused.socket) : undefined;
  await drain(refused);
  using context = new ClientContext(await credentials(), {
    targetName,
    flags,
    require,
    ...(channelBindings && { channelBindings }),
  });
  try {
    return await handshake(lane, outgoing, context, settings);
  } finally {
    lane.release();
  }
}

async function handshake(
  lane: Lane,
  outgoing: Outgoing,
  context: ClientContext,
  settings: ClientSettings,
): Promise<IncomingMessage> {
  let token: Buffer | undefined;
  for (let leg = 1; leg <= MOST_LEGS; leg++) {
    if (context.done) throw handshakeError('The server wants more than the security package has');
    const step = await context.step(token);
    if (!step.token) throw handshakeError('The security package has nothing more to say');
    const response = await lane.send(outgoing, challengeOf(settings.scheme, step.token));
    lane.hold();
    token = tokenIn(response, settings);
    if (response.statusCode !== 401) return await complete(context, response, token);
    if (!token) return response;
    await drain(response);
  }
  throw handshakeError(`The server is not satisfied after ${MOST_LEGS} tokens`);
}

// Whoever cannot make the last token is not the server, whatever it answers.
async function complete(
  context: ClientContext,
  response: IncomingMessage,
  token: Buffer | undefined,
): Promise<IncomingMessage> {
  if (!context.done && token) await context.step(token);
  if (context.done) return response;
  throw handshakeError(
    `The server answered ${response.statusCode} and has not proved who it is. Where it cannot, ask for ` +
      'no proof: flags: { mutualAuthentication: false }',
  );
}

function challengeIn(response: IncomingMessage, scheme: string) {
  const challenges = parseChallenges(response.headersDistinct['www-authenticate']);
  return challenges.find((challenge) => isOf(challenge, scheme));
}

function tokenIn(response: IncomingMessage, { scheme }: ClientSettings): Buffer | undefined {
  const challenge = challengeIn(response, scheme);
  const token = challenge && tokenOf(challenge);
  if (challenge?.token === undefined || token) return token;
  throw handshakeError("The server's token is no base64");
}

// To the certificate that the server has just shown.
function bindingsOf(socket: Socket): ChannelBindings | undefined {
  return isTls(socket) ? tlsServerEndPoint(socket, 'client') : undefined;
}

/** Reads the body of a refusal to its end: the connection is free after it. */
async function drain(response: IncomingMessage): Promise<void> {
  let length = 0;
  for await (const part of response) {
    length += part.length;
    if (length > LONGEST_REFUSAL) throw handshakeError('The body of a 401 is longer than 1 MiB');
  }
}
