import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilCalled,
} from '../../harness/support/provider.js';

const certificate = new X509Certificate(
  readFileSync(new URL('../../harness/fixtures/certificates/rsa-sha256.pem', import.meta.url)),
);
const closed = expect.objectContaining({ code: 'ERR_SSPI_CREDENTIALS_CLOSED' });
const acquire = (name = 'TestScript') => Credentials.acquire({ package: name });

describe.skipIf(!providerInstalled)('credentials.query', () => {
  checkProviderAfterEach();

  test.each([
    ['names', 1, { userName: 'CORP\\alíce' }],
    [
      'ssiProvider',
      2,
      { providerName: 'Tëst Provider', providerInfo: Buffer.from('50515253', 'hex') },
    ],
  ] as const)('of %s gives what the package answers', async (name, attribute, value) => {
    using credentials = await acquire();
    expect(credentials.query(name)).toEqual(value);
    const handle = callsOf('AcquireCredentialsHandle')[0]?.newHandle;
    expect(callsOf('QueryCredentialsAttributes')).toMatchObject([{ handle, attribute }]);
    expect(provider.counters().buffers).toBe(0);
  });

  test('cert is what the package has of it', async () => {
    proves('QueryCredentialsAttributes', 'memory of attributes');
    using credentials = await acquire();
    expect(credentials.query('cert')).toEqual(certificate.raw);
    expect(callsOf('QueryCredentialsAttributes')[0]?.attribute).toBe(4);
    expect(provider.counters().buffers).toBe(0);
  });

  test('a certificate that is not there is an error', async () => {
    using credentials = await acquire();
    provider.behave('nullPointers', 1);
    expect(() => credentials.query('cert')).toThrow(
      expect.objectContaining({
        code: 'SEC_E_INTERNAL_ERROR',
        syscall: 'QueryCredentialsAttributes',
      }),
    );
  });

  test('what points nowhere is empty', async () => {
    using credentials = await acquire();
    provider.behave('nullPointers', 1);
    expect(credentials.query('names')).toEqual({ userName: '' });
    expect(credentials.query('ssiProvider')).toEqual({
      providerName: '',
      providerInfo: Buffer.alloc(0),
    });
  });

  test('of a package without the attribute is UnsupportedFunctionError', async () => {
    using credentials = await acquire('TestKerberos');
    expect(() => credentials.query('names')).toThrow(
      expect.objectContaining({
        name: 'UnsupportedFunctionError',
        syscall: 'QueryCredentialsAttributes',
      }),
    );
  });

  test('an unknown name is refused with a hint, and closed credentials are', async () => {
    const credentials = await acquire();
    expect(() => credentials.query('name' as never)).toThrow(/Did you mean 'names'\?/);
    credentials.close();
    expect(() => credentials.query('names')).toThrow(closed);
    expect(callsOf('QueryCredentialsAttributes')).toEqual([]);
  });
});

describe.skipIf(!providerInstalled)('credentials.set', () => {
  checkProviderAfterEach();

  test('where secur32 lacks the function (Wine does) is UnsupportedFunctionError', async () => {
    proves('SetCredentialsAttributes');
    using credentials = await acquire();
    for (const proxyServer of ['proxy.corp.test', 'a'.repeat(32_767)]) {
      expect(() => credentials.set('kdcProxySettings', { proxyServer })).toThrow(
        expect.objectContaining({
          name: 'UnsupportedFunctionError',
          syscall: 'SetCredentialsAttributes',
        }),
      );
    }
  });

  test.each<[string, string, unknown, string]>([
    ['an unknown attribute', 'kdcProxy', {}, 'ERR_INVALID_ARG_VALUE'],
    ['no server', 'kdcProxySettings', {}, 'ERR_INVALID_ARG_TYPE'],
    ['an empty server', 'kdcProxySettings', { proxyServer: '' }, 'ERR_INVALID_ARG_VALUE'],
    [
      'force that is no boolean',
      'kdcProxySettings',
      { proxyServer: 'a', force: 1 },
      'ERR_INVALID_ARG_TYPE',
    ],
    [
      'a server of 32,768 characters',
      'kdcProxySettings',
      { proxyServer: 'a'.repeat(32_768) },
      'ERR_OUT_OF_RANGE',
    ],
  ])('%s is refused', async (_, attribute, value, code) => {
    using credentials = await acquire();
    expect(() => credentials.set(attribute as never, value as never)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});

describe.skipIf(!providerInstalled)('credentials.add', () => {
  checkProviderAfterEach();

  test('passes package, use, principal and identity to the handle, off the JavaScript thread', async () => {
    proves('AddCredentials');
    using credentials = await acquire();
    await credentials.add({
      package: 'TestKerberos',
      principal: 'alice@CORP.TEST',
      identity: { user: 'CORP\\alice', password: 'Pa$$w0rd' },
    });
    const handle = callsOf('AcquireCredentialsHandle')[0]?.newHandle;
    const [call, ...more] = callsOf('AddCredentials');
    expect(more).toEqual([]);
    expect(call).toMatchObject({
      handle,
      package: 'TestKerberos',
      principal: 'alice@CORP.TEST',
      use: 2,
      form: 'SEC_WINNT_AUTH_IDENTITY_W',
      user: 'alice',
      domain: 'CORP',
      passwordLength: 8,
    });
    expect(call?.thread).not.toBe(provider.thread());
  });

  test('has the use of the credentials where none is given', async () => {
    using credentials = await Credentials.acquire({ package: 'TestScript', use: 'inbound' });
    await credentials.add({ package: 'TestKerberos' });
    await credentials.add({ package: 'TestKerberos', use: 'both' });
    expect(callsOf('AddCredentials').map(({ use }) => use)).toEqual([1, 3]);
  });

  test('a failure is an SspiError, and the credentials go on', async () => {
    proves('AddCredentials');
    using credentials = await acquire();
    provider.fail('AddCredentials', 0x8009030e);
    await expect(credentials.add({ package: 'TestKerberos' })).rejects.toMatchObject({
      name: 'NoCredentialsError',
      syscall: 'AddCredentials',
    });
    await credentials.add({ package: 'TestKerberos' });
  });

  test('that is held outlives close(), which frees the credentials after it', async () => {
    const credentials = await acquire();
    provider.hold('AddCredentials');
    const adding = credentials.add({ package: 'TestKerberos' });
    await untilCalled('AddCredentials');
    credentials.close();
    expect(callsOf('FreeCredentialsHandle')).toEqual([]);
    provider.release('AddCredentials');
    await adding;
    expect(provider.counters()).toMatchObject({ credentials: 0, errors: [] });
  });

  test('without a package, and after close(), is refused', async () => {
    const credentials = await acquire();
    await expect(credentials.add({} as never)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_TYPE',
    });
    credentials.close();
    await expect(credentials.add({ package: 'TestKerberos' })).rejects.toThrow(closed);
    expect(callsOf('AddCredentials')).toEqual([]);
  });
});
