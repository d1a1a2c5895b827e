import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as winsspi from 'winsspi';
import { type ContextAttributes, tlsServerEndPoint } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { attributeOf } from '../../harness/proofs/subjects.js';
import { bindings, never } from '../../harness/support/misbehaviours.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const packageInfo = {
  name: 'TestScript',
  comment: 'Does what the test says',
  capabilities: ['integrity', 'privacy', 'connection', 'readonlyWithChecksum'],
  version: 1,
  rpcId: 65535,
  maxToken: 48000,
};

const certificate = new X509Certificate(
  readFileSync(new URL('../../harness/fixtures/certificates/rsa-sha256.pem', import.meta.url)),
);

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
  ['dceInfo', 3, { authorizationService: 1, name: 'CORP\\alíce' }],
  ['authority', 6, { authorityName: 'CÖRP.TEST' }],
  ['passwordExpiry', 8, new Date('2042-03-04T05:06:07Z')],
  ['targetInformation', 17, Buffer.from('f0f1f2f3f4f5f6f7', 'hex')],
  [
    'accessToken',
    18,
    {
      sid: expect.stringMatching(/^S-1-5-/),
      isAnonymous: false,
      isGuest: false,
      groups: expect.arrayContaining([
        { sid: 'S-1-5-32-545', attributes: ['mandatory', 'enabledByDefault', 'enabled'] },
      ]),
      logonId: expect.any(BigInt),
      impersonationLevel: 'impersonation',
      elevated: expect.any(Boolean),
      expiry: undefined,
    },
  ],
  [
    'uniqueBindings',
    25,
    {
      applicationData: Buffer.concat([
        Buffer.from('tls-unique:'),
        Buffer.from('000102030405060708090a0b', 'hex'),
      ]),
    },
  ],
  ['endpointBindings', 26, tlsServerEndPoint(certificate)],
  ['clientSpecifiedTarget', 27, 'HTTP/sérver.corp.test'],
  ['lastClientTokenStatus', 30, 'yes'],
  ['applicationProtocol', 35, { status: 'success', extension: 'alpn', protocol: 'h2' }],
  [
    'connectionInfo',
    0x5a,
    {
      protocol: 0x800,
      cipherAlgorithm: 0x6610,
      cipherStrength: 256,
      hashAlgorithm: 0x800d,
      hashStrength: 384,
      exchangeAlgorithm: 0xae06,
      exchangeStrength: 255,
    },
  ],
  [
    'cipherInfo',
    0x64,
    {
      protocol: 0x303,
      cipherSuite: 0xc030,
      baseCipherSuite: 0xc02f,
      cipherSuiteName: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
      cipherName: 'AES',
      cipherLength: 256,
      cipherBlockLength: 16,
      hashName: 'SHA384',
      hashLength: 384,
      exchangeName: 'ECDH',
      minimumExchangeLength: 224,
      maximumExchangeLength: 521,
      certificateName: 'RSA',
      keyType: 7,
    },
  ],
  ['keyingMaterial', 0x6b, Buffer.from('000102030405060708090a0b', 'hex')],
];

