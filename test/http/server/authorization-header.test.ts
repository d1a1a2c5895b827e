import { describe, expect, test } from 'vitest';
import { clientOf, HttpConnection } from '../../harness/support/http.js';
import { both, raw, reasons, start } from '../../harness/support/http-setting.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
} from '../../harness/support/provider.js';

describe.skipIf(!providerInstalled)('a server', () => {
  checkProviderAfterEach();

  test('asks a request without a token, with all its schemes', async () => {
    await using setting = await start();
    using connection = new HttpConnection(setting.server);
    const answer = await connection.get();
    expect(answer).toMatchObject({ status: 401, challenges: both, text: '401 Unauthorized\n' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(setting.failures).toEqual([]);
    expect(setting.server.authenticator.handshakes).toBe(0);
  });

  test.each([
    ['no base64', 'Negotiate !!!!'],
    ['base64 with a letter too many', 'Negotiate AAAAA'],
    ['base64 of another alphabet', 'Negotiate __--'],
    ['no token', 'Negotiate'],
    ['parameters', 'Negotiate a="b"'],
    ['two schemes', 'Negotiate AAAA, NTLM AAAA'],
    ['two tokens', 'Negotiate AAAA AAAA'],
  ])('answers 400 to %s', async (_, authorization) => {
    await using setting = await start();
    using connection = new HttpConnection(setting.server);
    const answer = await connection.get({ authorization });
    expect([answer.status, answer.challenges]).toEqual([400, []]);
    expect(answer.text).toBe('400 Bad Request. The Authorization header is malformed.\n');
    expect(reasons(setting)).toEqual(['malformed']);
    expect(provider.calls().some((call) => call.function === 'AcceptSecurityContext')).toBe(false);
  });

  test('answers 400 to two Authorization headers', async () => {
    await using setting = await start();
    const text = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n';
    const header = 'Authorization: Negotiate AAAA\r\n';
    const answer = await raw(setting.server.port, `${text}${header}${header}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('answers 400 to a token that is longer than allowed', async () => {
    await using setting = await start('TestKerberos', { maxTokenLength: 1000 });
    using connection = new HttpConnection(setting.server);
    const of = (length: number) => Buffer.alloc(length).toString('base64');
    const ask = (length: number) => connection.get({ authorization: `Negotiate ${of(length)}` });
    expect((await ask(1000)).status).toBe(401);
    expect((await ask(1001)).status).toBe(400);
  });

  test('takes a token of 48 KiB', async () => {
    await using setting = await start('TestScript');
    provider.behave('tokenLength', 49_152);
    using connection = new HttpConnection(setting.server);
    const authorization = `Negotiate ${Buffer.alloc(49_152).toString('base64')}`;
    expect((await connection.get({ authorization })).status).toBe(401);
    expect(reasons(setting)).toEqual(['denied']);
  });

  test.each(['Basic dTpw', 'Bearer a.b.c', 'AWS4 Credential=a/b, x'])(
    'asks a client with %s for something else',
    async (authorization) => {
      await using setting = await start('TestNtlm');
      using connection = new HttpConnection(setting.server);
      using context = clientOf(setting.credentials);
      expect((await connection.logOn(context)).status).toBe(200);
      const answer = await connection.get({ authorization });
      expect([answer.status, answer.challenges]).toEqual([401, both]);
    },
  );

  test('offers only the schemes of its options', async () => {
    await using setting = await start('TestNtlm', { schemes: ['NTLM'] });
    using connection = new HttpConnection(setting.server);
    expect((await connection.get()).challenges).toEqual(['NTLM']);
    const answer = await connection.get({ authorization: 'Negotiate AAAA' });
    expect(answer).toMatchObject({ status: 401, challenges: ['NTLM'] });
  });
});
