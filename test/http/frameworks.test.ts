import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import axios from 'axios';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import passport from 'passport';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  type AuthenticatedRequest,
  type Authentication,
  Authenticator,
  fastifyNegotiate,
  koaNegotiate,
  NegotiateClient,
  NegotiateStrategy,
  negotiate,
  negotiateUpgrade,
} from 'winsspi/http';
import { WebSocket, WebSocketServer } from 'ws';
import { clientOf, HttpConnection, HttpServer, tlsFiles } from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  type ProviderPackage,
  providerInstalled,
} from '../harness/support/provider.js';

type Build = (authenticator: Authenticator) => Server | Promise<Server>;

const builds: [string, Build][] = [
  [
    'node:http',
    (authenticator) => {
      const middleware = negotiate(authenticator);
      return createServer((request, response) =>
        middleware(request, response, () => {
          response.end((request as AuthenticatedRequest).auth.package);
        }),
      );
    },
  ],
  [
    'Express',
    (authenticator) => {
      const app = express();
      app.use(negotiate(authenticator));
      app.get('/', (request, response) => {
        response.send((request as AuthenticatedRequest<typeof request>).auth.package);
      });
      return createServer(app);
    },
  ],
  [
    'Koa',
    (authenticator) => {
      const app = new Koa();
      app.use(koaNegotiate(authenticator));
      app.use((context) => {
        context.body = context.state.auth.package;
      });
      return createServer(app.callback());
    },
  ],
  [
    'Fastify',
    async (authenticator) => {
      const app = fastify();
      app.decorateRequest('auth', null);
      app.addHook('onRequest', fastifyNegotiate(authenticator));
      app.get('/', (request) => (request as unknown as { auth: Authentication }).auth.package);
      await app.ready();
      return app.server;
    },
  ],
  [
    'Passport',
    (authenticator) => {
      const verify = ({ package: used }: Authentication) => ({ used });
      passport.use(new NegotiateStrategy(authenticator, verify));
      const app = express();
      app.use(passport.authenticate('negotiate', { session: false }));
      app.get('/', (request, response) => {
        response.send((request.user as { used: string }).used);
      });
      return createServer(app);
    },
  ],
];

async function serve(server: Server) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    sockets,
    async [Symbol.asyncDispose]() {
      const open = [...sockets].filter((socket) => !socket.closed);
      const closed = open.map((socket) => once(socket, 'close'));
      server.close();
      for (const socket of open) socket.destroy();
      await Promise.all(closed);
    },
  };
}

describe.skipIf(!providerInstalled).each(builds)('%s', (_, build) => {
  checkProviderAfterEach();

  test.each<ProviderPackage>(['TestKerberos', 'TestNtlm'])(
    'authenticates a client of %s',
    async (name) => {
      using authenticator = new Authenticator({ package: name, persistKerberos: true });
      await using setting = await serve(await build(authenticator));
      using connection = new HttpConnection(setting);
      using credentials = await Credentials.acquire({ package: name });
      using context = clientOf(credentials);
      const asked = await connection.get();
      expect(asked.status).toBe(401);
      expect(asked.challenges).toEqual(['Negotiate', 'NTLM']);
      const answer = await connection.logOn(context);
      expect([answer.status, answer.text, context.done]).toEqual([200, name, true]);
      expect([(await connection.get()).text, setting.sockets.size]).toEqual([name, 1]);
    },
  );

  test('answers 400, 401 and 403 as they are', async () => {
    using authenticator = new Authenticator({ package: 'TestKerberos' });
    await using setting = await serve(await build(authenticator));
    using connection = new HttpConnection(setting);
    const ask = async (headers: Record<string, string>) => (await connection.get(headers)).status;
    expect(await ask({ authorization: 'Negotiate !' })).toBe(400);
    expect(await ask({ authorization: 'Negotiate AAAA' })).toBe(401);
    expect(await ask({ via: '1.1 x' })).toBe(403);
  });
});

