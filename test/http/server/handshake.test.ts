import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import { clientOf, HttpConnection, HttpServer } from '../../harness/support/http.js';
import { both, clientStep, start } from '../../harness/support/http-setting.js';
import { checkProviderAfterEach, providerInstalled } from '../../harness/support/provider.js';

describe.skipIf(!providerInstalled)('a server', () => {
  checkProviderAfterEach();

  test('authenticates a client with one token, and answers with the last one', async () => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const answer = await connection.logOn(context);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text).package).toBe('TestKerberos');
    expect(answer.challenges).toEqual([expect.stringMatching(/^Negotiate [\w+/]+=*$/)]);
    expect(context.done).toBe(true);
  });

  test.each([
    ['TestKerberos', 1],
    ['TestNtlm', 3],
  ] as const)('counts the tokens of %s: %d', async (name, tokenCount) => {
    const options = { package: name, persistKerberos: true };
    const server = await HttpServer.listen(options, (auth) => auth.tokenCount);
    using credentials = await Credentials.acquire({ package: name });
    for (let i = 0; i < 2; i++) {
      using connection = new HttpConnection(server);
      using context = clientOf(credentials);
      expect(JSON.parse((await connection.logOn(context)).text)).toBe(tokenCount);
      expect(JSON.parse((await connection.get()).text)).toBe(tokenCount);
    }
    await server.close();
  });

  test.each(both)('authenticates a client with two tokens, by %s', async (scheme) => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { scheme, legs: 1 });
    expect(first.status).toBe(401);
    expect(first.challenges).toEqual([expect.stringMatching(new RegExp(`^${scheme} [\\w+/]+=*$`))]);
    expect(setting.server.authenticator.handshakes).toBe(1);
    const { token } = await clientStep(context, first.challenges);
    const last = await connection.get({ authorization: `${scheme} ${token}` });
    expect([last.status, last.reused, last.challenges]).toEqual([200, true, []]);
    expect(setting.server.authenticator.handshakes).toBe(0);
  });

  test('begins anew after a refused token, on the same connection', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using first = clientOf(setting.credentials);
    await connection.logOn(first, { legs: 1 });
    const refused = await connection.get({ authorization: 'Negotiate AAAA' });
    expect([refused.status, refused.challenges]).toEqual([401, both]);
    using second = clientOf(setting.credentials);
    expect((await connection.logOn(second)).status).toBe(200);
  });

  test('ends the handshake with a request without a token in the middle', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { legs: 1 });
    expect((await connection.get()).challenges).toEqual(both);
    expect(setting.server.authenticator.handshakes).toBe(0);
    const { token } = await clientStep(context, first.challenges);
    expect((await connection.get({ authorization: `Negotiate ${token}` })).status).toBe(401);
  });

  test('does not continue a handshake with another scheme', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { legs: 1 });
    const { token } = await clientStep(context, first.challenges);
    expect((await connection.get({ authorization: `NTLM ${token}` })).status).toBe(401);
    expect(setting.server.authenticator.handshakes).toBe(0);
  });

  test('does not continue a handshake on another connection', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using other = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { legs: 1 });
    const { token } = await clientStep(context, first.challenges);
    const forwarded = { 'x-forwarded-for': '10.0.0.1' };
    expect((await other.get({ authorization: `Negotiate ${token}` })).status).toBe(401);
    expect((await other.get({ authorization: `Negotiate ${token}`, ...forwarded })).status).toBe(
      403,
    );
    expect((await connection.get({ authorization: `Negotiate ${token}` })).status).toBe(200);
  });
});
