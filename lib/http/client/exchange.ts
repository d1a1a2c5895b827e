import type { Scheme } from '../scheme.js';
import type { AuthTarget } from './auth-target.js';
import { bodyError } from './errors.js';
import { type Answer, type AuthConnection, authenticate, schemeOf } from './handshake.js';

/** The server and the proxy that a request may authenticate to. */
export interface AuthTargets {
  readonly server: AuthTarget | undefined;
  readonly proxy: AuthTarget | undefined;
}

/** What is added to a request for one leg. */
export interface Leg {
  /** Headers with credentials, by their names in lower case. */
  readonly credentials: Readonly<Record<string, string>>;
  /** Whether a later leg has the body. */
  readonly withoutBody: boolean;
}

/** A request that can be sent on one connection, as often as its authentications take. */
export interface Sender<Received extends Answer> {
  readonly connection: AuthConnection;
  /** Whether the request can be sent again. */
  readonly isReplayable: boolean;
  /** Ends what is waited for. */
  readonly signal: AbortSignal;
  send(leg: Leg): Promise<Received>;
}

const unauthenticated: Leg = { credentials: {}, withoutBody: false };

/** Sends a request, and again with the tokens that its server and its proxy ask for. */
export async function exchange<Received extends Answer>(
  sender: Sender<Received>,
  { server, proxy }: AuthTargets,
): Promise<Received> {
  const send = async (leg: Leg) => {
    const answer = await sender.send(leg);
    const scheme = proxy && schemeOf(answer, proxy);
    return scheme ? answered(sender, answer, scheme, proxy, leg, sender.send) : answer;
  };
  const first = await send(unauthenticated);
  const scheme = server && schemeOf(first, server);
  return scheme ? answered(sender, first, scheme, server, unauthenticated, send) : first;
}

async function answered<Received extends Answer>(
  sender: Sender<Received>,
  refused: Received,
  scheme: Scheme,
  target: AuthTarget,
  leg: Leg,
  send: Sender<Received>['send'],
): Promise<Received> {
  const { peer, credentials: name } = target.headers;
  if (!sender.isReplayable) throw bodyError(`The ${peer} asks for authentication`);
  return authenticate(refused, scheme, target, sender, (value, withoutBody) =>
    send({
      credentials: { ...leg.credentials, [name]: value },
      withoutBody: withoutBody || leg.withoutBody,
    }),
  );
}
