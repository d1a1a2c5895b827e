import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, type CredentialsOptions } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { never } from '../../harness/support/misbehaviours.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
} from '../../harness/support/provider.js';

/** FNV-1a over the UTF-16 bytes, as the provider records passwords. */
const hash = (text: string) => hashBytes(Buffer.from(text, 'utf16le'));

function hashBytes(bytes: Uint8Array): number {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

async function acquired(options: CredentialsOptions) {
  using _credentials = await Credentials.acquire({ package: 'TestScript', ...options });
  const [call, ...more] = callsOf('AcquireCredentialsHandle');
  expect(more).toEqual([]);
  return call;
}

describe.skipIf(!providerInstalled)('credentials as the package sees them', () => {
  checkProviderAfterEach();

  test('the logged-on user is no authentication data at all', async () => {
    proves('AcquireCredentialsHandle', 'explicit identity');
    const call = await acquired({});
    expect(call).toMatchObject({ package: 'TestScript', use: 2, handle: 0, status: 0 });
    for (const name of ['form', 'user', 'domain', 'passwordLength', 'principal', 'packageList']) {
      expect(call).not.toHaveProperty(name);
    }
  });

  test.each([
    ['inbound', 1],
    ['outbound', 2],
    ['both', 3],
  ] as const)('the use %s is %d', async (use, number) => {
    expect(await acquired({ use })).toMatchObject({ use: number });
  });

  test('the principal is passed as it is', async () => {
    expect(await acquired({ principal: 'HTTP/sérver' })).toMatchObject({
      principal: 'HTTP/sérver',
    });
  });

  test.each([
    ['alice', 'CORP', 'Passw0rd!'],
    ['álice@corp.test', '', 'pässwörd 🔑'],
    ['a', 'D'.repeat(300), 'p'.repeat(5000)],
    ['alice', 'CORP', ''],
  ])(
    'the identity of %s is SEC_WINNT_AUTH_IDENTITY_W in Unicode',
    async (user, domain, password) => {
      proves('AcquireCredentialsHandle', 'explicit identity');
      const call = await acquired({ identity: { user, domain, password } });
      expect(call).toMatchObject({
        form: 'SEC_WINNT_AUTH_IDENTITY_W',
        identityFlags: 2,
        user,
        domain,
        passwordLength: password.length,
        passwordHash: hash(password),
        passwordEnd: 0,
      });
    },
  );

  test('an identity without a domain has an empty one', async () => {
    const call = await acquired({ identity: { user: 'alice@corp.test', password: 'x' } });
    expect(call).toMatchObject({ user: 'alice@corp.test', domain: '' });
  });

  test('an identity without a password never reaches the package', async () => {
    proves('explicit identity');
    for (const identity of [{ user: 'alice' }, { user: 'alice', password: undefined }]) {
      await expect(acquired({ identity: identity as never })).rejects.toMatchObject({
        code: 'ERR_INVALID_ARG_TYPE',
      });
    }
    expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
  });

  test('a package list makes it SEC_WINNT_AUTH_IDENTITY_EXW', async () => {
    proves('explicit identity');
    const call = await acquired({
      identity: { user: 'alice', domain: 'CORP', password: 'Passw0rd!' },
      packageList: 'Kerberos,!NTLM',
    });
    expect(call).toMatchObject({
      form: 'SEC_WINNT_AUTH_IDENTITY_EXW',
      version: 0x200,
      length: 72,
      identityFlags: 2,
      user: 'alice',
      domain: 'CORP',
      passwordLength: 9,
      passwordHash: hash('Passw0rd!'),
      packageList: 'Kerberos,!NTLM',
    });
  });

  const keytab = Buffer.from('0502000000', 'hex');

  test('an identity with a keytab is SEC_WINNT_AUTH_IDENTITY_EX2 with packed credentials', async () => {
    const own = Uint8Array.from(keytab);
    const call = await acquired({ identity: { user: 'CORP\\alice', keytab: own } });
    expect(call).toMatchObject({
      form: 'SEC_WINNT_AUTH_IDENTITY_EX2',
      user: 'alice',
      domain: 'CORP',
      keytabLength: keytab.length,
      keytabHash: hashBytes(keytab),
      packageList: '',
    });
    expect(own).toEqual(Uint8Array.from(keytab));
  });

  test.each([1, 65_507])('a keytab may have %d bytes', async (length) => {
    const call = await acquired({ identity: { user: 'alice', keytab: new Uint8Array(length) } });
    expect(call).toMatchObject({ keytabLength: length });
  });

  test.each<[string, object, string, string]>([
    ['no bytes', { keytab: new Uint8Array() }, 'ERR_INVALID_ARG_VALUE', 'keytab'],
    ['65,508 bytes', { keytab: new Uint8Array(65_508) }, 'ERR_OUT_OF_RANGE', 'keytab'],
    [
      'memory that is shared',
      { keytab: new Uint8Array(new SharedArrayBuffer(8)) },
      'ERR_INVALID_ARG_VALUE',
      'keytab',
    ],
    ['text', { keytab: 'file' }, 'ERR_INVALID_ARG_TYPE', 'keytab'],
    ['null', { keytab: null }, 'ERR_INVALID_ARG_TYPE', 'keytab'],
    ['a password beside it', { keytab, password: 'x' }, 'ERR_INVALID_ARG_VALUE', 'keytab'],
    ['an empty password beside it', { keytab, password: '' }, 'ERR_INVALID_ARG_VALUE', 'keytab'],
    ['neither keytab nor password', { keytab: undefined }, 'ERR_INVALID_ARG_TYPE', 'password'],
  ])('%s is no keytab, and never reaches the package', async (_, secret, code, property) => {
    const refused = acquired({ identity: { user: 'alice', ...secret } as never });
    await expect(refused).rejects.toMatchObject({
      code,
      message: expect.stringContaining(`options.identity.${property}`),
    });
    expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
  });

  test.each([
    ['CORP\\alice', undefined, 'alice', 'CORP'],
    ['CORP\\alice', '', 'alice', 'CORP'],
    ['.\\alice', undefined, 'alice', '.'],
    ['alice@corp.test', undefined, 'alice@corp.test', ''],
    ['corp.test\\alice@x', undefined, 'alice@x', 'corp.test'],
    ['alice', 'CORP', 'alice', 'CORP'],
    // CredMarshalCredential's own alphabet; nobody takes it apart.
    ['@@BE\\d7', undefined, '@@BE\\d7', ''],
  ])('the user %j with the domain %j is %j of %j', async (user, domain, passed, passedDomain) => {
    const identity = { user, password: 'x', ...(domain !== undefined && { domain }) };
    const call = await acquired({ identity });
    expect(call).toMatchObject({ user: passed });
    expect(call?.domain ?? '').toBe(passedDomain);
  });

  test.each([
    ['CORP\\alice', 'OTHER'],
    ['CORP\\', undefined],
    ['\\alice', undefined],
    ['A\\B\\alice', undefined],
  ])('the user %j with the domain %j is refused before the call', async (user, domain) => {
    const identity = { user, password: 'x', ...(domain !== undefined && { domain }) };
    await expect(Credentials.acquire({ package: 'TestScript', identity })).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
    });
    expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
  });

  test.each(['Schannel', 'Microsoft Unified Security Protocol Provider', 'TestStream'])(
    '%s, a stream package, takes no identity and no package list, which it would misread',
    async (name) => {
      for (const options of [{ identity: { user: 'a', password: 'x' } }, { packageList: 'a' }]) {
        await expect(Credentials.acquire({ package: name, ...options })).rejects.toMatchObject({
          code: 'ERR_INVALID_ARG_VALUE',
        });
      }
      expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
    },
  );

  test('a package list goes with the logged-on user too', async () => {
    proves('explicit identity');
    const call = await acquired({ packageList: '!NTLM' });
    expect(call).toMatchObject({ form: 'SEC_WINNT_AUTH_IDENTITY_EXW', packageList: '!NTLM' });
    for (const name of ['user', 'domain', 'passwordLength']) expect(call).not.toHaveProperty(name);
  });
});

