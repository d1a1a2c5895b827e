import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { duplexPair } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import { type AuthenticateFailure, Authenticator, type ServerOptions } from 'winsspi/http';
import {
  clientOf,
  HttpConnection,
  HttpServer,
  withoutTcpKeepAlive,
} from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  type ProviderPackage,
  provider,
  providerInstalled,
} from '../harness/support/provider.js';

/** Whose access tokens the provider hands out: the user of this process, and another one. */
const users = { alice: 0, bob: 4 } as const;
type User = keyof typeof users;

async function start(name: ProviderPackage, options: ServerOptions = {}) {
  const failures: AuthenticateFailure[] = [];
  const onAuthenticationFailed = (failure: AuthenticateFailure) => failures.push(failure);
  const all = { package: name, onAuthenticationFailed, ...options };
  const server = await HttpServer.listen(all, ({ sid }) => sid);
  const credentials = await Credentials.acquire({ package: name });
  return {
    server,
    reasons: () => failures.map(({ reason }) => reason).filter((reason) => reason !== 'continue'),
    async logOn(connection: HttpConnection, user: User) {
      provider.behave('client', users[user]);
      using context = clientOf(credentials);
      return await connection.logOn(context);
    },
    async [Symbol.asyncDispose]() {
      credentials.close();
      await server.close();
    },
  };
}

/** A reverse proxy that sends the requests of all clients over one connection, and adds no header. */
async function reverseProxy(target: number) {
  const agent = withoutTcpKeepAlive(new Agent({ keepAlive: true, maxSockets: 1 }));
  const server = createServer((received, response) => {
    const { method, url, headers } = received;
    const options = { host: '127.0.0.1', port: target, path: url, method, headers, agent };
    const sent = request(options, (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode as number, answer.rawHeaders);
      answer.pipe(response);
    });
    received.pipe(sent);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

describe.skipIf(!providerInstalled)('a connection over which several clients come', () => {
  checkProviderAfterEach();

  test('does not mix users up with Kerberos, behind a proxy that adds no header', async () => {
    await using setting = await start('TestKerberos');
    let connections = 0;
    setting.server.server.on('connection', () => {
      connections += 1;
    });
    await using proxy = await reverseProxy(setting.server.port);
    const sids = new Set<string>();
    for (const user of ['alice', 'bob', 'alice', 'bob'] as const) {
      using client = new HttpConnection(proxy);
      const answer = await setting.logOn(client, user);
      expect(answer.status).toBe(200);
      sids.add(answer.text);
      using nobody = new HttpConnection(proxy);
      expect((await nobody.get()).status).toBe(401);
    }
    expect([sids.size, connections]).toEqual([2, 1]);
    expect(setting.reasons()).toEqual([]);
  });

  test('takes no logon for the connection after the second identity', async () => {
    await using setting = await start('TestNtlm');
    using connection = new HttpConnection(setting.server);
    expect((await setting.logOn(connection, 'alice')).status).toBe(200);
    expect((await setting.logOn(connection, 'alice')).status).toBe(200);
    const answer = await setting.logOn(connection, 'bob');
    expect([answer.status, answer.challenges, answer.headers.connection]).toEqual([
      ...[403, [], 'close'],
    ]);
    expect(setting.reasons()).toEqual(['proxied']);
    // On another connection bob is welcome.
    expect((await setting.logOn(connection, 'bob')).status).toBe(200);
    expect((await connection.get()).status).toBe(200);
  });

  test('keeps neither the first nor the second identity where Kerberos is kept', async () => {
    await using setting = await start('TestKerberos', { persistKerberos: true });
    using connection = new HttpConnection(setting.server);
    const alice = await setting.logOn(connection, 'alice');
    expect((await connection.get()).text).toBe(alice.text);
    const bob = await setting.logOn(connection, 'bob');
    expect([bob.status, bob.text === alice.text]).toEqual([200, false]);
    expect((await connection.get()).status).toBe(401);
    expect((await setting.logOn(connection, 'alice')).text).toBe(alice.text);
    const last = await connection.get();
    expect([last.status, last.reused]).toEqual([401, true]);
  });

  test('refuses NTLM at its first token where two identities have come by Kerberos', async () => {
    await using setting = await start('TestKerberos');
    const { server } = setting;
    using other = new Authenticator({ package: 'TestNtlm' });
    const [listener] = server.server.listeners('request') as ((...args: unknown[]) => void)[];
    server.server.removeAllListeners('request').on('request', async (received, response) => {
      if (received.url !== '/other') return listener?.(received, response);
      if (await other.authenticate(received, response)) response.end('other');
    });
    using connection = new HttpConnection(server);
    for (const user of ['alice', 'bob'] as const) {
      expect((await setting.logOn(connection, user)).status).toBe(200);
    }
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    using context = clientOf(credentials);
    const { token } = await context.step();
    const authorization = `Negotiate ${token?.toString('base64')}`;
    const { status, headers } = await connection.get({ authorization }, '/other');
    expect([status, headers.connection]).toEqual([403, 'close']);
    expect(other.counts).toMatchObject({ proxied: 1, continue: 0 });
  });

  test('is shared for every Authenticator: what one has learnt, another one heeds', async () => {
    await using setting = await start('TestNtlm');
    const { server } = setting;
    using other = new Authenticator({ package: 'TestNtlm' });
    const [listener] = server.server.listeners('request') as ((...args: unknown[]) => void)[];
    server.server.removeAllListeners('request').on('request', async (received, response) => {
      if (received.url !== '/other') return listener?.(received, response);
      if (await other.authenticate(received, response)) response.end('other');
    });
    using connection = new HttpConnection(server);
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    expect((await setting.logOn(connection, 'alice')).status).toBe(200);
    // A token of a handshake of the other, even a wrong one, ends what was known.
    expect((await connection.get({ authorization: 'Negotiate AAAA' }, '/other')).status).toBe(401);
    expect((await connection.get()).status).toBe(401);
    expect((await setting.logOn(connection, 'alice')).status).toBe(200);
    provider.behave('client', users.bob);
    using context = clientOf(credentials);
    const { token: first } = await context.step();
    const authorization = `Negotiate ${first?.toString('base64')}`;
    const asked = await connection.get({ authorization }, '/other');
    const challenge = asked.challenges[0]?.split(' ')[1] as string;
    const { token: last } = await context.step(Buffer.from(challenge, 'base64'));
    const header = { authorization: `Negotiate ${last?.toString('base64')}` };
    expect((await connection.get(header, '/other')).status).toBe(403);
  });

  test.each([
    ['is refused', {}, 403],
    ['is asked with each request where Kerberos is', { proxyPolicy: 'kerberosPerRequest' }, 401],
  ] as const)('%s where it has no address, as a pipe', async (_, options, status) => {
    await using setting = await start('TestKerberos', options);
    const [client, socket] = duplexPair();
    setting.server.server.emit('connection', socket);
    client.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const [answer] = await once(client, 'data');
    expect(String(answer)).toContain(`HTTP/1.1 ${status} `);
    client.destroy();
    socket.destroy();
  });
});
