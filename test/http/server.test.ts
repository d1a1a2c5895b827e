import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ClientContext, Credentials, configureThreads, tlsServerEndPoint } from 'winsspi';
import type { AuthenticateFailure, Authentication, ServerOptions } from 'winsspi/http';
import {
  clientOf,
  HttpConnection,
  HttpServer,
  tlsFiles,
  tokenIn,
} from '../harness/support/http.js';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderPackage,
  provider,
  providerInstalled,
  untilCalled,
} from '../harness/support/provider.js';
import { RawClient } from '../harness/support/raw-client.js';

const SEC_E_LOGON_DENIED = 0x8009030c;
const SEC_E_NO_AUTHENTICATING_AUTHORITY = 0x80090311;
const both = ['Negotiate', 'NTLM'];

interface Setting extends AsyncDisposable {
  readonly server: HttpServer;
  readonly credentials: Credentials;
  readonly failures: AuthenticateFailure[];
}

async function start(
  packageName: ProviderPackage = 'TestKerberos',
  options: ServerOptions = {},
): Promise<Setting> {
  const failures: AuthenticateFailure[] = [];
  const credentials = await Credentials.acquire({ package: packageName });
  const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
  const server = await HttpServer.listen({
    package: packageName,
    onAuthenticationFailed,
    ...options,
  });
  return {
    server,
    credentials,
    failures,
    async [Symbol.asyncDispose]() {
      credentials.close();
      await server.close();
      expect(server.authenticator.handshakes).toBe(0);
    },
  };
}

