import { describe, expect, test } from 'vitest';
import type { NativeIdentity } from '../../lib/addon/binding.js';
import { toAccessToken, toIdentity } from '../../lib/context/identity.js';

const account = (sid: string) => ({ sid, name: undefined, domain: undefined, type: 0 });
const ENABLED = 0x4;

function identity(sid: string, groups: Record<string, number> = {}): NativeIdentity {
  return {
    user: account(sid),
    groups: Object.entries(groups).map(([group, attributes]) => ({
      ...account(group),
      attributes,
    })),
    logonId: 1n,
    impersonationLevel: 2,
    elevated: false,
    expiry: undefined,
  };
}

const domain = 'S-1-5-21-3623811015-3361044348-30300820';
const user = `${domain}-1104`;

describe.each([
  ['an identity', toIdentity],
  ['an access token', toAccessToken],
])('%s', (_, convert) => {
  test.each([
    ['S-1-5-7', true],
    ['S-1-5-70', false],
    ['S-1-5-11', false],
    [`${domain}-7`, false],
    [user, false],
  ])('of %s is anonymous: %s', (sid, isAnonymous) => {
    expect(convert(identity(sid)).isAnonymous).toBe(isAnonymous);
  });

  test('is not anonymous by its groups', () => {
    expect(convert(identity(user, { 'S-1-5-7': ENABLED })).isAnonymous).toBe(false);
  });

  test.each([
    [`${domain}-501`, true],
    ['S-1-5-21-1-2-3-501', true],
    [user, false],
    [`${domain}-500`, false],
    [`${domain}-1501`, false],
    [`${domain}-5010`, false],
    ['S-1-5-21-501', false],
    ['S-1-5-21-1-2-501', false],
    ['S-1-5-21-1-2-3-4-501', false],
    ['S-1-5-32-501', false],
    ['S-1-12-1-1-2-3-501', false],
    ['S-1-5-7', false],
  ])('of the user %s is that of a guest: %s', (sid, isGuest) => {
    expect(convert(identity(sid)).isGuest).toBe(isGuest);
  });

  test.each([
    ['S-1-5-32-546', ENABLED, true],
    ['S-1-5-32-546', 0xffffffff, true],
    ['S-1-5-32-546', 0x10, false], // for deny only
    ['S-1-5-32-546', 0, false],
    ['S-1-5-32-545', ENABLED, false],
    ['S-1-5-32-5460', ENABLED, false],
    [`${domain}-514`, ENABLED, true],
    [`${domain}-514`, 0x10, false],
    [`${domain}-513`, ENABLED, false],
    [`${domain}-1514`, ENABLED, false],
    [`${domain}-501`, ENABLED, false],
    ['S-1-5-32-514', ENABLED, false],
  ])(
    'of a member of %s with the attributes %d is that of a guest: %s',
    (sid, attributes, isGuest) => {
      const groups = { 'S-1-1-0': ENABLED, [sid]: attributes };
      expect(convert(identity(user, groups)).isGuest).toBe(isGuest);
    },
  );

  test.each([
    [0, 'anonymous'],
    [1, 'identification'],
    [2, 'impersonation'],
    [3, 'delegation'],
    [undefined, undefined],
  ])('of the level %s has the level %s', (impersonationLevel, level) => {
    expect(convert({ ...identity(user), impersonationLevel }).impersonationLevel).toBe(level);
  });

  // https://learn.microsoft.com/windows/win32/api/winnt/ns-winnt-token_groups
  test.each([
    [0x00000000, []],
    [0x00000001, ['mandatory']],
    [0x00000002, ['enabledByDefault']],
    [0x00000004, ['enabled']],
    [0x00000008, ['owner']],
    [0x00000010, ['useForDenyOnly']],
    [0x00000020, ['integrity']],
    [0x00000040, ['integrityEnabled']],
    [0x20000000, ['resource']],
    [0x40000000, []],
    [0x80000000, []],
    [0xc0000000, ['logonId']],
    [0x20000007, ['mandatory', 'enabledByDefault', 'enabled', 'resource']],
  ])('of a group with the attributes %d has them as the words %j', (attributes, words) => {
    const { groups } = convert(identity(user, { 'S-1-1-0': attributes }));
    expect(groups.map((group) => group.attributes)).toEqual([words]);
  });
});
