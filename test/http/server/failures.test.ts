import { describe, expect, test } from 'vitest';
import { clientOf, HttpConnection } from '../../harness/support/http.js';
import { both, reasons, start } from '../../harness/support/http-setting.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
} from '../../harness/support/provider.js';

const SEC_E_LOGON_DENIED = 0x8009030c;
const SEC_E_NO_AUTHENTICATING_AUTHORITY = 0x80090311;

describe.skipIf(!providerInstalled)('a server', () => {
  checkProviderAfterEach();

  test('answers 401 where Windows denies the logon, and 503 where it cannot check it', async () => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    using first = clientOf(setting.credentials);
    provider.fail('AcceptSecurityContext', SEC_E_LOGON_DENIED);
    const denied = await connection.logOn(first);
    expect([denied.status, denied.challenges]).toEqual([401, both]);
    using second = clientOf(setting.credentials);
    provider.fail('AcceptSecurityContext', SEC_E_NO_AUTHENTICATING_AUTHORITY);
    expect((await connection.logOn(second)).status).toBe(503);
    expect(reasons(setting)).toEqual(['denied', 'unavailable']);
    expect(setting.failures.map(({ error }) => error?.name)).toEqual([
      'LogonDeniedError',
      'NoAuthorityError',
    ]);
  });

  test.each([
    ['SEC_E_INSUFFICIENT_MEMORY', 0x80090300],
    ['SEC_E_INVALID_TOKEN', 0x80090308],
    ['SEC_E_INTERNAL_ERROR', 0x80090304],
    ['SEC_E_UNSUPPORTED_FUNCTION', 0x80090302],
  ])(
    'answers 401 with all schemes where a package refuses a token with %s',
    async (code, status) => {
      await using setting = await start('TestKerberos');
      using connection = new HttpConnection(setting.server);
      using context = clientOf(setting.credentials);
      // Where a buffer may have been too small, the call is made again.
      for (let i = 0; i < 20; i++) provider.fail('AcceptSecurityContext', status);
      const answer = await connection.logOn(context);
      expect([answer.status, answer.challenges]).toEqual([401, both]);
      expect(setting.failures).toMatchObject([{ reason: 'denied', error: { code } }]);
    },
  );

  test.each([
    ['connection alone', undefined, ['connection']],
    ['flags of its options beside it', { integrity: true }, ['connection', 'integrity']],
    ['flags of its options alone', { connection: false, delegate: true }, ['delegate']],
    ['an undefined word as by default', { integrity: undefined }, ['connection']],
  ] as const)('asks a context for %s', async (_, flags, expected) => {
    const bits = { connection: 0x800, integrity: 0x20000, delegate: 1 };
    await using setting = await start('TestKerberos', flags && { flags: flags as never });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(200);
    const ASC_REQ_ALLOCATE_MEMORY = 0x100;
    const asked = (callsOf('AcceptSecurityContext')[0]?.flags as number) & ~ASC_REQ_ALLOCATE_MEMORY;
    expect(asked).toBe(expected.reduce((sum, word) => sum | bits[word], 0));
  });

  test('answers 401 with all schemes where a package needs another token and gives none', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const { token } = await context.step();
    provider.behave('unwrittenOutput', 1);
    const authorization = `Negotiate ${token?.toString('base64')}`;
    const answer = await connection.get({ authorization });
    expect([answer.status, answer.challenges]).toEqual([401, both]);
    expect(reasons(setting)).toEqual(['denied']);
  });

  test('refuses a context without what it requires', async () => {
    provider.behave('flags', 0);
    await using setting = await start('TestKerberos', { requiredFlags: ['integrity'] });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(401);
    expect(setting.failures[0]?.error).toMatchObject({ code: 'ERR_SSPI_REQUIREMENT_NOT_MET' });
  });
});
