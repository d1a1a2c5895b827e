import {
  type AccessToken,
  type ContextFlags,
  type Identity,
  type ServerContext,
  UnsupportedFunctionError,
} from '../../index.js';
import type { Scheme } from '../scheme.js';
import type { ServerHandshake } from './handshake.js';

/**
 * `verified`: the client has bound its token to this TLS connection. `allowed`: wrong ones would have
 * been refused; whether there were any, Windows does not say. `off`: nobody has looked.
 */
export type BindingState = 'verified' | 'allowed' | 'off';

/** Who a request comes from. */
export interface Authentication {
  /** `DOMAIN\\name`. */
  readonly name: string;
  /** Absent: the package has no access tokens. */
  readonly sid: string | undefined;
  /** Whether this is ANONYMOUS LOGON: only where `allowAnonymous` lets it in. */
  readonly isAnonymous: boolean;
  /** Whether this is a guest: only where `allowGuest` lets it in. */
  readonly isGuest: boolean;
  /** By SID; `context.identity()` also looks the names up. Empty without an access token. */
  readonly groups: AccessToken['groups'];
  /** What authenticated: `Kerberos` or `NTLM`. */
  readonly package: string;
  readonly scheme: Scheme;
  readonly flags: ContextFlags;
  /** How many tokens it took to know the client, of both sides: 1 with Kerberos, 3 with NTLM. */
  readonly legs: number;
  /** What is known of the client's channel bindings. */
  readonly channelBindings: BindingState;
  /**
   * To impersonate, or to act for the client elsewhere. It is closed with the connection, or with the
   * response where each request is authenticated.
   */
  readonly context: ServerContext;
}

/** What a complete context says of its client, and how it was made. */
export function authenticationOf(
  { context, scheme, legs }: ServerHandshake,
  identity: Identity | undefined,
  channelBindings: BindingState,
): Authentication {
  return Object.freeze({
    name: context.queryAttribute('names').userName,
    sid: identity?.sid,
    isAnonymous: identity?.isAnonymous ?? false,
    isGuest: identity?.isGuest ?? false,
    groups: identity?.groups.map(({ sid, attributes }) => ({ sid, attributes })) ?? [],
    package: context.package ?? '',
    scheme,
    flags: context.flags,
    legs,
    channelBindings,
    context,
  });
}

/** Which of the clients whose handshake completes may come in. */
export interface Admission {
  readonly kerberosOnly: boolean;
  readonly allowAnonymous: boolean;
  readonly allowGuest: boolean;
  readonly allow: readonly string[] | undefined;
}

/**
 * Reads who the client of a complete context is, without a look-up of names. A package without access tokens does not
 * tell: its clients could be anyone, and come in only where all may.
 */
export async function readIdentity(
  context: ServerContext,
  { allowAnonymous, allowGuest }: Admission,
): Promise<Identity | undefined> {
  try {
    return await context.identity({ names: false });
  } catch (error) {
    if (error instanceof UnsupportedFunctionError && allowAnonymous && allowGuest) return undefined;
    throw error;
  }
}

/** Finds out why the client of a complete context may not come in. */
export async function findObjection(
  context: ServerContext,
  identity: Identity | undefined,
  { kerberosOnly, allowAnonymous, allowGuest, allow }: Admission,
) {
  if (kerberosOnly && context.package !== 'Kerberos') return 'notKerberos';
  if (identity?.isAnonymous && !allowAnonymous) return 'anonymous';
  if (identity?.isGuest && !allowGuest) return 'guest';
  return (await isAllowed(context, allow)) ? undefined : 'notAllowed';
}

/** Whether the client is one of those, or in one of those groups. */
async function isAllowed(
  context: ServerContext,
  sids: readonly string[] | undefined,
): Promise<boolean> {
  if (sids === undefined) return true;
  for (const sid of sids) {
    if (await context.isMemberOf(sid)) return true;
  }
  return false;
}

/** Whether a logon like this one can come with each request. One that took several tokens needs its connection. */
export function takesOneToken({ package: name, legs }: Authentication): boolean {
  // Kerberos within SPNEGO takes more tokens where the client begins with another mechanism.
  return name === 'Kerberos' || (name !== 'NTLM' && legs === 1);
}
