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
 * `verified`: the client has bound its token to this TLS connection. `allowed`: wrong bindings would have been
 * refused; Windows does not report whether there were any. `off`: bindings were not checked.
 */
export type BindingState = 'verified' | 'allowed' | 'off';

/** The authenticated user of a request. */
export interface Authentication {
  /** `DOMAIN\\name`. */
  readonly name: string;
  /** Absent: the package has no access tokens. */
  readonly sid: string | undefined;
  /** Whether this is ANONYMOUS LOGON: only with `allowAnonymous`. */
  readonly isAnonymous: boolean;
  /** Whether this is a guest: only with `allowGuest`. */
  readonly isGuest: boolean;
  /** By SID; `context.identity()` also looks the names up. Empty without an access token. */
  readonly groups: AccessToken['groups'];
  /** The package that authenticated: `Kerberos` or `NTLM`. */
  readonly package: string;
  readonly scheme: Scheme;
  readonly flags: ContextFlags;
  /** The number of tokens that authenticated the client, of both sides: 1 with Kerberos, 3 with NTLM. */
  readonly tokenCount: number;
  /** The state of the client's channel bindings. */
  readonly channelBindings: BindingState;
  /**
   * To impersonate, or to act for the client elsewhere. It closes with the connection, or with the
   * response where each request is authenticated.
   */
  readonly context: ServerContext;
}

/** Describes the client of a complete context. */
export function createAuthentication(
  { context, scheme, tokenCount }: ServerHandshake,
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
    tokenCount,
    channelBindings,
    context,
  });
}

/** Which of the authenticated clients are allowed. */
export interface AuthorizationPolicy {
  readonly kerberosOnly: boolean;
  readonly allowAnonymous: boolean;
  readonly allowGuest: boolean;
  readonly allowedSids: readonly string[] | undefined;
}

/**
 * Reads the identity of a complete context's client, without a look-up of names. Without an access token the client
 * may be anonymous or a guest: a package that has none needs a policy that allows both.
 */
export async function readIdentity(
  context: ServerContext,
  { allowAnonymous, allowGuest }: AuthorizationPolicy,
): Promise<Identity | undefined> {
  try {
    return await context.identity({ names: false });
  } catch (error) {
    if (error instanceof UnsupportedFunctionError && allowAnonymous && allowGuest) return undefined;
    throw error;
  }
}

/** Finds the reason for which the policy does not allow the client of a complete context. */
export async function findPolicyFailure(
  context: ServerContext,
  identity: Identity | undefined,
  { kerberosOnly, allowAnonymous, allowGuest, allowedSids }: AuthorizationPolicy,
) {
  if (kerberosOnly && context.package !== 'Kerberos') return 'notKerberos';
  if (identity?.isAnonymous && !allowAnonymous) return 'anonymous';
  if (identity?.isGuest && !allowGuest) return 'guest';
  return (await hasAllowedSid(context, allowedSids)) ? undefined : 'notAllowed';
}

async function hasAllowedSid(
  context: ServerContext,
  sids: readonly string[] | undefined,
): Promise<boolean> {
  if (sids === undefined) return true;
  for (const sid of sids) {
    if (await context.isMemberOf(sid)) return true;
  }
  return false;
}

/** Whether a logon like this one can come with each request. One with several tokens needs its connection. */
export function takesOneToken({ package: name, tokenCount }: Authentication): boolean {
  // Kerberos within SPNEGO takes more tokens where the client begins with another mechanism.
  return name === 'Kerberos' || (name !== 'NTLM' && tokenCount === 1);
}
