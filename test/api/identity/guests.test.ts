import { describe, expect, test } from 'vitest';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

// A handshake completes for them, with integrity and confidentiality where they are asked for.

describe.skipIf(!providerInstalled)('the identity of a client that is no user', () => {
  checkProviderAfterEach();

  test.each([
    ['ANONYMOUS LOGON', 1, { sid: 'S-1-5-7', isAnonymous: true, isGuest: false }],
    ['Guest', 2, { sid: 'S-1-5-21-1-2-3-501', isAnonymous: false, isGuest: true }],
    ["a member of the domain's guests", 3, { isAnonymous: false, isGuest: true }],
  ])('%s is told by identity(), with the names and without', async (_, client, expected) => {
    using pair = await providerPair('TestScript');
    provider.behave('client', client);
    expect(pair.server.flags).toMatchObject({ integrity: true, confidentiality: true });
    expect(await pair.server.identity()).toMatchObject(expected);
    expect(await pair.server.identity({ names: false })).toMatchObject(expected);
  });

  test('is neither for the user of this process', async () => {
    using pair = await providerPair('TestScript');
    const expected = { isAnonymous: false, isGuest: false };
    expect(await pair.server.identity()).toMatchObject(expected);
    expect(pair.server.queryAttribute('accessToken')).toMatchObject(expected);
  });
});

describe.skipIf(!providerInstalled)('the names of an identity', () => {
  checkProviderAfterEach();

  test('are looked up by default, and left out with names: false', async () => {
    using pair = await providerPair('TestScript');
    const named = await pair.server.identity();
    const same = await pair.server.identity({ names: true });
    const nameless = await pair.server.identity({ names: false });
    expect(named.name).toEqual(expect.any(String));
    expect(named.groups.map(({ name }) => name)).toContainEqual(expect.any(String));
    expect(same).toEqual(named);
    const withoutNames = <Account extends object>(account: Account) => ({
      ...account,
      name: undefined,
      domain: undefined,
    });
    expect(nameless).toEqual({ ...withoutNames(named), groups: named.groups.map(withoutNames) });
  });

  test('are of one kind or the other: the option is a boolean', async () => {
    using pair = await providerPair('TestScript');
    await expect(pair.server.identity({ names: 'no' as never })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
  });
});
