import { describe, expect, test } from 'vitest';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

// The names in an access token come from one question to the LSA. Wine has LsaLookupSids alone: where
// the provider answers in place of the LSA, it is LsaLookupSids2, as on Windows.

/** A server whose client is in that many groups of its domain, beside Everyone. */
async function meet(groups: number): Promise<ProviderPair> {
  const pair = await providerPair('TestScript');
  provider.behave('client', 4);
  provider.behave('groups', groups);
  return pair;
}

const user = 'S-1-5-21-1-2-3-1108';
const nameless = { name: undefined, domain: undefined };

describe.skipIf(!providerInstalled)('the names of an identity', () => {
  checkProviderAfterEach();

  test('are asked for at once, of the user and of all groups', async () => {
    using pair = await meet(150);
    provider.behave('lsa', 1);
    const { sid, name, domain, groups } = await pair.server.identity();
    expect(callsOf('LsaLookupSids2')).toMatchObject([{ options: 0, count: 152, status: 0 }]);
    expect({ sid, name, domain }).toEqual({ sid: user, name: 'näme 0', domain: 'CÖRP' });
    expect(groups.length).toBe(151);
    expect(groups[0]).toMatchObject({ sid: 'S-1-1-0', name: 'näme 1', domain: 'CÖRP' });
    expect(groups[150]).toMatchObject({
      sid: 'S-1-5-21-1-2-3-2149',
      name: 'näme 151',
      domain: 'CÖRP',
    });
  });

  test('are not asked for with names: false', async () => {
    using pair = await meet(2);
    provider.behave('lsa', 1);
    const { groups, ...identity } = await pair.server.identity({ names: false });
    expect(callsOf('LsaLookupSids2')).toEqual([]);
    expect(identity).toMatchObject({ sid: user, ...nameless });
    expect(groups.map(({ sid }) => sid)).toEqual([
      'S-1-1-0',
      'S-1-5-21-1-2-3-2000',
      'S-1-5-21-1-2-3-2001',
    ]);
    for (const group of groups) expect(group).toMatchObject(nameless);
  });

  /** Asks the LSA that answers in a way, for a client in two groups. */
  async function ask(lsa: number) {
    using pair = await meet(2);
    provider.behave('lsa', lsa);
    const { sid, groups, ...identity } = await pair.server.identity();
    expect(sid).toBe(user);
    return [identity, ...groups].map(({ name, domain }) => ({ name, domain }));
  }

  test('are absent where the LSA knows some of them only', async () => {
    expect(await ask(2)).toEqual([
      { name: 'näme 0', domain: 'CÖRP' },
      nameless,
      { name: 'näme 2', domain: 'CÖRP' },
      nameless,
    ]);
  });

  test.each([
    ['knows none', 3],
    ['refuses to answer', 4],
    ['succeeds without a list', 5],
    ['answers with a status that is not known', 8],
  ])('are absent where the LSA %s, and the identity is there', async (_, lsa) => {
    expect(await ask(lsa)).toEqual(Array(4).fill(nameless));
  });

  test.each([
    ['no list of domains', 6],
    ['a domain that is not in the list', 7],
  ])('have no domain where the LSA gives %s', async (_, lsa) => {
    expect(await ask(lsa)).toEqual(
      [0, 1, 2, 3].map((number) => ({ name: `näme ${number}`, domain: undefined })),
    );
  });

  test('are those of Windows: Everyone has one, a group of an unknown domain has none', async () => {
    using pair = await meet(1);
    const { groups } = await pair.server.identity();
    expect(groups[0]).toMatchObject({ sid: 'S-1-1-0', name: 'Everyone' });
    expect(groups[1]).toMatchObject({ sid: 'S-1-5-21-1-2-3-2000', ...nameless });
  });
});
