import {
  ClientContext,
  type ClientContextOptions,
  Credentials,
  type IdentityOptions,
  type PasswordIdentityOptions,
  type SecurityContext,
  ServerContext,
  type ServerContextOptions,
  type StepResult,
} from 'winsspi';
import { lab, targetName } from './lab.js';
import { onWinpr, winprUser } from './winpr.js';

export interface Leg extends StepResult {
  readonly side: 'client' | 'server';
  readonly received: number;
}

/** Passes tokens between two contexts until neither has one to send. */
export async function handshake(client: SecurityContext, server: SecurityContext): Promise<Leg[]> {
  const legs: Leg[] = [];
  let token: Buffer | undefined;
  for (let side: Leg['side'] = 'client'; legs.length < 10; side = other(side)) {
    const result: StepResult = await (side === 'client' ? client : server).step(token);
    legs.push({ side, received: token?.length ?? 0, ...result });
    token = result.token;
    if (!token) return legs;
  }
  throw new Error('The handshake does not end.');
}

const other = (side: Leg['side']) => (side === 'client' ? 'server' : 'client');

/** Alice in the lab and over WinPR, nobody but the logged-on user elsewhere. */
export const client: PasswordIdentityOptions | undefined = onWinpr ? winprUser : lab?.users.alice;

export interface PairOptions {
  /** Default: Negotiate. */
  package?: string;
  /** Default: alice where there is one, the logged-on user elsewhere. Null: the logged-on user. */
  identity?: IdentityOptions | null;
  client?: Partial<ClientContextOptions>;
  server?: ServerContextOptions;
}

/** The two ends of a context. */
export interface Pair {
  readonly client: ClientContext;
  readonly server: ServerContext;
}

/** Two contexts that have not met yet. */
export async function newPair(options: PairOptions = {}): Promise<Pair> {
  const packageName = options.package ?? 'Negotiate';
  const identity = options.identity === undefined ? client : options.identity;
  using outbound = await Credentials.acquire({
    package: packageName,
    ...(identity && { identity }),
  });
  using inbound = await Credentials.acquire({ package: packageName, use: 'inbound' });
  return {
    client: new ClientContext(outbound, { targetName, ...options.client }),
    server: new ServerContext(inbound, options.server),
  };
}

/** Two complete contexts. */
export async function establishedPair(options: PairOptions = {}): Promise<Pair> {
  const pair = await newPair(options);
  await handshake(pair.client, pair.server);
  return pair;
}
