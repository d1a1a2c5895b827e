import { describe, expect, test } from 'vitest';
import { Credentials, enumerateSecurityPackages, querySecurityPackage } from 'winsspi';
import { proves } from '../proofs/proves.js';
import { never } from '../support/misbehaviours.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
} from '../support/provider.js';

// The instrument itself: what the other files rely on.
describe.skipIf(!providerInstalled)('the provider', () => {
  checkProviderAfterEach();

  test('is among the packages of the machine', () => {
    proves('EnumerateSecurityPackages', 'QuerySecurityPackageInfo');
    const names = enumerateSecurityPackages().map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['TestKerberos', 'TestNtlm', 'TestStream', 'TestScript', 'TestNull']),
    );
    expect(querySecurityPackage('TestStream')).toMatchObject({
      capabilities: expect.arrayContaining(['stream']),
      maxToken: 24576,
    });
  });

  test('counts what is alive', async () => {
    const pair = await providerPair('TestKerberos');
    const rest = { buffers: 0, tokens: 0, certificates: 0, errors: [] };
    expect(provider.counters()).toEqual({ credentials: 2, contexts: 2, ...rest });
    pair.client.close();
    expect(provider.counters()).toEqual({ credentials: 1, contexts: 1, ...rest });
    pair.server.close();
    expect(provider.counters()).toEqual({ credentials: 0, contexts: 0, ...rest });
  });

  test('sees memory that was not given back', () => {
    provider.leak();
    provider.leak();
    expect(provider.counters().buffers).toBe(2);
    provider.reset();
    expect(provider.counters().buffers).toBe(0);
  });

  test('forgets calls, script and errors at reset()', async () => {
    provider.fail('AcquireCredentialsHandle', 0x80090300);
    provider.behave('expiry', never['the largest number']);
    provider.reset();
    using credentials = await Credentials.acquire({ package: 'TestScript' });
    expect(credentials.expiry).toBeInstanceOf(Date);
    expect(callsOf('AcquireCredentialsHandle').length).toBe(1);
    provider.reset();
    expect(provider.calls()).toEqual([]);
    expect(provider.counters().credentials).toBe(0);
  });

  test('tells of every call whether its thread acted as somebody else', async () => {
    using pair = await providerPair('TestScript');
    pair.server.queryAttribute('names');
    pair.server.impersonate(() => pair.server.queryAttribute('names'));
    pair.server.queryAttribute('names');
    const last = provider.calls().slice(-5);
    expect(last.map((call) => [call.function, call.impersonating])).toEqual([
      ['QueryContextAttributes', false],
      ['ImpersonateSecurityContext', false],
      ['QueryContextAttributes', true],
      ['RevertSecurityContext', true],
      ['QueryContextAttributes', false],
    ]);
    // What runs on other threads: credentials and steps.
    const others = provider.calls().filter(({ thread }) => thread !== provider.thread());
    expect([...new Set(others.map(({ impersonating }) => impersonating))]).toEqual([false]);
  });

  test('gives the statuses of fail() to one call each, in order', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('MakeSignature', 0x80090300);
    provider.fail('MakeSignature', 0x80090308);
    for (const name of ['InsufficientMemoryError', 'InvalidTokenError']) {
      expect(() => pair.client.sign(Buffer.alloc(1))).toThrow(expect.objectContaining({ name }));
    }
    expect(pair.client.sign(Buffer.alloc(1)).length).toBe(28);
  });

  test('TestNull seals nothing with a token of 16 bytes, and records no messages', async () => {
    using pair = await providerPair('TestNull');
    const message = Buffer.from('text');
    const sealed = pair.client.wrapDetached(message);
    expect(sealed).toEqual({ token: Buffer.alloc(16), message, padding: Buffer.alloc(0) });
    expect(pair.server.unwrapDetached(sealed).message).toEqual(message);
    expect(pair.server.unwrap(pair.client.wrap(message)).message).toEqual(message);
    expect(callsOf('EncryptMessage', 'DecryptMessage')).toEqual([]);
  });
});
