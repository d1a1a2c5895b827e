import { type Account, toAccount } from '../addon/account.js';
import type { NativeGroup, NativeIdentity } from '../addon/binding.js';
import { toDate } from '../addon/time.js';

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

// https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-token_groups
const attributeBits = {
  mandatory: 0x00000001,
  enabledByDefault: 0x00000002,
  enabled: 0x00000004,
  owner: 0x00000008,
  useForDenyOnly: 0x00000010,
  integrity: 0x00000020,
  integrityEnabled: 0x00000040,
  resource: 0x20000000,
  logonId: 0xc0000000,
} as const;

const impersonationLevels = ['anonymous', 'identification', 'impersonation', 'delegation'] as const;

/** The same without the names, which only identity() looks up. */
export interface AccessToken extends Omit<Identity, 'name' | 'domain' | 'groups'> {
  readonly groups: readonly Omit<Group, 'name' | 'domain'>[];
}

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
    groups: groups.map(toGroup),
    logonId,
    impersonationLevel:
      impersonationLevel === undefined ? undefined : impersonationLevels[impersonationLevel],
    elevated,
    expiry: toDate(expiry),
  };
}

function toGroup(group: NativeGroup): Group {
  const attributes = Object.entries(attributeBits)
    .filter(([, bits]) => (group.attributes & bits) >>> 0 === bits)
    .map(([name]) => name);
  return { ...toAccount(group), attributes };
}
