import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import type { ServerContext } from 'winsspi';
import type { Authentication, ServerOptions } from 'winsspi/http';
import { type Answer, clientOf, HttpConnection } from '../../harness/support/http.js';
import { raw, reasons, start, turn } from '../../harness/support/http-setting.js';
import {
  checkProviderAfterEach,
  type ProviderPackage,
  provider,
  providerInstalled,
  untilCalled,
} from '../../harness/support/provider.js';

describe.skipIf(!providerInstalled)('a server', () => {
  checkProviderAfterEach();

  test('authenticates the connection of a client by NTLM, and no other one', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(200);
    expect((await connection.get()).status).toBe(200);
    using other = new HttpConnection(setting.server);
    expect((await other.get()).status).toBe(401);
    expect((await connection.get()).status).toBe(200);
  });

  test.each<[string, ProviderPackage, string | undefined, ServerOptions]>([
    ['Kerberos', 'TestKerberos', undefined, {}],
    ['Kerberos by its name', 'TestKerberos', 'windows', {}],
    ['NTLM by option', 'TestNtlm', undefined, { persistNtlm: false }],
    ['NTLM by its name', 'TestNtlm', 'windows', { persistNtlm: false, persistKerberos: true }],
  ])(
    'authenticates only the request of a client of %s, and closes its context with the response',
    async (_, name, names, options) => {
      if (names) provider.behave('windowsNames', 1);
      await using setting = await start(name, options);
      using connection = new HttpConnection(setting.server);
      for (let i = 0; i < 3; i++) {
        using context = clientOf(setting.credentials);
        expect((await connection.logOn(context)).status).toBe(200);
        expect((await connection.get()).status).toBe(401);
        // Those that are alive: the client's.
        expect(provider.counters().contexts).toBe(1);
      }
    },
  );

  test.each<[string, ProviderPackage, string | undefined, ServerOptions]>([
    ['NTLM', 'TestNtlm', undefined, {}],
    ['NTLM by its name', 'TestNtlm', 'windows', {}],
    ['Kerberos by option', 'TestKerberos', undefined, { persistKerberos: true }],
    [
      'Kerberos by its name',
      'TestKerberos',
      'windows',
      { persistKerberos: true, persistNtlm: false },
    ],
  ])('authenticates the connection of a client of %s', async (_, name, names, options) => {
    if (names) provider.behave('windowsNames', 1);
    await using setting = await start(name, options);
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(200);
    expect((await connection.get()).status).toBe(200);
    expect((await connection.get()).reused).toBe(true);
  });

  test('logs the user off when a new token comes, even a wrong one', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(200);
    expect((await connection.get({ authorization: 'Negotiate AAAA' })).status).toBe(401);
    expect((await connection.get()).status).toBe(401);
    expect(reasons(setting)).toEqual(['continue', 'denied']);
    expect(setting.failures[1]?.error).toMatchObject({ code: 'SEC_E_INVALID_TOKEN' });
  });

  test('ends the context of a request without a response with the next request', async () => {
    await using setting = await start('TestKerberos');
    const { server, authenticator } = setting.server;
    const alive: number[] = [];
    server.removeAllListeners('request').on('request', async (request, response) => {
      const { kind } = await authenticator.evaluate(request);
      alive.push(provider.counters().contexts);
      response.end(kind);
    });
    using connection = new HttpConnection(setting.server);
    for (let i = 0; i < 2; i++) {
      using context = clientOf(setting.credentials);
      expect((await connection.logOn(context)).text).toBe('success');
      expect((await connection.get()).text).toBe('failure');
    }
    // The client's, and that of the request.
    expect(alive).toEqual([2, 1, 2, 1]);
  });

  test('answers pipelined requests one after the other, each with its user', async () => {
    await using setting = await start('TestKerberos', { persistKerberos: true });
    using context = clientOf(setting.credentials);
    const { token } = await context.step();
    const get = 'GET / HTTP/1.1\r\nHost: x\r\n';
    const authorization = `Authorization: Negotiate ${token?.toString('base64')}\r\n`;
    provider.hold('AcceptSecurityContext');
    const text = `${get}${authorization}\r\n${get}\r\n${get}Connection: close\r\n\r\n`;
    const answering = raw(setting.server.port, text);
    await untilCalled('AcceptSecurityContext');
    provider.release('AcceptSecurityContext');
    const answer = await answering;
    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(Array(3).fill('HTTP/1.1 200'));
  });

  test('frees what a connection had when it closes: idle, in the middle, and in a step', async () => {
    await using setting = await start('TestNtlm');
    const alive = () => provider.counters().contexts;
    const closed: Promise<unknown>[] = [];
    setting.server.server.on('connection', (socket) => closed.push(once(socket, 'close')));
    using idle = new HttpConnection(setting.server);
    using middle = new HttpConnection(setting.server);
    using stepping = new HttpConnection(setting.server);
    const contexts = [1, 2, 3].map(() => clientOf(setting.credentials));
    await idle.logOn(contexts[0] as never);
    await middle.logOn(contexts[1] as never, { legs: 1 });
    provider.hold('AcceptSecurityContext');
    const before = provider.calls().filter((call) => call.function === 'AcceptSecurityContext');
    stepping.logOn(contexts[2] as never).catch(() => {});
    await untilCalled('AcceptSecurityContext', before.length + 1);
    for (const connection of [idle, middle, stepping]) connection.close();
    await Promise.all(closed);
    // At once, and not when their time is over.
    expect(setting.server.authenticator.handshakes).toBe(0);
    provider.release('AcceptSecurityContext');
    for (const context of contexts) context.close();
    while (alive() > 0) await turn();
    expect(setting.server.errors).toEqual([]);
  });

  test.each<[string, ProviderPackage, ServerOptions]>([
    ['true', 'TestNtlm', {}],
    ['true', 'TestKerberos', { persistKerberos: true }],
    ['false', 'TestKerberos', {}],
    ['false', 'TestNtlm', { persistNtlm: false }],
  ])(
    'announces with Persistent-Auth: %s whether the connection is authenticated now, by %s',
    async (expected, name, options) => {
      await using setting = await start(name, options);
      using connection = new HttpConnection(setting.server);
      using context = clientOf(setting.credentials);
      const persistentAuth = ({ headers }: Answer) => headers['persistent-auth'];
      expect(persistentAuth(await connection.get())).toBe(undefined);
      const answer = await connection.logOn(context);
      expect([answer.status, persistentAuth(answer)]).toEqual([200, expected]);
      const next = await connection.get();
      expect(next.status).toBe(expected === 'true' ? 200 : 401);
      // Only the answer to the last token may have the header.
      expect(persistentAuth(next)).toBe(undefined);
    },
  );

  test('announces no persistence where it refuses a client that Windows has accepted', async () => {
    await using setting = await start('TestNtlm', { allowedSids: ['S-1-5-32-7777'] });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const { status, headers } = await connection.logOn(context);
    expect([status, headers['persistent-auth']]).toEqual([403, undefined]);
  });

  test('logs a client off when its authentication expires', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const { server, authenticator } = setting.server;
    let authentication: Authentication | undefined;
    server.prependListener('request', async (request, response) => {
      const result = await authenticator.evaluate(request, response);
      if (result.kind === 'success') authentication = result.authentication;
    });
    expect((await connection.logOn(context)).status).toBe(200);
    const now = Date.now();
    vi.spyOn(Date, 'now').mockReturnValue(now);
    const expireAt = (time: number) =>
      vi
        .spyOn(authentication?.context as ServerContext, 'expiry', 'get')
        .mockReturnValue(new Date(time));
    expireAt(now + 1);
    expect((await connection.get()).status).toBe(200);
    expireAt(now);
    expect((await connection.get()).status).toBe(401);
    vi.restoreAllMocks();
    // It was logged off, and not refused once.
    expect((await connection.get()).status).toBe(401);
    expect(provider.counters().contexts).toBe(1); // the client's
  });
});
