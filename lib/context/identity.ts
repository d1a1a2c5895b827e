import { type Account, toAccount } from '../addon/account.js';
import type { NativeGroup, NativeIdentity } from '../addon/binding.js';
import type { CallOptions } from '../addon/calls.js';
import { toDate } from '../addon/time.js';
import { boolean, type Description, optional, signal } from '../options.js';

export interface Group extends Account {
  /** What the membership is worth: SE_GROUP_* as words. A group to decide by is `enabled`. */
  readonly attributes: readonly string[];
}

/**
 * Who the client of a server context is to Windows, from its access token.
 *
 * https://learn.microsoft.com/windows/win32/secauthz/access-tokens
 */
export interface Identity extends Account {
  /**
   * Whether the client is ANONYMOUS LOGON (S-1-5-7): a handshake completes for it, though it has named
   * no user.
   */
  readonly isAnonymous: boolean;
  /**
   * Whether the client is the Guest account, or a member of Guests or Domain Guests: where Guest is
   * enabled, a handshake completes for users that Windows does not know, with any password.
   */
  readonly isGuest: boolean;
  readonly groups: readonly Group[];
  /** The logon session (LUID). */
  readonly logonId: bigint;
  /** How far the server may act as the client. Absent: a primary token. */
  readonly impersonationLevel:
    | 'anonymous'
    | 'identification'
    | 'impersonation'
    | 'delegation'
    | undefined;
  readonly elevated: boolean;
  /** When the token expires. Absent: never. */
  readonly expiry: Date | undefined;
}

/** An access token, which has no names. */
export interface AccessToken extends Omit<Identity, 'name' | 'domain' | 'groups'> {
  readonly groups: readonly Omit<Group, 'name' | 'domain'>[];
}

export interface IdentityLookupOptions extends CallOptions {
  /**
   * Whether to look up the names of the user and its groups, which may wait for a domain controller.
   * Default: true. Without it, each `name` and `domain` is undefined.
   */
  names?: boolean | undefined;
}

export const identityLookupOptions = {
  names: optional(boolean, true),
  signal,
} satisfies Description<IdentityLookupOptions>;

// https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-token_groups
const SE_GROUP_ENABLED = 0x00000004;

const attributeBits = {
  mandatory: 0x00000001,
  enabledByDefault: 0x00000002,
  enabled: SE_GROUP_ENABLED,
  owner: 0x00000008,
  useForDenyOnly: 0x00000010,
  integrity: 0x00000020,
  integrityEnabled: 0x00000040,
  resource: 0x20000000,
  logonId: 0xc0000000,
} as const;

const impersonationLevels = ['anonymous', 'identification', 'impersonation', 'delegation'] as const;

// https://learn.microsoft.com/windows-server/identity/ad-ds/manage/understand-security-identifiers
const ANONYMOUS_LOGON = 'S-1-5-7';
const GUESTS = 'S-1-5-32-546';
const domainAccount = /^S-1-5-21-\d+-\d+-\d+-(?<rid>\d+)$/;
const GUEST_RID = '501';
const DOMAIN_GUESTS_RID = '514';

/** Converts what the addon returns for the attribute `accessToken`. */
export function toAccessToken(native: NativeIdentity): AccessToken {
  const { name: _name, domain: _domain, groups, ...token } = toIdentity(native);
  return { ...token, groups: groups.map(({ sid, attributes }) => ({ sid, attributes })) };
}

/** Converts what the addon returns for an identity. */
export function toIdentity(native: NativeIdentity): Identity {
  const { user, groups, logonId, impersonationLevel, elevated, expiry } = native;
  return {
    ...toAccount(user),
    isAnonymous: user.sid === ANONYMOUS_LOGON,
    isGuest: isGuest(native),
    groups: groups.map(toGroup),
    logonId,
    impersonationLevel:
      impersonationLevel === undefined ? undefined : impersonationLevels[impersonationLevel],
    elevated,
    expiry: toDate(expiry),
  };
}

function isGuest({ user, groups }: NativeIdentity): boolean {
  return findRid(user.sid) === GUEST_RID || groups.some(isGuests);
}

function isGuests({ sid, attributes }: NativeGroup): boolean {
  if ((attributes & SE_GROUP_ENABLED) === 0) return false;
  return sid === GUESTS || findRid(sid) === DOMAIN_GUESTS_RID;
}

/** Finds the last part of the SID of an account of a domain, or of a machine. */
function findRid(sid: string): string | undefined {
  return domainAccount.exec(sid)?.groups?.rid;
}

function toGroup(group: NativeGroup): Group {
  const attributes = Object.entries(attributeBits)
    .filter(([, bits]) => (group.attributes & bits) >>> 0 === bits)
    .map(([name]) => name);
  return { ...toAccount(group), attributes };
}
