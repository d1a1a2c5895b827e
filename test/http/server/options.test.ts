import { describe, expect, test } from 'vitest';
import type { ServerOptions } from 'winsspi/http';
import { clientOf, HttpConnection, HttpServer } from '../../harness/support/http.js';
import { both, start } from '../../harness/support/http-setting.js';
import {
  callsOf,
  checkProviderAfterEach,
  providerInstalled,
} from '../../harness/support/provider.js';

describe.skipIf(!providerInstalled)('the schemes that are offered', () => {
  checkProviderAfterEach();

  test.each<[string, ServerOptions, string[]]>([
    ['Negotiate', {}, both],
    ['Negotiate without NTLM', { ntlm: false }, ['Negotiate']],
    ['NTLM', { package: 'NTLM' }, ['NTLM']],
    ['NTLM in any case', { package: 'ntlm' }, ['NTLM']],
    ['NTLM with both schemes', { package: 'NTLM', schemes: ['Negotiate', 'NTLM'] }, both],
  ])('by the package %s', async (_, options, challenges) => {
    await using server = await HttpServer.listen(options);
    using connection = new HttpConnection(server);
    expect((await connection.get()).challenges).toEqual(challenges);
  });

  test('without NTLM are those of credentials that must not choose it', async () => {
    await using server = await HttpServer.listen({ package: 'TestNegotiate', ntlm: false });
    using connection = new HttpConnection(server);
    await connection.get({ authorization: 'Negotiate AAAA' });
    expect(callsOf('AcquireCredentialsHandle')).toMatchObject([{ packageList: '!ntlm' }]);
  });
});

describe('options', () => {
  test.each([
    ['an unknown key', { pakage: 'x' }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown scheme', { schemes: ['Basic'] }, 'ERR_INVALID_ARG_VALUE'],
    ['no scheme', { schemes: [] }, 'ERR_INVALID_ARG_VALUE'],
    [
      'NTLM for proxies',
      { schemes: ['NTLM'], proxyPolicy: 'kerberosPerRequest' },
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      'Kerberos for connections and for requests',
      { persistKerberos: true, proxyPolicy: 'kerberosPerRequest' },
      'ERR_INVALID_ARG_VALUE',
    ],
    ['the package Kerberos', { package: 'Kerberos' }, 'ERR_INVALID_ARG_VALUE'],
    ['NTLM without NTLM', { package: 'NTLM', ntlm: false }, 'ERR_INVALID_ARG_VALUE'],
    ['its scheme without NTLM', { schemes: ['NTLM'], ntlm: false }, 'ERR_INVALID_ARG_VALUE'],
    ['a name in place of a SID', { allowedSids: ['Users'] }, 'ERR_INVALID_ARG_VALUE'],
    [
      'names of services without extended protection',
      { extendedProtection: 'off', targetNames: ['HTTP/a'] },
      'ERR_INVALID_ARG_VALUE',
    ],
    ['no name of a service', { targetNames: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['an empty name of a service', { targetNames: [''] }, 'ERR_INVALID_ARG_VALUE'],
    ['no list of names', { targetNames: 'HTTP/a' }, 'ERR_INVALID_ARG_TYPE'],
    ['a page in place of a function', { formatFailure: '<h1>' }, 'ERR_INVALID_ARG_TYPE'],
    ['no function to call', { onAuthenticationFailed: true }, 'ERR_INVALID_ARG_TYPE'],
    ['too many bytes', { maxTokenLength: 50_000 }, 'ERR_OUT_OF_RANGE'],
    ['credentials of another kind', { credentials: {} }, 'ERR_INVALID_ARG_TYPE'],
    ['a certificate as text', { certificate: 'x' }, 'ERR_INVALID_ARG_TYPE'],
    ['an unknown flag', { flags: { integrty: true } }, 'ERR_INVALID_ARG_VALUE'],
    ['flags as bits', { flags: 1 }, 'ERR_INVALID_ARG_TYPE'],
    ['an unknown flag to require', { requiredFlags: ['integrty'] }, 'ERR_INVALID_ARG_VALUE'],
    ['no list of flags to require', { requiredFlags: 'integrity' }, 'ERR_INVALID_ARG_TYPE'],
  ])('%s are refused', async (_, options, code) => {
    await expect(HttpServer.listen(options as never)).rejects.toMatchObject({ code });
  });
});

describe.skipIf(!providerInstalled)('an authenticator that was closed', () => {
  checkProviderAfterEach();

  test('accepts no further request', async () => {
    await using setting = await start();
    const { server, credentials } = setting;
    using connection = new HttpConnection(server);
    using context = clientOf(credentials);
    server.authenticator.close();
    expect((await connection.logOn(context)).status).toBe(500);
    expect(server.errors).toEqual([
      expect.objectContaining({
        code: 'ERR_SSPI_HTTP_CLOSED',
        message: 'The authenticator was closed',
      }),
    ]);
  });
});
