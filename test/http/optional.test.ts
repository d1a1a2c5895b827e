import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import passport from 'passport';
import { afterEach, describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  type AdapterOptions,
  Authenticator,
  fastifyNegotiate,
  koaNegotiate,
  NegotiateStrategy,
  negotiate,
  type OptionallyAuthenticatedRequest,
  requireMember,
} from 'winsspi/http';
import { clientOf, HttpConnection } from '../harness/support/http.js';
import { checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';

const everyone = 'S-1-1-0';
const impostor = { name: 'CORP\\admin', package: 'somebody else' };

type User = { package: string } | undefined | null;
/** Answers with the user's package; on the path /private, with 401 without a user. */
const answer = (user: User, url: string | undefined) =>
  user || url !== '/private'
    ? { status: 200, text: user?.package ?? 'no user' }
    : { status: 401, text: '' };

type Build = (authenticator: Authenticator, more?: AdapterOptions) => Server | Promise<Server>;

const builds: [string, Build][] = [
  [
    'node:http',
    (authenticator, more) => {
      const middleware = negotiate(authenticator, more);
      return createServer((request, response) => {
        Object.assign(request, { auth: impostor });
        middleware(request, response, () => {
          const { auth, url } = request as OptionallyAuthenticatedRequest;
          const { status, text } = answer(auth, url);
          response.writeHead(status).end(text);
        });
      });
    },
  ],
  [
    'Express',
    (authenticator, more) => {
      const app = express();
      app.use((request, _, next) => {
        Object.assign(request, { auth: impostor });
        next();
      });
      app.use(negotiate(authenticator, more));
      app.use((request, response) => {
        const { auth } = request as OptionallyAuthenticatedRequest<typeof request>;
        const { status, text } = answer(auth, request.url);
        response.status(status).send(text);
      });
      return createServer(app);
    },
  ],
  [
    'Koa',
    (authenticator, more) => {
      const app = new Koa();
      app.use((context, next) => {
        Object.assign(context.state, { auth: impostor });
        return next();
      });
      app.use(koaNegotiate(authenticator, more));
      app.use((context) => {
        const { status, text } = answer(context.state.auth as User, context.req.url);
        context.status = status;
        context.body = text;
      });
      return createServer(app.callback());
    },
  ],
  [
    'Fastify',
    async (authenticator, more) => {
      const app = fastify();
      app.decorateRequest('auth', null);
      app.addHook('onRequest', async (request) => {
        Object.assign(request, { auth: impostor });
      });
      app.addHook('onRequest', fastifyNegotiate(authenticator, more));
      app.get('*', (request, reply) => {
        const { auth } = request as unknown as { auth: User };
        const { status, text } = answer(auth, request.url);
        return reply.code(status).send(text);
      });
      await app.ready();
      return app.server;
    },
  ],
  [
    'Passport',
    (authenticator, more) => {
      const strategy = new NegotiateStrategy(
        authenticator,
        ({ package: used }) => ({ used }),
        more,
      );
      passport.use(strategy);
      const app = express();
      app.use(passport.authenticate('negotiate', { session: false }));
      app.use((request, response) => {
        const user = request.user as { used: string } | undefined;
        const { status, text } = answer(user && { package: user.used }, request.url);
        response.status(status).send(text);
      });
      return createServer(app);
    },
  ],
];

async function serve(server: Server) {
  const sockets = new Set<NodeJS.EventEmitter & { destroy(): void; closed: boolean }>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    async [Symbol.asyncDispose]() {
      const open = [...sockets].filter((socket) => !socket.closed);
      const closed = open.map((socket) => once(socket, 'close'));
      server.close();
      for (const socket of open) socket.destroy();
      await Promise.all(closed);
    },
  };
}

