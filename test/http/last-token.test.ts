import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import express, { type ErrorRequestHandler } from 'express';
import fastify from 'fastify';
import Koa, { type Context } from 'koa';
import passport from 'passport';
import { afterEach, describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  Authenticator,
  fastifyNegotiate,
  koaNegotiate,
  NegotiateStrategy,
  negotiate,
  negotiateUpgrade,
} from 'winsspi/http';
import { WebSocketServer } from 'ws';
import { clientOf, HttpConnection, tokenIn } from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
} from '../harness/support/provider.js';

type Build = (authenticator: Authenticator) => Server | Promise<Server>;
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const somebodyElse = 'S-1-5-21-1-2-3-4';

/** An application of node:http behind the authentication. */
const plain =
  (handler: Handler): Build =>
  (authenticator) => {
    const middleware = negotiate(authenticator);
    return createServer((request, response) =>
      middleware(request, response, () => handler(request, response)),
    );
  };

const withExpress =
  (...handlers: (express.RequestHandler | ErrorRequestHandler)[]): Build =>
  (authenticator) => {
    const app = express().set('env', 'test');
    app.use(negotiate(authenticator), ...(handlers as express.RequestHandler[]));
    return createServer(app);
  };

const withKoa =
  (handler: (context: Context) => unknown): Build =>
  (authenticator) => {
    const app = new Koa();
    app.silent = true;
    app.use(koaNegotiate(authenticator)).use(handler);
    return createServer(app.callback());
  };

const withFastify =
  (handler: (request: never, reply: { hijack(): void; raw: ServerResponse }) => unknown): Build =>
  async (authenticator) => {
    const app = fastify();
    app.addHook('onRequest', fastifyNegotiate(authenticator));
    app.get('/', handler as never);
    await app.ready();
    return app.server;
  };

const withPassport =
  (verify: () => object | undefined): Build =>
  (authenticator) => {
    passport.use(new NegotiateStrategy(authenticator, verify));
    const app = express().use(passport.authenticate('negotiate', { session: false }));
    app.get('/', (_, response) => response.send('in'));
    return createServer(app);
  };

const fail = (status: number) => {
  throw Object.assign(new Error('no'), { status, statusCode: status, expose: true });
};

const answers: [string, number, Build, string[]?][] = [
  ['200 of node:http', 200, plain((_, response) => response.end('in')), []],
  ['204', 204, plain((_, response) => response.writeHead(204).end()), []],
  [
    '401 with a challenge of the application',
    401,
    plain((_, response) => response.writeHead(401, { 'www-authenticate': 'Basic' }).end()),
    ['Basic'],
  ],
  [
    '401 with a challenge that was set before',
    401,
    plain((_, response) => {
      response.setHeader('WWW-Authenticate', ['Basic', 'Digest realm="x"']);
      response.writeHead(401, 'Who', { 'Content-Length': 0 }).end();
    }),
    ['Basic', 'Digest realm="x"'],
  ],
  [
    '403 with a list of headers',
    403,
    plain((_, response) => response.writeHead(403, ['X-A', '1', 'X-A', '2']).end()),
    [],
  ],
  [
    '403 with pairs of headers',
    403,
    plain((_, response) => response.writeHead(403, [['WWW-Authenticate', 'Basic']] as never).end()),
    ['Basic'],
  ],
  ['500', 500, plain((_, response) => response.writeHead(500).end()), []],
  [
    'headers that are flushed',
    200,
    plain((_, response) => {
      response.flushHeaders();
      response.end();
    }),
  ],
  ['a page that Express does not have', 404, withExpress()],
  ['418 that was thrown in Express', 418, withExpress(() => fail(418))],
  ['403 that was thrown in Koa', 403, withKoa((context) => context.throw(403, 'no'))],
  ['500 that was thrown in Koa', 500, withKoa(() => fail(500))],
  ['403 that was thrown in Fastify', 403, withFastify(() => fail(403))],
  [
    "an answer past Fastify's reply",
    202,
    withFastify((_, reply) => {
      reply.hijack();
      reply.raw.writeHead(202).end();
    }),
  ],
  ['403 of Passport', 403, withPassport(() => undefined)],
  ['200 of Passport', 200, withPassport(() => ({}))],
];