describe.skipIf(!providerInstalled)('credentials of Negotiate without NTLM', () => {
  checkProviderAfterEach();

  const negotiate = 'TestNegotiate';
  const refused = (options: CredentialsOptions) =>
    expect(Credentials.acquire(options)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('options.ntlm'),
    });

  test('ntlm: false is the package list !ntlm, with every kind of identity', async () => {
    const keytab = Uint8Array.of(5, 2);
    for (const identity of [
      undefined,
      { user: 'alice', password: 'x' },
      { user: 'alice', keytab },
    ]) {
      using _credentials = await Credentials.acquire({ package: negotiate, ntlm: false, identity });
    }
    expect(callsOf('AcquireCredentialsHandle')).toMatchObject([
      { form: 'SEC_WINNT_AUTH_IDENTITY_EXW', packageList: '!ntlm' },
      { form: 'SEC_WINNT_AUTH_IDENTITY_EXW', packageList: '!ntlm', user: 'alice' },
      { form: 'SEC_WINNT_AUTH_IDENTITY_EX2', packageList: '!ntlm', keytabLength: 2 },
    ]);
  });

  test.each([{}, { ntlm: true }, { ntlm: undefined }])('%o leaves NTLM in', async (options) => {
    const call = await acquired({ package: negotiate, ...options });
    expect(call).not.toHaveProperty('packageList');
    expect(callsOf('AcquireCredentialsHandle').length).toBe(1);
  });

  test("ntlm: true does not change a package list of the caller's", async () => {
    const call = await acquired({ package: negotiate, ntlm: true, packageList: '!ntlm,kerberos' });
    expect(call).toMatchObject({ packageList: '!ntlm,kerberos' });
  });

  test('a package list beside ntlm: false is refused', async () => {
    await refused({ package: negotiate, ntlm: false, packageList: 'kerberos' });
    expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
  });

  test.each(['TestScript', 'TestNtlm', 'TestStream', 'Kerberos'])(
    'ntlm: false of %s, which chooses nothing, is refused',
    async (name) => {
      await refused({ package: name, ntlm: false });
      expect(callsOf('AcquireCredentialsHandle')).toEqual([]);
    },
  );

  test('a package that does not exist is PackageNotFoundError all the same', async () => {
    await expect(Credentials.acquire({ package: 'Nonesuch', ntlm: false })).rejects.toMatchObject({
      name: 'PackageNotFoundError',
    });
  });

  test('add() and acquireCredentials() take it too', async () => {
    using pair = await providerPair('TestScript');
    using credentials = await pair.server.acquireCredentials({ package: negotiate, ntlm: false });
    await credentials.add({ package: negotiate, ntlm: false });
    const calls = callsOf('AcquireCredentialsHandle', 'AddCredentials').slice(-2);
    expect(calls).toMatchObject([{ packageList: '!ntlm' }, { packageList: '!ntlm' }]);
  });
});

