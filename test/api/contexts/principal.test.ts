import { describe, expect, test } from 'vitest';
import {
  checkProviderAfterEach,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const mutual = { client: { flags: { mutualAuthentication: true } } };
const unsupported = 0x80090302;

describe.skipIf(!providerInstalled)('principal', () => {
  checkProviderAfterEach();

  test('of a server is the client, of a client the server', async () => {
    using pair = await providerPair('TestScript', mutual);
    expect(pair.server.principal).toBe('CORP\\alíce');
    expect(pair.client.principal).toBe('HTTP/server.corp.test');
  });

  test('of a server is the native name where the package has no other', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('QueryContextAttributes', unsupported);
    expect(pair.server.principal).toBe('alice@CORP.TEST');
  });

  test('of a server is the native name where the other is empty', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('ownNames', 2);
    expect(pair.server.principal).toBe('alice@CORP.TEST');
  });

  test('of a client is undefined without mutual authentication', async () => {
    using pair = await providerPair('TestScript', {
      client: { flags: { mutualAuthentication: false } },
    });
    expect(pair.client.flags.mutualAuthentication).toBe(false);
    expect(pair.client.principal).toBe(undefined);
  });

  test.each(['client', 'server'] as const)(
    'of a %s is undefined where the package has no attribute for it',
    async (side) => {
      using pair = await providerPair('TestScript', mutual);
      for (const _ of ['names', 'nativeNames'])
        provider.fail('QueryContextAttributes', unsupported);
      expect(pair[side].principal).toBe(undefined);
    },
  );

  test('of a client is undefined where the attribute is empty', async () => {
    using pair = await providerPair('TestScript', mutual);
    provider.behave('nullPointers', 1);
    expect(pair.client.principal).toBe(undefined);
  });

  test.each(['client', 'server'] as const)('of a %s fails where the query fails', async (side) => {
    using pair = await providerPair('TestScript', mutual);
    provider.fail('QueryContextAttributes', 0x80090304);
    expect(() => pair[side].principal).toThrow(
      expect.objectContaining({ code: 'SEC_E_INTERNAL_ERROR', syscall: 'QueryContextAttributes' }),
    );
  });

  test.each(['client', 'server'] as const)(
    'of a %s is undefined before the context is complete, and after its close',
    async (side) => {
      using pair = await newProviderPair('TestScript', mutual);
      expect(pair[side].principal).toBe(undefined);
      const { token } = await pair.client.step();
      expect(pair[side].principal).toBe(undefined);
      await pair.server.step(token);
      pair[side].close();
      expect(pair[side].principal).toBe(undefined);
    },
  );
});