const reasons = ({ failures }: Setting) => failures.map(({ reason }) => reason);

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

  test('lets a client in with one token, and answers with the last one', async () => {
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

  test.each(both)('lets a client in with two, by %s', async (scheme) => {
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

  test('knows the connection afterwards, and no other one', async () => {
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
    ['NTLM where it is told so', 'TestNtlm', undefined, { persistNtlm: false }],
    ['NTLM by its name', 'TestNtlm', 'windows', { persistNtlm: false, persistKerberos: true }],
  ])(
    'knows only the request of a client of %s, and closes its context with the response',
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
    ['Kerberos where it is told so', 'TestKerberos', undefined, { persistKerberos: true }],
    [
      'Kerberos by its name',
      'TestKerberos',
      'windows',
      { persistKerberos: true, persistNtlm: false },
    ],
  ])('knows the connection of a client of %s', async (_, name, names, options) => {
    if (names) provider.behave('windowsNames', 1);
    await using setting = await start(name, options);
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(200);
    expect((await connection.get()).status).toBe(200);
    expect((await connection.get()).reused).toBe(true);
  });

  test('forgets who was there when a new token comes, even a wrong one', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(200);
    expect((await connection.get({ authorization: 'Negotiate AAAA' })).status).toBe(401);
    expect((await connection.get()).status).toBe(401);
    expect(reasons(setting)).toEqual(['continue', 'denied']);
    expect(setting.failures[1]?.error).toMatchObject({ code: 'SEC_E_INVALID_TOKEN' });
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

  test('takes a request without a token in the middle for the end of the handshake', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { legs: 1 });
    expect((await connection.get()).challenges).toEqual(both);
    expect(setting.server.authenticator.handshakes).toBe(0);
    const { token } = await clientStep(context, first.challenges);
    expect((await connection.get({ authorization: `Negotiate ${token}` })).status).toBe(401);
  });

  test('does not go on with a handshake under another scheme', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { legs: 1 });
    const { token } = await clientStep(context, first.challenges);
    expect((await connection.get({ authorization: `NTLM ${token}` })).status).toBe(401);
    expect(setting.server.authenticator.handshakes).toBe(0);
  });

  test('does not go on with a handshake on another connection', async () => {
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

  test('offers only the schemes that it was told', async () => {
    await using setting = await start('TestNtlm', { schemes: ['NTLM'] });
    using connection = new HttpConnection(setting.server);
    expect((await connection.get()).challenges).toEqual(['NTLM']);
    const answer = await connection.get({ authorization: 'Negotiate AAAA' });
    expect(answer).toMatchObject({ status: 401, challenges: ['NTLM'] });
  });

  test('says 401 where Windows denies the logon, and 503 where it could not ask', async () => {
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
  ])('says 401 with all schemes where a package answers a token with %s', async (code, status) => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    // Where a buffer may have been too small, the call is made again.
    for (let i = 0; i < 20; i++) provider.fail('AcceptSecurityContext', status);
    const answer = await connection.logOn(context);
    expect([answer.status, answer.challenges]).toEqual([401, both]);
    expect(setting.failures).toMatchObject([{ reason: 'denied', error: { code } }]);
  });

  test.each([
    ['connection alone', undefined, ['connection']],
    ['what it is told beside it', { integrity: true }, ['connection', 'integrity']],
    ['what it is told', { connection: false, delegate: true }, ['delegate']],
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

  test('refuses a context without what it requires', async () => {
    provider.behave('flags', 0);
    await using setting = await start('TestKerberos', { requiredFlags: ['integrity'] });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    expect((await connection.logOn(context)).status).toBe(401);
    expect(setting.failures[0]?.error).toMatchObject({ code: 'ERR_SSPI_REQUIREMENT_NOT_MET' });
  });

  test('answers pipelined requests one after the other, each as who it is', async () => {
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

  test.each<[string, ServerOptions]>([
    ['in all', { maxHandshakes: 2 }],
    ['of an address', { maxHandshakesPerAddress: 2 }],
  ])(
    'ends the oldest handshake that waits for its client when there are too many %s',
    async (_, options) => {
      await using setting = await start('TestNtlm', options);
      const clients = Array.from({ length: 4 }, () => ({
        connection: new HttpConnection(setting.server),
        context: clientOf(setting.credentials),
        asked: [] as string[],
      }));
      const begin = async (client: (typeof clients)[number]) => {
        client.asked = (await client.connection.logOn(client.context, { legs: 1 })).challenges;
      };
      const goOn = async ({ connection, context, asked }: (typeof clients)[number]) => {
        const { token } = await clientStep(context, asked);
        return (await connection.get({ authorization: `Negotiate ${token}` })).status;
      };
      type Client = (typeof clients)[number];
      const [one, two, three, four] = clients as unknown as [Client, Client, Client, Client];
      for (const client of [one, two, three]) await begin(client);
      expect(setting.server.authenticator.handshakes).toBe(2);
      expect(await goOn(one)).toBe(401);
      expect(await goOn(two)).toBe(200);
      await begin(four);
      expect(await goOn(three)).toBe(200);
      expect(await goOn(four)).toBe(200);
      for (const { connection, context } of clients) {
        connection.close();
        context.close();
      }
    },
  );

  test('lets clients with one token in at the same time, whatever the limit: they do not wait', async () => {
    await using setting = await start('TestKerberos', { maxHandshakes: 1 });
    const contexts = [1, 2, 3].map(() => clientOf(setting.credentials));
    const connections = contexts.map(() => new HttpConnection(setting.server));
    provider.hold('AcceptSecurityContext');
    const answers = contexts.map((context, index) => connections[index]?.logOn(context));
    await untilCalled('AcceptSecurityContext', contexts.length);
    expect(setting.server.authenticator.handshakes).toBe(3);
    provider.release('AcceptSecurityContext');
    const statuses = (await Promise.all(answers)).map((answer) => answer?.status);
    expect(statuses).toEqual([200, 200, 200]);
    for (const closable of [...connections, ...contexts]) closable.close();
  });

  test('ends a connection on which too many requests wait, before it knows anybody', async () => {
    await using setting = await start('TestKerberos');
    const ask = async (count: number) => {
      const client = await RawClient.connect(setting.server.port);
      const ended = new Promise((resolve) =>
        client.socket.once('end', resolve).once('close', resolve),
      );
      provider.hold('AcceptSecurityContext');
      const before = callsOf('AcceptSecurityContext').length;
      const get = 'GET / HTTP/1.1\r\nHost: x\r\n';
      await client.send(`${get}Authorization: Negotiate AAAA\r\n\r\n`);
      await untilCalled('AcceptSecurityContext', before + 1);
      await client.send(`${get}\r\n`.repeat(count - 2));
      await client.send(`${get}Connection: close\r\n\r\n`);
      return { client, ended };
    };
    const within = await ask(64);
    provider.release('AcceptSecurityContext');
    await within.ended;
    expect(within.client.received.match(/HTTP\/1\.1 401 /g)?.length).toBe(64);
    const beyond = await ask(65);
    await beyond.ended;
    provider.release('AcceptSecurityContext');
    expect(beyond.client.received).toBe('');
    for (const { client } of [within, beyond]) client.socket.destroy();
  });

  test('answers 503 where no thread is free for a token', async () => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    const before = configureThreads({});
    configureThreads({ max: 1, queue: 0 });
    try {
      provider.hold('AcceptSecurityContext');
      using other = new HttpConnection(setting.server);
      const held = other.get({ authorization: 'Negotiate AAAA' });
      await untilCalled('AcceptSecurityContext');
      const busy = await connection.get({ authorization: 'Negotiate AAAA' });
      expect([busy.status, busy.headers['retry-after']]).toEqual([503, '1']);
      provider.release('AcceptSecurityContext');
      expect((await held).status).toBe(401);
      expect(reasons(setting)).toEqual(['busy', 'denied']);
    } finally {
      configureThreads(before);
    }
  });

  test('gives a handshake up after its time', async () => {
    await using setting = await start('TestNtlm', { handshakeTimeout: 100 });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { legs: 1 });
    while (setting.server.authenticator.handshakes > 0) await turn();
    expect(provider.counters().contexts).toBe(1); // the client's
    const { token } = await clientStep(context, first.challenges);
    expect((await connection.get({ authorization: `Negotiate ${token}` })).status).toBe(401);
    using another = clientOf(setting.credentials);
    expect((await connection.logOn(another)).status).toBe(200);
  });

  test('answers 503 when Windows takes longer than the time of a handshake', async () => {
    await using setting = await start('TestKerberos', { handshakeTimeout: 100 });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    provider.hold('AcceptSecurityContext');
    const answer = connection.logOn(context);
    await untilCalled('AcceptSecurityContext');
    while (setting.server.authenticator.handshakes > 0) await turn();
    provider.release('AcceptSecurityContext');
    expect((await answer).status).toBe(503);
    expect(reasons(setting)).toEqual(['timeout']);
  });

  test('frees what a connection had when it closes: idle, in the middle, and in a step', async () => {
    await using setting = await start('TestNtlm');
    const alive = () => provider.counters().contexts;
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
    while (setting.server.authenticator.handshakes > 0) await turn();
    provider.release('AcceptSecurityContext');
    for (const context of contexts) context.close();
    while (alive() > 0) await turn();
    expect(setting.server.errors).toEqual([]);
  });
});

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

describe.skipIf(!providerInstalled)('extended protection', () => {
  const tls = { tls: true };
  let credentials: Credentials;
  beforeAll(async () => {
    credentials = await Credentials.acquire({ package: 'TestKerberos' });
  });
  afterAll(() => credentials.close());

  test('that is required refuses every request without TLS', async () => {
    const options: ServerOptions = { package: 'TestKerberos', extendedProtection: 'require' };
    await using server = await HttpServer.listen(options);
    using connection = new HttpConnection(server);
    const answer = await connection.get();
    expect([answer.status, answer.challenges]).toEqual([403, []]);
    expect(answer.text).toBe('403 Forbidden. This service must be used over TLS.\n');
  });

  test.each([
    ['off', false, undefined],
    ['allow', true, true],
    ['require', true, false],
  ] as const)('%s: what the context is made with', async (extendedProtection, bound, missing) => {
    const options: ServerOptions = { package: 'TestKerberos', extendedProtection };
    await using server = await HttpServer.listen(options, undefined, tls);
    using connection = new HttpConnection(server, tls);
    using context = clientOf(credentials);
    await connection.logOn(context);
    const call = provider.calls().findLast((one) => one.function === 'AcceptSecurityContext');
    const SECBUFFER_CHANNEL_BINDINGS = 14;
    const bindings = call?.buffers.find(({ type }) => type === SECBUFFER_CHANNEL_BINDINGS);
    expect(bindings?.bytes.includes('tls-server-end-point:') ?? false).toBe(bound);
    const ASC_REQ_ALLOW_MISSING_BINDINGS = 0x10000000;
    const flags = (call?.flags as number) & ASC_REQ_ALLOW_MISSING_BINDINGS;
    expect(flags !== 0).toBe(missing ?? false);
  });

  test.each([
    ['off', true, 'off'],
    ['allow', true, 'allowed'],
    ['require', true, 'verified'],
    ['allow', false, 'off'],
  ] as const)(
    '%s, over TLS: %s, is %s for the server',
    async (extendedProtection, overTls, state) => {
      const options: ServerOptions = { package: 'TestKerberos', extendedProtection };
      const handler = (auth: Authentication) => auth.channelBindings;
      await using server = await HttpServer.listen(options, handler, { tls: overTls });
      using connection = new HttpConnection(server, { tls: overTls });
      const channelBindings = tlsServerEndPoint(new X509Certificate(tlsFiles.cert));
      using context = new ClientContext(credentials, {
        targetName: 'HTTP/localhost',
        ...(overTls && extendedProtection !== 'off' && { channelBindings }),
      });
      const answer = await connection.logOn(context);
      expect([answer.status, answer.text]).toEqual([200, JSON.stringify(state)]);
    },
  );
});

describe.skipIf(!providerInstalled)('the schemes that are offered', () => {
  checkProviderAfterEach();

  test.each<[string, ServerOptions, string[]]>([
    ['Negotiate', {}, both],
    ['Negotiate without NTLM', { ntlm: false }, ['Negotiate']],
    ['NTLM', { package: 'NTLM' }, ['NTLM']],
    ['NTLM in any case', { package: 'ntlm' }, ['NTLM']],
    ['NTLM that is told more', { package: 'NTLM', schemes: ['Negotiate', 'NTLM'] }, both],
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

  test('takes no further request', async () => {
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

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function clientStep(context: ReturnType<typeof clientOf>, challenges: string[]) {
  const { token } = await context.step(tokenIn(challenges));
  return { token: token?.toString('base64') };
}

async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (part) => {
    answer += part;
  });
  socket.write(text);
  await once(socket, 'close');
  return answer;
}
