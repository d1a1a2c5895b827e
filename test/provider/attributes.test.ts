import { describe, expect, test } from 'vitest';
import type { ContextAttributes } from 'winsspi';
import * as winsspi from 'winsspi';
import { proves } from '../proofs/proves.js';
import { attributeOf } from '../proofs/subjects.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
} from '../support/provider.js';

const packageInfo = {
  name: 'TestScript',
  comment: 'Does what the test says',
  capabilities: ['integrity', 'privacy', 'connection', 'readonlyWithChecksum'],
  version: 1,
  rpcId: 65535,
  maxToken: 48000,
};

const values: [keyof ContextAttributes, number, unknown][] = [
  ['sizes', 0, { maxToken: 48000, maxSignature: 40, blockSize: 1, securityTrailer: 76 }],
  ['names', 1, { userName: 'CORP\\alíce' }],
  [
    'lifespan',
    2,
    { start: new Date('2024-02-03T04:05:06Z'), expiry: new Date('2040-01-02T03:04:05Z') },
  ],
  ['streamSizes', 4, { header: 5, trailer: 64, maximumMessage: 16384, buffers: 4, blockSize: 1 }],
  [
    'keyInfo',
    5,
    {
      signatureAlgorithmName: 'TestChecksum',
      encryptAlgorithmName: 'TestCipher',
      keySize: 128,
      signatureAlgorithm: 0x1001,
      encryptAlgorithm: 0x2002,
    },
  ],
  ['sessionKey', 9, Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')],
  ['packageInfo', 10, packageInfo],
  ['negotiationInfo', 12, { package: packageInfo, state: 'complete' }],
  ['nativeNames', 13, { clientName: 'alice@CORP.TEST', serverName: 'HTTP/server.corp.test' }],
];

describe.skipIf(!providerInstalled)('queryAttribute', () => {
  checkProviderAfterEach();

  test.each(values)('%s', async (name, number, value) => {
    proves('QueryContextAttributes', attributeOf(number));
    expect(winsspi).toHaveProperty(attributeOf(number), number);
    using pair = await providerPair('TestScript');
    const before = callsOf('QueryContextAttributes').length;
    expect(pair.client.queryAttribute(name)).toEqual(value);
    const calls = callsOf('QueryContextAttributes').slice(before);
    expect(calls.map(({ attribute }) => attribute)).toEqual([number]);
    expect(calls[0]?.thread).toBe(provider.thread());
    // What it pointed to was given back at once.
    expect(provider.counters().buffers).toBe(0);
  });

  test('every pointer of an answer is given back: texts, a key, the parts of a package', async () => {
    proves('FreeContextBuffer', 'fact 4.1');
    using pair = await providerPair('TestScript');
    for (const name of ['names', 'nativeNames', 'keyInfo', 'sessionKey'] as const) {
      pair.client.queryAttribute(name);
      expect({ name, ...provider.counters() }).toMatchObject({ name, buffers: 0 });
    }
    for (const name of ['packageInfo', 'negotiationInfo'] as const) {
      expect(JSON.stringify(pair.client.queryAttribute(name))).toContain('Does what the test says');
      expect({ name, ...provider.counters() }).toMatchObject({ name, buffers: 0 });
    }
  });

  test('flags, in the words of each side', async () => {
    proves('SECPKG_ATTR_FLAGS');
    using pair = await providerPair('TestScript');
    const { flags } = pair.client;
    expect(pair.client.queryAttribute('flags')).toEqual(flags);
    expect(pair.server.queryAttribute('flags')).toEqual(pair.server.flags);
    expect(flags).toMatchObject({ mutualAuthentication: true, integrity: true, delegate: false });
  });

  test.each([
    [0, 'complete'],
    [1, 'optimistic'],
    [2, 'inProgress'],
    [3, 'direct'],
    [4, 'tryMulticred'],
    [5, 5],
    [0xffffffff, 0xffffffff],
  ])('the state %d of a negotiation is %s', async (number, state) => {
    proves('SECPKG_ATTR_NEGOTIATION_INFO');
    using pair = await providerPair('TestScript');
    provider.behave('negotiationState', number);
    expect(pair.client.queryAttribute('negotiationInfo').state).toBe(state);
  });

  test.each([[1], [2], [3], [4], [5]])('an expiry of "never" (%d) is undefined', async (kind) => {
    proves('SECPKG_ATTR_LIFESPAN');
    using pair = await providerPair('TestScript');
    provider.behave('expiry', kind);
    expect(pair.client.queryAttribute('lifespan')).toEqual({
      start: new Date('2024-02-03T04:05:06Z'),
      expiry: undefined,
    });
  });

  test('what points nowhere is empty', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('nullPointers', 1);
    expect(pair.client.queryAttribute('names')).toEqual({ userName: '' });
    expect(pair.client.queryAttribute('nativeNames')).toEqual({ clientName: '', serverName: '' });
    expect(pair.client.queryAttribute('sessionKey')).toEqual(Buffer.alloc(0));
    expect(pair.client.queryAttribute('packageInfo')).toMatchObject({ name: '', maxToken: 0 });
  });

  test.each(values)('%s: a failure is an SspiError, and nothing is lost', async (name) => {
    using pair = await providerPair('TestScript');
    provider.fail('QueryContextAttributes', 0x80090301);
    expect(() => pair.client.queryAttribute(name)).toThrow(
      expect.objectContaining({ name: 'InvalidHandleError', syscall: 'QueryContextAttributes' }),
    );
    expect(pair.client.queryAttribute('sizes').maxToken).toBe(48000);
  });

  test('a package without the attribute throws UnsupportedFunctionError', async () => {
    proves('QueryContextAttributes');
    using pair = await providerPair('TestNtlm');
    expect(() => pair.client.queryAttribute('sessionKey')).toThrow(
      expect.objectContaining({
        name: 'UnsupportedFunctionError',
        code: 'SEC_E_UNSUPPORTED_FUNCTION',
      }),
    );
  });

  test('the session keys of the two sides are the same, and those of two contexts are not', async () => {
    proves('SECPKG_ATTR_SESSION_KEY');
    using one = await providerPair('TestKerberos');
    using other = await providerPair('TestKerberos');
    const key = one.client.queryAttribute('sessionKey');
    expect(key.length).toBe(16);
    expect(one.server.queryAttribute('sessionKey')).toEqual(key);
    expect(other.client.queryAttribute('sessionKey')).not.toEqual(key);
  });
});