describe.skipIf(!providerInstalled)('credentials and their handle', () => {
  checkProviderAfterEach();

  test('are acquired off the JavaScript thread, and say when they expire', async () => {
    proves('AcquireCredentialsHandle');
    using credentials = await Credentials.acquire({ package: 'TestScript' });
    expect(callsOf('AcquireCredentialsHandle')[0]?.thread).not.toBe(provider.thread());
    expect(credentials.package).toBe('TestScript');
    expect(credentials.expiry).toEqual(new Date('2041-02-03T04:05:06Z'));
  });

  test.each(Object.entries(never))('with an expiry of %s have none', async (_, kind) => {
    provider.behave('expiry', kind);
    using credentials = await Credentials.acquire({ package: 'TestScript' });
    expect(credentials.expiry).toBe(undefined);
  });

  test.each([
    [0x8009030e, 'NoCredentialsError'],
    [0x8009030d, 'NoCredentialsError'],
    [0x80090300, 'InsufficientMemoryError'],
    [0x80090304, 'SspiError'],
  ])('the status %d of AcquireCredentialsHandle is %s', async (status, name) => {
    provider.fail('AcquireCredentialsHandle', status);
    await expect(Credentials.acquire({ package: 'TestScript' })).rejects.toThrow(
      expect.objectContaining({ name, status, syscall: 'AcquireCredentialsHandle' }),
    );
  });

  test('closed twice are freed once', async () => {
    proves('FreeCredentialsHandle');
    const credentials = await Credentials.acquire({ package: 'TestScript' });
    credentials.close();
    credentials.close();
    expect(callsOf('FreeCredentialsHandle').length).toBe(1);
  });

  test('closed while contexts live are freed after the last of them', async () => {
    proves('FreeCredentialsHandle', 'lifetime of credentials');
    const credentials = await Credentials.acquire({ package: 'TestScript' });
    const contexts = [1, 2].map(() => new ClientContext(credentials, { targetName: 'HTTP/a' }));
    for (const context of contexts) await context.step();
    credentials.close();
    expect(provider.counters()).toMatchObject({ credentials: 1, contexts: 2 });
    contexts[0]?.close();
    expect(provider.counters()).toMatchObject({ credentials: 1, contexts: 1 });
    contexts[1]?.close();
    expect(provider.counters()).toMatchObject({ credentials: 0, contexts: 0 });
    const ends = callsOf('DeleteSecurityContext', 'FreeCredentialsHandle');
    expect(ends.map((call) => call.function)).toEqual([
      'DeleteSecurityContext',
      'DeleteSecurityContext',
      'FreeCredentialsHandle',
    ]);
  });

  test('that are being acquired do not block the event loop', async () => {
    provider.hold('AcquireCredentialsHandle');
    const promise = Credentials.acquire({ package: 'TestScript' });
    const call = await untilCalled('AcquireCredentialsHandle');
    expect(call.status).toBe(undefined);
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(provider.counters().credentials).toBe(0);
    provider.release('AcquireCredentialsHandle');
    (await promise).close();
  });
});
