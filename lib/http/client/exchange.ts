import { bodyError } from './errors.js';
import { type Answer, asksFor, authenticate, type Bindable } from './handshake.js';
import type { Party } from './party.js';

/** Who may be authenticated to on the way of a request. */
export interface Parties {
  readonly server: Party | undefined;
  readonly proxy: Party | undefined;
}

/** Headers that credentials go in, by their names in lower case. */
export type CredentialHeaders = Readonly<Record<string, string>>;

/** A request that can be sent on one connection, as often as its authentications take. */
export interface Sender<Received extends Answer> {
  readonly connection: Bindable;
  /** Whether the request can be sent again. */
  readonly isReplayable: boolean;
  /** Ends what is waited for. */
  readonly signal: AbortSignal;
  send(credentials: CredentialHeaders): Promise<Received>;
}

/** Sends a request, and again with the tokens that its server and its proxy ask for. */
export async function exchange<Received extends Answer>(
  sender: Sender<Received>,
  { server, proxy }: Parties,
): Promise<Received> {
  const send = async (credentials: CredentialHeaders) => {
    const answer = await sender.send(credentials);
    if (!proxy || !asksFor(answer, proxy)) return answer;
    return answered(sender, answer, proxy, (added) => sender.send({ ...credentials, ...added }));
  };
  const first = await send({});
  if (!server || !asksFor(first, server)) return first;
  return answered(sender, first, server, send);
}

async function answered<Received extends Answer>(
  { connection, isReplayable, signal }: Sender<Received>,
  refused: Received,
  party: Party,
  send: (credentials: CredentialHeaders) => Promise<Received>,
): Promise<Received> {
  const { name, answer } = party.role;
  if (!isReplayable) throw bodyError(`The ${name} asks for authentication`);
  return authenticate(refused, party, { connection, signal }, (value) => send({ [answer]: value }));
}