const builds: [string, Build][] = [
  ['node:http', plain(() => {})],
  ['Express', withExpress()],
  ['Koa', withKoa(() => {})],
  ['Fastify', withFastify(() => {})],
  ['Passport', withPassport(() => ({}))],
];

/** Logs on with one token, and whether the answer completes the client's context. */
async function ask(build: Build, options = {}, headers = {}) {
  using authenticator = new Authenticator({ package: 'TestKerberos', ...options });
  const server = await build(authenticator);
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    closed.push(new Promise((resolve) => socket.once('close', resolve)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  using credentials = await Credentials.acquire({ package: 'TestKerberos' });
  using context = clientOf(credentials);
  using connection = new HttpConnection({ server });
  const { token } = await context.step();
  const authorization = `Negotiate ${token?.toString('base64')}`;
  const answer = await connection.get({ ...headers, authorization });
  const last = tokenIn(answer.challenges);
  if (last) await context.step(last);
  connection.close();
  server.closeAllConnections();
  server.close();
  await Promise.all([once(server, 'close'), ...closed]);
  return { ...answer, isProved: context.done, others: answer.challenges.slice(1) };
}

describe.skipIf(!providerInstalled)('the last token of a handshake comes with', () => {
  checkProviderAfterEach();
  afterEach(() => passport.unuse('negotiate'));

  test.each(answers)('%s', async (_, status, build, others = []) => {
    expect(await ask(build)).toMatchObject({ status, isProved: true, others });
  });

  test.each(builds)('403 of a caller who is none of "allowedSids", in %s', async (_, build) => {
    const options = { allowedSids: [somebodyElse] };
    expect(await ask(build, options)).toMatchObject({ status: 403, isProved: true, others: [] });
  });

  test.each(builds)('503 where Windows does not say who it is, in %s', async (_, build) => {
    provider.fail('QuerySecurityContextToken', 0x80090311); // SEC_E_NO_AUTHENTICATING_AUTHORITY
    expect(await ask(build)).toMatchObject({ status: 503, isProved: true, others: [] });
  });

  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' };
  const keys = { 'sec-websocket-version': '13', 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  const upgrading =
    (accept: (request: IncomingMessage, socket: never, head: Buffer) => void): Build =>
    (authenticator) => {
      const authenticate = negotiateUpgrade(authenticator);
      return createServer().on('upgrade', async (request, socket, head) => {
        if (await authenticate(request, socket, head)) accept(request, socket as never, head);
      });
    };

  test('101 of a WebSocket', async () => {
    const sockets = new WebSocketServer({ noServer: true });
    const build = upgrading((request, socket, head) =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.terminate()),
    );
    const answer = await ask(build, {}, { ...upgrade, ...keys });
    expect(answer).toMatchObject({ status: 101, isProved: true, others: [] });
  });

  test.each([
    ['text', (text: string) => text],
    ['bytes', (text: string) => Buffer.from(text)],
  ])('a refusal of the application, as %s', async (_, convert) => {
    const text = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
    const build = upgrading((_request, socket: { end(data: unknown): void }) =>
      socket.end(convert(text)),
    );
    const answer = await ask(build, {}, upgrade);
    expect(answer).toMatchObject({ status: 404, isProved: true, others: [] });
  });

  test('403 of an upgrade whose caller is none of "allowedSids"', async () => {
    const answer = await ask(
      upgrading(() => {}),
      { allowedSids: [somebodyElse] },
      upgrade,
    );
    expect(answer).toMatchObject({ status: 403, isProved: true, others: [] });
  });
});