describe.skipIf(!providerInstalled)('queryAttribute', () => {
  checkProviderAfterEach();

  test.each(values)('%s is what the package answers', async (name, number, value) => {
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
    proves('FreeContextBuffer', 'memory of attributes');
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

  test('remoteCertContext is the certificate of the peer', async () => {
    proves('SECPKG_ATTR_REMOTE_CERT_CONTEXT');
    using pair = await providerPair('TestScript');
    expect(pair.client.queryAttribute('remoteCertContext').raw).toEqual(certificate.raw);
    expect(callsOf('QueryContextAttributes').at(-1)?.attribute).toBe(0x53);
    expect(provider.counters().certificates).toBe(0);
  });

  test('cipherInfo asks for the version of the structure that it reads', async () => {
    proves('SECPKG_ATTR_CIPHER_INFO');
    using pair = await providerPair('TestScript');
    pair.client.queryAttribute('cipherInfo');
    expect(callsOf('QueryContextAttributes').at(-1)?.version).toBe(1);
  });

  test('names in cipherInfo that fill their room and have no end are read to the end of it', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('unendedNames', 1);
    const { cipherSuiteName, certificateName } = pair.client.queryAttribute('cipherInfo');
    expect([cipherSuiteName, certificateName]).toEqual(['T'.repeat(64), 'R'.repeat(64)]);
  });

  test('what another service has in dceInfo is not taken for a name, and is given back', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('authorizationService', 2);
    expect(pair.client.queryAttribute('dceInfo')).toEqual({
      authorizationService: 2,
      name: undefined,
    });
    expect(provider.counters().buffers).toBe(0);
  });

  test.each([
    [0, 'yes'],
    [1, 'no'],
    [2, 'maybe'],
    [3, 3],
  ])('the status %d of the last token of the client is %s', async (number, status) => {
    proves('SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS');
    using pair = await providerPair('TestScript');
    provider.behave('lastClientTokenStatus', number);
    expect(pair.client.queryAttribute('lastClientTokenStatus')).toBe(status);
  });

  test.each([
    [0, 0, { status: 'none', extension: 'none', protocol: undefined }],
    [2, 1, { status: 'selectedClientOnly', extension: 'npn', protocol: 'h2' }],
    [9, 8, { status: 9, extension: 8, protocol: 'h2' }],
  ])('the numbers %d and %d of ALPN are %j', async (status, extension, value) => {
    proves('SECPKG_ATTR_APPLICATION_PROTOCOL');
    using pair = await providerPair('TestScript');
    provider.behave('applicationProtocolStatus', status);
    provider.behave('applicationProtocolExtension', extension);
    expect(pair.client.queryAttribute('applicationProtocol')).toEqual(value);
  });

  describe.each(['uniqueBindings', 'endpointBindings'] as const)('%s', (name) => {
    test.each(Object.entries(bindings))('%s are an error and are not read', async (_, place) => {
      using pair = await providerPair('TestScript');
      provider.behave('bindings', place);
      expect(() => pair.client.queryAttribute(name)).toThrow(
        expect.objectContaining({ code: 'ERR_SSPI_INVALID_BUFFER' }),
      );
      expect(provider.counters().buffers).toBe(0);
    });
  });

  test('flags are in the words of each side', async () => {
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

  test.each(Object.entries(never))('an expiry of %s is undefined', async (_, kind) => {
    proves('SECPKG_ATTR_LIFESPAN');
    using pair = await providerPair('TestScript');
    provider.behave('expiry', kind);
    expect(pair.client.queryAttribute('lifespan')).toEqual({
      start: new Date('2024-02-03T04:05:06Z'),
      expiry: undefined,
    });
  });

  test('a text that may be absent is empty', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('nullPointers', 1);
    expect(pair.client.queryAttribute('nativeNames')).toEqual({ clientName: '', serverName: '' });
    expect(pair.client.queryAttribute('dceInfo').name).toBe(undefined);
    expect(pair.client.queryAttribute('authority')).toEqual({ authorityName: '' });
    expect(pair.client.queryAttribute('targetInformation')).toEqual(Buffer.alloc(0));
    expect(pair.client.queryAttribute('clientSpecifiedTarget')).toBe('');
    const { name } = pair.client.queryAttribute('negotiationInfo').package;
    expect(name).toBe('');
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

describe.skipIf(!providerInstalled)('setAttribute', () => {
  checkProviderAfterEach();

  test('applicationData passes the bytes', async () => {
    proves('SetContextAttributes', 'SECPKG_ATTR_APP_DATA');
    using pair = await providerPair('TestStream');
    pair.client.setAttribute('applicationData', Buffer.from('of the session'));
    const [call, ...more] = callsOf('SetContextAttributes');
    expect(more).toEqual([]);
    expect(call).toMatchObject({ attribute: 0x5e, size: 16, data: Buffer.from('of the session') });
    expect(call?.thread).toBe(provider.thread());
  });

  test('keyingMaterialInfo passes the label with its zero, the context and the length', async () => {
    proves('SetContextAttributes', 'SECPKG_ATTR_KEYING_MATERIAL_INFO');
    using pair = await providerPair('TestStream');
    const context = Buffer.from('context');
    pair.client.setAttribute('keyingMaterialInfo', { label: 'EXPORTER-test', context, length: 32 });
    pair.client.setAttribute('keyingMaterialInfo', { label: 'EXPORTER-test', length: 48 });
    const [withContext, without] = callsOf('SetContextAttributes');
    expect(withContext).toMatchObject({
      attribute: 0x6a,
      label: Buffer.from('EXPORTER-test\0'),
      contextValue: context,
      contextLength: 7,
      materialLength: 32,
    });
    expect(without).toMatchObject({ contextLength: 0, materialLength: 48 });
    expect(without).not.toHaveProperty('contextValue');
  });

  test('during an asynchronous message is ERR_SSPI_CONTEXT_BUSY', async () => {
    using pair = await providerPair('TestScript');
    provider.hold('EncryptMessage');
    const sealing = pair.client.wrapAsync(Buffer.from('text'));
    expect(() => pair.client.setAttribute('applicationData', Buffer.alloc(1))).toThrow(
      expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_BUSY' }),
    );
    provider.release('EncryptMessage');
    await sealing;
    expect(callsOf('SetContextAttributes')).toEqual([]);
  });

  test('a package without it throws UnsupportedFunctionError', async () => {
    using pair = await providerPair('TestKerberos');
    expect(() => pair.client.setAttribute('applicationData', Buffer.alloc(1))).toThrow(
      expect.objectContaining({
        name: 'UnsupportedFunctionError',
        syscall: 'SetContextAttributes',
      }),
    );
  });

  test.each<[string, string, unknown, string]>([
    ['an unknown name', 'applicationdata', Buffer.alloc(1), 'ERR_INVALID_ARG_VALUE'],
    ['a name that can only be asked for', 'sizes', {}, 'ERR_INVALID_ARG_VALUE'],
    ['data that is text', 'applicationData', 'text', 'ERR_INVALID_ARG_TYPE'],
    ['no label', 'keyingMaterialInfo', { length: 1 }, 'ERR_INVALID_ARG_TYPE'],
    [
      'a label that is not ASCII',
      'keyingMaterialInfo',
      { label: 'é', length: 1 },
      'ERR_INVALID_ARG_VALUE',
    ],
    ['no bytes', 'keyingMaterialInfo', { label: 'a', length: 0 }, 'ERR_OUT_OF_RANGE'],
    [
      'a label of 65,535 characters',
      'keyingMaterialInfo',
      { label: 'a'.repeat(65_535), length: 1 },
      'ERR_OUT_OF_RANGE',
    ],
  ])('%s is refused before the call', async (_, name, value, code) => {
    using pair = await providerPair('TestStream');
    expect(() => pair.client.setAttribute(name as never, value as never)).toThrow(
      expect.objectContaining({ code }),
    );
    expect(callsOf('SetContextAttributes')).toEqual([]);
  });
});
