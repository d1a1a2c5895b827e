import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import express from 'express';
import fastify from 'fastify';
import Koa from 'koa';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  Authenticator,
  type FormatFailure,
  fastifyNegotiate,
  koaNegotiate,
  negotiate,
  negotiateUpgrade,
  requireMember,
} from 'winsspi/http';
import { clientOf, HttpConnection } from '../../harness/support/http.js';
import { checkProviderAfterEach, providerInstalled } from '../../harness/support/provider.js';
import { RawClient } from '../../harness/support/raw-client.js';

const contentType = 'text/html; charset=utf-8';
const page: FormatFailure = ({ status, reason }, { url }) => ({
  body: `<h1>${status} ${reason} ä ${url}</h1>`,
  contentType,
});

type Build = (authenticator: Authenticator) => Server | Promise<Server>;

const builds: [string, Build][] = [
  [
    'node:http',
    (authenticator) =>
      createServer(async (request, response) => {
        await authenticator.authenticate(request, response);
      }),
  ],
  ['Express', (authenticator) => createServer(express().use(negotiate(authenticator)))],
  ['Koa', (authenticator) => createServer(new Koa().use(koaNegotiate(authenticator)).callback())],
  [
    'Fastify',
    async (authenticator) => {
      const app = fastify();
      app.addHook('onRequest', fastifyNegotiate(authenticator));
      app.get('/', () => 'in');
      await app.ready();
      return app.server;
    },
  ],
];

async function serve(server: Server) {
  const closed: Promise<unknown>[] = [];
  server.on('connection', (socket) => {
    closed.push(new Promise((resolve) => socket.once('close', resolve)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

/** The answer of an application to one request. */
async function ask(build: Build, formatFailure: FormatFailure, headers = {}) {
  using authenticator = new Authenticator({ package: 'TestKerberos', formatFailure });
  await using served = await serve(await build(authenticator));
  using connection = new HttpConnection(served);
  const { status, text, challenges, headers: answered } = await connection.get(headers);
  return { status, text, challenges, type: answered['content-type'] };
}

describe.skipIf(!providerInstalled).each(builds)('the page of a failure, in %s,', (_, build) => {
  checkProviderAfterEach();

  test.each([
    [401, 'challenge', ['Negotiate', 'NTLM'], {}],
    [403, 'proxied', [], { via: '1.1 x' }],
    [400, 'malformed', [], { authorization: 'Negotiate !' }],
  ])('is that of the application: %d', async (status, reason, challenges, headers) => {
    const text = `<h1>${status} ${reason} ä /</h1>`;
    const expected = { status, text, challenges, type: contentType };
    expect(await ask(build, page, headers)).toEqual(expected);
    const bytes: FormatFailure = () => ({ body: new TextEncoder().encode(text), contentType });
    expect(await ask(build, bytes, headers)).toEqual(expected);
  });

  test('is the default text where the application has none', async () => {
    const expected = { status: 401, text: '401 Unauthorized\n', type: 'text/plain; charset=utf-8' };
    expect(await ask(build, () => undefined)).toMatchObject(expected);
  });

  test.each<[string, () => unknown, object]>([
    ['an error', () => fail(new RangeError('no page')), { name: 'RangeError' }],
    ['a text', () => fail('no page'), { message: 'no page' }],
    ['no body', () => ({ contentType }), { code: 'ERR_INVALID_ARG_TYPE' }],
    ['a promise', async () => ({ body: '', contentType }), { code: 'ERR_INVALID_ARG_TYPE' }],
    [
      'a header within a header',
      () => ({ body: '', contentType: 'a/b\r\nX: y' }),
      { code: 'ERR_INVALID_ARG_VALUE' },
    ],
  ])('is the default text, with a warning, after %s', async (_name, format, warning) => {
    const warned = once(process, 'warning');
    const expected = { status: 401, text: '401 Unauthorized\n', challenges: ['Negotiate', 'NTLM'] };
    expect(await ask(build, format as FormatFailure)).toMatchObject(expected);
    expect(await warned).toMatchObject([warning]);
  });
});

function fail(error: unknown): never {
  throw error;
}

describe.skipIf(!providerInstalled)('the page of a failure', () => {
  checkProviderAfterEach();

  test('is that of the application for an upgrade', async () => {
    using authenticator = new Authenticator({ package: 'TestKerberos', formatFailure: page });
    const upgrade = negotiateUpgrade(authenticator);
    await using served = await serve(createServer().on('upgrade', upgrade));
    using client = await RawClient.connect((served.server.address() as { port: number }).port);
    const ended = once(client.socket, 'end');
    const asking =
      'GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n';
    await client.send(`${asking}Via: 1.1 x\r\n\r\n`);
    const body = Buffer.from('<h1>403 proxied ä /socket</h1>');
    const answer = await client.answer();
    expect(answer).toContain(
      `\r\nContent-Type: ${contentType}\r\nContent-Length: ${body.length}\r\n`,
    );
    expect(answer.slice(-body.length)).toBe(body.toString('latin1'));
    client.socket.end();
    await ended;
  });

  test('is that of the application for requireMember, and for forbid()', async () => {
    using authenticator = new Authenticator({ package: 'TestNtlm', formatFailure: page });
    const app = express().use(negotiate(authenticator));
    app.get('/members', requireMember('S-1-5-32-7777'));
    app.get('/owners', (request, response) => authenticator.forbid(request, response));
    await using served = await serve(createServer(app));
    using connection = new HttpConnection(served);
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    using context = clientOf(credentials);
    expect((await connection.logOn(context)).status).toBe(404);
    for (const path of ['/members', '/owners']) {
      const { status, text, headers } = await connection.get({}, path);
      expect([status, text]).toEqual([403, `<h1>403 notAllowed ä ${path}</h1>`]);
      expect(headers).toMatchObject({ 'content-type': contentType, 'cache-control': 'no-store' });
    }
  });

  test('does not replace a response that was sent already', async () => {
    const formatFailure = async () => Promise.reject(new Error('no page'));
    using authenticator = new Authenticator({
      package: 'TestNtlm',
      formatFailure: formatFailure as never,
    });
    const warned = once(process, 'warning');
    const server = createServer((request, response) => {
      response.end('timed out');
      authenticator.forbid(request, response);
    });
    await using served = await serve(server);
    using connection = new HttpConnection(served);
    expect((await connection.get()).text).toBe('timed out');
    // A promise is no page, and its error ends no process.
    expect((await warned)[0]).toMatchObject({ code: 'ERR_INVALID_ARG_TYPE' });
  });
});
