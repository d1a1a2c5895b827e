import { UnsupportedFunctionError } from '../errors.js';
import type { ContextFlags } from '../flags.js';
import type { AccessToken } from '../identity.js';
import type { ServerContext } from '../server.js';
import type { Scheme } from './server-options.js';

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
  /**
   * To impersonate, or to act for the client elsewhere. It is closed with the connection, or with the
   * response where each request is authenticated.
   */
  readonly context: ServerContext;
}

/** What a complete context says of its client. */
export function authenticationOf(context: ServerContext, scheme: Scheme): Authentication {
  const token = accessTokenOf(context);
  return Object.freeze({
    name: context.queryAttribute('names').userName,
    sid: token?.sid,
    groups: token?.groups ?? [],
    package: context.package ?? '',
    scheme,
    flags: context.flags,
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