describe.skipIf(!providerInstalled)('Passport with a second strategy', () => {
  checkProviderAfterEach();

  class Basic {
    name = 'other';
    authenticate(this: { fail(challenge: string): void }) {
      this.fail('Basic realm="x"');
    }
  }

  const names = ['negotiate', 'other'];
  test.each([
    ['before it', names, {}, 401, ['Negotiate', 'NTLM', 'Basic realm="x"']],
    ['behind it', names.toReversed(), {}, 401, ['Negotiate', 'NTLM', 'Basic realm="x"']],
    ['and a page for logons', names, { failureRedirect: '/logon' }, 302, []],
    [
      'and an error handler',
      names,
      { failWithError: true },
      401,
      ['Negotiate', 'NTLM', 'Basic realm="x"'],
    ],
  ])('%s asks with one field for each scheme', async (_, strategies, more, status, challenges) => {
    using authenticator = new Authenticator({ package: 'TestKerberos' });
    passport.use(new NegotiateStrategy(authenticator));
    passport.use(new Basic() as never);
    const app = express().set('env', 'test');
    app.use(passport.authenticate(strategies, { session: false, ...more }));
    await using setting = await serve(createServer(app));
    using connection = new HttpConnection(setting);
    const answer = await connection.get();
    expect([answer.status, answer.challenges]).toEqual([status, challenges]);
  });
});

describe.skipIf(!providerInstalled)('a WebSocket of ws', () => {
  checkProviderAfterEach();

  /** A server of WebSockets, which says who it is talking to. */
  async function sockets(name: ProviderPackage, tls = false) {
    // The scripted package requires bindings of all clients where the server has some.
    const authenticator = new Authenticator({ package: name, extendedProtection: 'off' });
    const upgrade = negotiateUpgrade(authenticator);
    const webSockets = new WebSocketServer({ noServer: true });
    const listener: RequestListener = (_, response) => response.end('no upgrade');
    const server = tls
      ? createTlsServer({ ...tlsFiles, maxVersion: 'TLSv1.2' }, listener)
      : createServer(listener);
    server.on('upgrade', async (request, socket, head) => {
      const accepted = await upgrade(request, socket, head);
      if (!accepted) return;
      webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.send(accepted.authentication.package);
      });
    });
    const setting = await serve(server);
    return {
      ...setting,
      url: `ws://127.0.0.1:${(server.address() as { port: number }).port}/`,
      async [Symbol.asyncDispose]() {
        authenticator.close();
        await setting[Symbol.asyncDispose]();
      },
    };
  }

  test('opens with a token', async () => {
    await using setting = await sockets('TestKerberos');
    using credentials = await Credentials.acquire({ package: 'TestKerberos' });
    using context = clientOf(credentials);
    const { token } = await context.step();
    const authorization = `Negotiate ${token?.toString('base64')}`;
    const webSocket = new WebSocket(setting.url, { headers: { authorization } });
    const [message] = await once(webSocket, 'message');
    expect(String(message)).toBe('TestKerberos');
    webSocket.terminate();
  });

  test('does not open without one', async () => {
    await using setting = await sockets('TestKerberos');
    const webSocket = new WebSocket(setting.url);
    const [, response] = await once(webSocket, 'unexpected-response');
    expect(response.statusCode).toBe(401);
    expect(response.headersDistinct['www-authenticate']).toEqual(['Negotiate', 'NTLM']);
    response.resume();
    webSocket.on('error', () => {});
    webSocket.terminate();
  });

  test.each([
    ['TCP', false],
    ['TLS', true],
  ])('opens over %s after three legs on one connection, and many that failed', async (_, tls) => {
    await using setting = await sockets('TestNtlm', tls);
    using connection = new HttpConnection(setting, { tls });
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    const asking = {
      ...{ connection: 'Upgrade', upgrade: 'websocket' },
      ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    };
    for (let i = 0; i < 20; i++) expect((await connection.get(asking)).status).toBe(401);
    expect((await connection.get()).text).toBe('no upgrade');
    const [socket] = setting.sockets as unknown as [Socket];
    for (const event of socket.eventNames()) expect(socket.listenerCount(event)).toBeLessThan(5);
    using context = clientOf(credentials);
    const answer = await connection.logOn(context, { headers: asking });
    expect([answer.status, setting.sockets.size]).toEqual([101, 1]);
  });
});

describe.skipIf(!providerInstalled)('axios', () => {
  checkProviderAfterEach();

  test('gets in with the fetch of a client', async () => {
    const server = await HttpServer.listen({ package: 'TestNtlm' });
    const allowedOrigins = [`http://127.0.0.1:${server.port}`];
    const client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins });
    const fetch = client.fetch.bind(client) as typeof globalThis.fetch;
    const instance = axios.create({ adapter: 'fetch', env: { fetch } });
    const url = `http://127.0.0.1:${server.port}/`;
    for (let i = 0; i < 2; i++) {
      const { status, data } = await instance.post(url, { some: 'body' });
      expect([status, data.package]).toEqual([200, 'TestNtlm']);
    }
    client.close();
    await server.close();
    await new Promise((resolve) => setImmediate(resolve));
  });
});
