import { describe, expect, test } from 'vitest';
import * as winsspi from 'winsspi';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  providerInstalled,
  providerPair,
} from '../harness/support/provider.js';

// Whatever constant is exported, the function that it is for takes it.

const exported = (prefix: RegExp) =>
  Object.entries(winsspi).filter(([name]) => prefix.test(name)) as [string, number][];

const settable = ['SECPKG_ATTR_APP_DATA', 'SECPKG_ATTR_KEYING_MATERIAL_INFO'];
const settableOfCredentials = ['SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS'];

const queried = exported(/^SECPKG_ATTR_/).filter(([name]) => !settable.includes(name));
const queriedOfCredentials = exported(/^SECPKG_CRED_ATTR_/).filter(
  ([name]) => !settableOfCredentials.includes(name),
);

describe.skipIf(!providerInstalled)('a constant', () => {
  checkProviderAfterEach();

  test.each(queried)('%s (%d) is asked for by queryAttribute', async (_, number) => {
    using pair = await providerPair('TestStream');
    const before = callsOf('QueryContextAttributes').length;
    try {
      pair.server.queryAttribute(number as winsspi.ContextAttributeName);
    } catch (error) {
      expect(error).toBeInstanceOf(winsspi.SspiError);
    }
    const [call] = callsOf('QueryContextAttributes', 'QuerySecurityContextToken').slice(before);
    expect(call?.attribute).toBe(number);
  });

  test.each([
    ['sizes', winsspi.SECPKG_ATTR_SIZES],
    ['names', winsspi.SECPKG_ATTR_NAMES],
    ['sessionKey', winsspi.SECPKG_ATTR_SESSION_KEY],
  ] as const)('gives the same as its word: %s', async (word, number) => {
    using pair = await providerPair('TestKerberos');
    expect(pair.client.queryAttribute(number)).toEqual(pair.client.queryAttribute(word));
  });

  test.each<[string, number, unknown]>([
    ['SECPKG_ATTR_APP_DATA', winsspi.SECPKG_ATTR_APP_DATA, Buffer.from('a')],
    [
      'SECPKG_ATTR_KEYING_MATERIAL_INFO',
      winsspi.SECPKG_ATTR_KEYING_MATERIAL_INFO,
      { label: 'a', length: 1 },
    ],
  ])('%s (%d) is set by setAttribute', async (_, number, value) => {
    using pair = await providerPair('TestStream');
    pair.client.setAttribute(number as never, value as never);
    expect(callsOf('SetContextAttributes')).toMatchObject([{ attribute: number }]);
  });

  test.each(queriedOfCredentials)(
    '%s (%d) is asked for by credentials.query',
    async (_, number) => {
      using credentials = await Credentials.acquire({ package: 'TestScript' });
      credentials.query(number as winsspi.CredentialsAttributeName);
      expect(callsOf('QueryCredentialsAttributes')).toMatchObject([{ attribute: number }]);
    },
  );

  // Wine 8 has no SetCredentialsAttributesW: both are UnsupportedFunctionError there.
  test('SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS is what credentials.set does for its word', async () => {
    using credentials = await Credentials.acquire({ package: 'TestScript' });
    const outcome = (name: winsspi.SettableCredentialsAttributeName) => {
      try {
        return credentials.set(name, { proxyServer: 'proxy' });
      } catch (error) {
        return (error as winsspi.SspiError).message;
      }
    };
    const { SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS } = winsspi;
    expect(outcome(SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS)).toBe(outcome('kdcProxySettings'));
  });

  test.each([
    ['SECPKG_CRED_INBOUND', winsspi.SECPKG_CRED_INBOUND, 'inbound'],
    ['SECPKG_CRED_OUTBOUND', winsspi.SECPKG_CRED_OUTBOUND, 'outbound'],
    ['SECPKG_CRED_BOTH', winsspi.SECPKG_CRED_BOTH, 'both'],
  ] as const)('%s (%d) is the use %s', async (_, use, word) => {
    using credentials = await Credentials.acquire({ package: 'TestScript', use });
    expect(credentials.use).toBe(word);
    expect(callsOf('AcquireCredentialsHandle')).toMatchObject([{ use }]);
  });

  test.each(exported(/^ISC_REQ_(?!ALLOCATE_MEMORY)/))(
    '%s (%d) is what a client asks for, and nothing else is',
    async (_, flags) => {
      using credentials = await Credentials.acquire({ package: 'TestScript' });
      using client = new ClientContext(credentials, { targetName: 'HTTP/a', flags });
      await client.step();
      expect(callsOf('InitializeSecurityContext')).toMatchObject([{ flags }]);
    },
  );

  test.each(exported(/^ASC_REQ_(?!ALLOCATE_MEMORY)/))(
    '%s (%d) is what a server asks for, and nothing else is',
    async (_, flags) => {
      using credentials = await Credentials.acquire({ package: 'TestScript', use: 'both' });
      using client = new ClientContext(credentials, { targetName: 'HTTP/a' });
      using server = new ServerContext(credentials, { flags });
      await server.step((await client.step()).token as Buffer);
      expect(callsOf('AcceptSecurityContext')).toMatchObject([{ flags }]);
    },
  );

  test('is refused where the function has another one', async () => {
    using pair = await newProviderPair('TestScript');
    await pair.client.step();
    for (const call of [
      () => pair.client.queryAttribute(winsspi.SECPKG_ATTR_APP_DATA as never),
      () => pair.client.setAttribute(winsspi.SECPKG_ATTR_SIZES as never, Buffer.alloc(1) as never),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    }
  });
});