describe.skipIf(!providerInstalled).each(builds)('optional, in %s,', (_, build) => {
  checkProviderAfterEach();
  afterEach(() => passport.unuse('negotiate'));

  async function setting(more: AdapterOptions = { optional: true }) {
    const authenticator = new Authenticator({ package: 'TestNtlm' });
    const served = await serve(await build(authenticator, more));
    const connection = new HttpConnection(served);
    const credentials = await Credentials.acquire({ package: 'TestNtlm' });
    return {
      connection,
      credentials,
      async [Symbol.asyncDispose]() {
        connection.close();
        credentials.close();
        authenticator.close();
        await served[Symbol.asyncDispose]();
      },
    };
  }

  test('continues without a token, and without a user', async () => {
    await using made = await setting();
    for (const headers of [{}, { authorization: 'Basic dTpw' }]) {
      const { status, text, challenges } = await made.connection.get(headers);
      expect([status, text, challenges]).toEqual([200, 'no user', []]);
    }
  });

  test('asks for a token where the application answers 401, and then has the user', async () => {
    await using made = await setting();
    const asked = await made.connection.get({}, '/private');
    expect([asked.status, asked.challenges]).toEqual([401, ['Negotiate', 'NTLM']]);
    using context = clientOf(made.credentials);
    const answer = await made.connection.logOn(context);
    expect([answer.status, answer.text]).toEqual([200, 'TestNtlm']);
    const next = await made.connection.get({}, '/private');
    expect([next.status, next.text]).toEqual([200, 'TestNtlm']);
  });

  test('refuses wrong tokens, malformed headers and proxies all the same', async () => {
    await using made = await setting();
    const ask = async (headers: Record<string, string>) =>
      (await made.connection.get(headers)).status;
    expect(await ask({ authorization: 'Negotiate AAAA' })).toBe(401);
    expect(await ask({ authorization: 'Negotiate !' })).toBe(400);
    expect(await ask({ via: '1.1 x' })).toBe(403);
  });

  test.each([undefined, {}, { optional: false }])(
    'is off by default and where it is false: %j',
    async (more) => {
      await using made = await setting(more ?? {});
      expect((await made.connection.get()).status).toBe(401);
    },
  );
});

describe.skipIf(!providerInstalled)('requireMember behind optional', () => {
  checkProviderAfterEach();

  test('asks a request without a user for a token, and calls next for a member', async () => {
    using authenticator = new Authenticator({ package: 'TestNtlm' });
    const app = express();
    app.use(negotiate(authenticator, { optional: true }));
    app.get('/', (_, response) => void response.send('open'));
    app.get('/members', requireMember(everyone), (_, response) => void response.send('in'));
    await using served = await serve(createServer(app));
    using connection = new HttpConnection(served);
    expect((await connection.get()).text).toBe('open');
    const asked = await connection.get({}, '/members');
    expect([asked.status, asked.challenges]).toEqual([401, ['Negotiate', 'NTLM']]);
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    using context = clientOf(credentials);
    expect((await connection.logOn(context)).text).toBe('open');
    expect((await connection.get({}, '/members')).text).toBe('in');
  });

  test('of the same Authenticator does not open a route that is not optional', async () => {
    using authenticator = new Authenticator({ package: 'TestNtlm' });
    const app = express();
    app.use(negotiate(authenticator, { optional: true }));
    app.get('/', negotiate(authenticator), (_, response) => void response.send('in'));
    await using served = await serve(createServer(app));
    using connection = new HttpConnection(served);
    const asked = await connection.get();
    expect([asked.status, asked.challenges]).toEqual([401, ['Negotiate', 'NTLM']]);
  });
});

test.each([
  ['an unknown key', { optionl: true }, 'ERR_INVALID_ARG_VALUE'],
  ['no boolean', { optional: 'yes' }, 'ERR_INVALID_ARG_TYPE'],
])('an adapter refuses options with %s', (_, more, code) => {
  const adapters = [
    () => negotiate({}, more as never),
    () => koaNegotiate({}, more as never),
    () => fastifyNegotiate({}, more as never),
    () => new NegotiateStrategy({}, undefined, more as never),
  ];
  for (const adapter of adapters) expect(adapter).toThrow(expect.objectContaining({ code }));
});
