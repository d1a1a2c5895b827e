import {
  type AccessToken,
  type ContextFlags,
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
  channelBindings: BindingState,
): Authentication {
  const token = accessTokenOf(context);
  return Object.freeze({
    name: context.queryAttribute('names').userName,
    sid: token?.sid,
    groups: token?.groups ?? [],
    package: context.package ?? '',
    scheme,
    flags: context.flags,
    legs,
    channelBindings,
    context,
  });
}

function accessTokenOf(context: ServerContext): AccessToken | undefined {
  try {
    return context.queryAttribute('accessToken');
  } catch (error) {
    if (error instanceof UnsupportedFunctionError) return undefined;
    throw error;
  }
}

/** Whether the client is one of those, or in one of those groups. */
export async function isAllowed(
  context: ServerContext,
  sids: readonly string[] | undefined,
): Promise<boolean> {
  if (sids === undefined) return true;
  for (const sid of sids) {
    if (await context.isMemberOf(sid)) return true;
  }
  return false;
}
