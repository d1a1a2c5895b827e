import { describe, expect, test } from 'vitest';
import { clientOf, HttpConnection } from '../../harness/support/http.js';
import { reasons, start } from '../../harness/support/http-setting.js';
import { checkProviderAfterEach, providerInstalled } from '../../harness/support/provider.js';

describe.skipIf(!providerInstalled)('a server behind a proxy', () => {
  checkProviderAfterEach();

  test.each([
    ...['via', 'Via', 'VIA', 'forwarded', 'x-forwarded-for', 'X-Forwarded-Proto', 'x-forwarded'],
    ...['x-real-ip', 'X-ARR-LOG-ID', 'x-arr-ssl', 'X-Original-URL', 'CF-Connecting-IP', 'cf-ray'],
    ...['x-envoy-external-address', 'X-Original-For', 'x-client-ip', 'True-Client-IP'],
  ])('refuses a request with %s, and all that follow on the connection', async (name) => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(200);
    const answer = await connection.get({ [name]: 'x' });
    expect([answer.status, answer.challenges]).toEqual([403, []]);
    expect((await connection.get()).status).toBe(403);
    using again = clientOf(setting.credentials);
    expect((await connection.logOn(again)).status).toBe(403);
    expect(reasons(setting)).toEqual(['proxied', 'proxied', 'proxied']);
  });

  test('that is for Kerberos with each request refuses what takes a second leg', async () => {
    await using setting = await start('TestNtlm', { proxyPolicy: 'kerberosPerRequest' });
    using connection = new HttpConnection(setting.server);
    expect((await connection.get()).challenges).toEqual(['Negotiate']);
    using context = clientOf(setting.credentials);
    const answer = await connection.logOn(context, { headers: { via: '1.1 x' } });
    expect([answer.status, answer.challenges]).toEqual([403, []]);
    expect(reasons(setting)).toEqual(['notKerberos']);
  });

  test('that is for Kerberos refuses another package, even in one leg', async () => {
    await using setting = await start('TestKerberos', { proxyPolicy: 'kerberosPerRequest' });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const answer = await connection.logOn(context);
    expect(answer.status).toBe(403); // It is called TestKerberos.
  });
});
