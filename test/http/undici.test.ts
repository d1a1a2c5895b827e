import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import {
  type NegotiateAgentOptions,
  type NegotiateInterceptor,
  negotiateDispatcher,
  negotiateInterceptor,
} from 'winsspi/http';
import { HttpServer, tlsFiles } from '../harness/support/http.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilCalled,
  untilNothingIsAlive,
} from '../harness/support/provider.js';
import { asking, scripted } from '../harness/support/scripted-server.js';

// Wine 8 does not connect a socket that has TCP's keep-alive set.
const forWine = { connect: { keepAlive: false } };
const originOf = ({ port }: HttpServer) => `http://127.0.0.1:${port}`;

type Options = Partial<NegotiateAgentOptions>;

function optionsFor(origin: string, options: Options): NegotiateAgentOptions {
  return { package: 'TestKerberos', allowedOrigins: [origin], ...options };
}

/** The two ways into undici, each with a dispatcher that is closed at the end of the block. */
const ways = {
  negotiateDispatcher(origin: string, options: Options = {}) {
    const dispatcher = negotiateDispatcher(undici, optionsFor(origin, options), {
      ...forWine,
      connections: 1,
    });
    return { dispatcher, [Symbol.asyncDispose]: () => dispatcher.close() };
  },
  negotiateInterceptor(origin: string, options: Options = {}) {
    const interceptor: NegotiateInterceptor = negotiateInterceptor(optionsFor(origin, options));
    const connect = interceptor.connector(
      undici.buildConnector({
        ...(options.tls as undici.buildConnector.BuildOptions),
        ...forWine.connect,
        allowH2: false,
      }),
    );
    const agent = new undici.Agent({ connections: 1, pipelining: 1, allowH2: false, connect });
    return {
      dispatcher: agent.compose(interceptor),
      async [Symbol.asyncDispose]() {
        await agent.close();
        interceptor.close();
      },
    };
  },
};

/** The next connection that undici makes. */
function nextSocket(): Promise<Socket> {
  return new Promise((resolve) => {
    const channel = 'undici:client:connected';
    const listener = (message: unknown) => {
      unsubscribe(channel, listener);
      resolve((message as { socket: Socket }).socket);
    };
    subscribe(channel, listener);
  });
}

async function ask(url: string, dispatcher: undici.Dispatcher, options = {}) {
  const { statusCode, headers, body } = await undici.request(url, { dispatcher, ...options });
  return { status: statusCode, headers, text: await body.text() };
}

describe.skipIf(!providerInstalled).each(Object.entries(ways))('%s', (_, way) => {
  checkProviderAfterEach();

  test.each(['TestKerberos', 'TestNtlm'] as const)('gets in with %s', async (name) => {
    await using server = await HttpServer.listen(
      { package: name },
      (_, { method, url, headers }) => [method, url, headers['x-a']],
    );
    await using client = way(originOf(server), { package: name });
    for (const headers of [{ 'X-A': 'b' }, ['X-A', 'b'], new Map([['X-A', 'b']])]) {
      const answer = await ask(`${originOf(server)}/path?query`, client.dispatcher, { headers });
      expect([answer.status, answer.text]).toEqual([200, '["GET","/path?query","b"]']);
      expect(answer.headers['content-type']).toBe('application/json');
    }
  });

  test('serves fetch, whose bodies are sent with each leg', async () => {
    const bodies: string[] = [];
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    server.server.prependListener('request', async (received: IncomingMessage) => {
      let text = '';
      for await (const part of received.setEncoding('utf8')) text += part;
      bodies.push(text);
    });
    await using client = way(originOf(server), { package: 'TestNtlm' });
    const init = { method: 'POST', body: 'a body', dispatcher: client.dispatcher };
    const response = await undici.fetch(originOf(server), init);
    expect([response.status, await response.json()]).toEqual([
      200,
      { name: expect.any(String), package: 'TestNtlm' },
    ]);
    expect(bodies).toEqual(['a body', 'a body', 'a body']);
  });

  test.each<[string, () => unknown, object]>([
    ['text', () => 'body', {}],
    ['bytes', () => Buffer.from('body'), {}],
    ['a Blob', () => new Blob(['body']), {}],
    ['a stream of known length', () => Readable.from(['bo', 'dy']), { 'content-length': '4' }],
  ])('sends %s again', async (_, body, headers) => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' }, async (_, received) => {
      let text = '';
      for await (const part of received.setEncoding('utf8')) text += part;
      return text;
    });
    await using client = way(originOf(server), { package: 'TestNtlm' });
    const options = { method: 'POST', body: body(), headers };
    expect((await ask(originOf(server), client.dispatcher, options)).text).toBe('"body"');
  });

  test('refuses to send a stream again whose length is not known, or too long', async () => {
    await using server = await scripted((received, response) => {
      received.resume().once('end', () => asking(received, response as never));
    });
    await using client = way(server.origin, { maxKeptBody: 3 });
    const post = (headers: object) =>
      ask(server.origin, client.dispatcher, {
        method: 'POST',
        body: Readable.from(['bo', 'dy']),
        headers,
      });
    const refused = { code: 'ERR_SSPI_HTTP_BODY' };
    await expect(post({})).rejects.toMatchObject(refused);
    await expect(post({ 'content-length': '4' })).rejects.toMatchObject(refused);
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
  });

  test.each([{}, { 'content-length': '4' }])(
    'fails with the error of a stream that fails before its turn, and headers %o',
    async (headers) => {
      await using server = await HttpServer.listen({ package: 'TestNtlm' });
      await using client = way(originOf(server), { package: 'TestNtlm' });
      provider.hold('AcceptSecurityContext');
      const first = ask(originOf(server), client.dispatcher);
      const body = createReadStream('no such file');
      const refused = ask(originOf(server), client.dispatcher, { method: 'PUT', body, headers });
      await expect(refused).rejects.toMatchObject({ code: 'ENOENT' });
      provider.release('AcceptSecurityContext');
      expect((await first).status).toBe(200);
    },
  );

  test('closes a stream that it has kept, where the request fails', async () => {
    await using server = await scripted((received, response) => {
      received.resume();
      response.destroy();
    });
    await using client = way(server.origin);
    const body = new Readable({ read() {} });
    body.push('bo');
    const closed = once(body, 'close');
    const options = { method: 'PUT', body, headers: { 'content-length': '4' } };
    await expect(ask(server.origin, client.dispatcher, options)).rejects.toBeInstanceOf(Error);
    await closed;
  });

  test('authenticates a connection of NTLM once', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    await using client = way(originOf(server), { package: 'TestNtlm' });
    for (let i = 0; i < 3; i++) {
      expect((await ask(originOf(server), client.dispatcher)).status).toBe(200);
    }
    expect(callsOf('AcceptSecurityContext').length).toBe(2);
  });

  test('lets no request come between the legs of another', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    await using client = way(originOf(server), { package: 'TestNtlm' });
    const answers = Array.from({ length: 20 }, () => ask(originOf(server), client.dispatcher));
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).toEqual(Array(20).fill(200));
    expect(server.errors).toEqual([]);
  });

  test('goes on after the server has closed an idle connection', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    await using client = way(originOf(server), { package: 'TestNtlm' });
    for (let i = 0; i < 3; i++) {
      const socket = nextSocket();
      expect((await ask(originOf(server), client.dispatcher)).status).toBe(200);
      const connection = await socket;
      const closed = new Promise((resolve) => connection.once('close', resolve));
      server.server.closeAllConnections();
      await closed;
    }
  });

  test('gives up where the connection closes in the middle of a second handshake too', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    let connections = 0;
    server.server.on('connection', () => {
      connections += 1;
    });
    server.server.prependListener('request', (received, response) => {
      if (received.headers.authorization) response.setHeader('Connection', 'close');
    });
    await using client = way(originOf(server), { package: 'TestNtlm' });
    await expect(ask(originOf(server), client.dispatcher)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
      message: 'The server closed the connection in the middle. The handshake is void',
    });
    expect(connections).toBe(2);
  });

  test('goes to another connection where the first one closes before the handshake', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    server.server.prependListener('request', (received, response) => {
      if (!received.headers.authorization) response.setHeader('Connection', 'close');
    });
    await using client = way(originOf(server), { package: 'TestNtlm' });
    expect((await ask(originOf(server), client.dispatcher)).status).toBe(200);
  });

  test('gives the 401 of who refuses the token, and of who is not allowed', async () => {
    await using server = await scripted(asking);
    await using client = way(server.origin);
    const { status, text } = await ask(server.origin, client.dispatcher);
    expect([status, text, server.requests.length]).toEqual([401, 'no', 2]);
    await using other = way('http://elsewhere');
    expect((await ask(server.origin, other.dispatcher)).status).toBe(401);
    expect(server.requests.at(-1)?.headers.authorization).toBeUndefined();
  });

  test('gives no token to where a redirect leads, unless it is allowed', async () => {
    await using second = await HttpServer.listen({ package: 'TestKerberos' });
    await using first = await scripted((received, response) => {
      if (!received.headers.authorization) return asking(received, response as never);
      response.writeHead(302, { Location: originOf(second) }).end();
    });
    const follow = async (options: Options) => {
      await using client = way(first.origin, {
        flags: { mutualAuthentication: false },
        ...options,
      });
      const following = client.dispatcher.compose(
        undici.interceptors.redirect({ maxRedirections: 2 }),
      );
      return (await ask(first.origin, following)).status;
    };
    expect(await follow({ package: 'TestKerberos' })).toBe(401);
    expect(await follow({ allowedOrigins: [first.origin, originOf(second)] })).toBe(200);
  });

  test('is not content with an answer that lacks the last token', async () => {
    await using server = await scripted((received, response) => {
      if (received.headers.authorization) response.end('welcome');
      else asking(received, response as never);
    });
    await using client = way(server.origin);
    await expect(ask(server.origin, client.dispatcher)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
    });
  });

  test('reads no refusal that is longer than 1 MiB', async () => {
    await using server = await scripted((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' });
      Readable.from(Array(64).fill(Buffer.alloc(0x8000))).pipe(response);
    });
    await using client = way(server.origin);
    await expect(ask(server.origin, client.dispatcher)).rejects.toMatchObject({
      message: 'The body of a 401 is longer than 1 MiB. The handshake is void',
    });
  });

  test('ends with the reason of the signal, at any time, and takes the next request', async () => {
    const server = await HttpServer.listen({ package: 'TestKerberos' });
    {
      await using client = way(originOf(server));
      for (const name of ['AcceptSecurityContext', 'InitializeSecurityContext'] as const) {
        const controller = new AbortController();
        const before = callsOf(name).length;
        provider.hold(name);
        const { signal } = controller;
        const refused = ask(originOf(server), client.dispatcher, { signal });
        const rejection = expect(refused).rejects.toThrow('enough');
        await untilCalled(name, before + 1);
        controller.abort(new Error('enough'));
        await rejection;
        provider.release(name);
        expect((await ask(originOf(server), client.dispatcher)).status).toBe(200);
      }
    }
    await server.close();
    await untilNothingIsAlive();
  });

  test('passes a long body on as it is read', async () => {
    await using server = await scripted((received, response) => received.pipe(response));
    await using client = way(server.origin);
    const part = Buffer.alloc(0x10000, 'x');
    const { body } = await undici.request(server.origin, {
      method: 'PUT',
      body: Readable.from(Array(128).fill(part)),
      dispatcher: client.dispatcher,
    });
    let length = 0;
    for await (const got of body) length += got.length;
    expect(length).toBe(128 * part.length);
  });

  test('binds every leg to the TLS connection, and none where it is told so', async () => {
    const options = { package: 'TestNtlm', extendedProtection: 'require' } as const;
    await using server = await HttpServer.listen(options, undefined, { tls: true });
    const origin = `https://127.0.0.1:${server.port}`;
    const tls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };
    const status = async (channelBindings: boolean) => {
      await using client = way(origin, { package: 'TestNtlm', tls, channelBindings });
      return (await ask(origin, client.dispatcher)).status;
    };
    expect(await status(true)).toBe(200);
    expect(await status(false)).toBe(401);
  });
});

describe.skipIf(!providerInstalled)('the dispatcher alone', () => {
  checkProviderAfterEach();

  test('opens a connection for each request of several at a time, up to the bound', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    let connections = 0;
    server.server.on('connection', () => {
      connections += 1;
    });
    const options = optionsFor(originOf(server), { package: 'TestNtlm' });
    const agent = negotiateDispatcher(undici, options, { ...forWine, connections: 3 });
    expect(agent).toBeInstanceOf(undici.Agent);
    const answers = Array.from({ length: 9 }, () => ask(originOf(server), agent));
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
    expect([connections, callsOf('AcceptSecurityContext').length]).toEqual([3, 6]);
    await agent.destroy();
  });

  test('opens a connection for each request to who is not authenticated to', async () => {
    let waiting: (() => void)[] = [];
    await using server = await scripted((_, response) => {
      waiting.push(() => response.end('ok'));
      if (waiting.length < 3) return;
      for (const answer of waiting) answer();
      waiting = [];
    });
    const agent = negotiateDispatcher(undici, optionsFor('http://elsewhere', {}), forWine);
    const answers = await Promise.all([1, 2, 3].map(() => ask(server.origin, agent)));
    expect(answers.map(({ text }) => text)).toEqual(['ok', 'ok', 'ok']);
    expect(server.sockets.size).toBe(3);
    await agent.close();
  });

  test('answers what it has taken before it closes', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    const options = optionsFor(originOf(server), { package: 'TestNtlm' });
    const agent = negotiateDispatcher(undici, options, { ...forWine, connections: 1 });
    const answers = [1, 2, 3].map(() => ask(originOf(server), agent));
    await untilCalled('AcceptSecurityContext', 1);
    await agent.close();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('always has room, and forgets an origin whose connections are closed', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    const options = optionsFor(originOf(server), { package: 'TestNtlm' });
    const agent = negotiateDispatcher(undici, options, {
      ...forWine,
      connections: 1,
      maxOrigins: 1,
    });
    const ended: Promise<unknown>[] = [];
    const rooms = [1, 2, 3].map(() => {
      let end = (_: unknown) => {};
      ended.push(
        new Promise((resolve) => {
          end = resolve;
        }),
      );
      const handler = {
        onResponseEnd: end,
        onResponseError: (_: unknown, error: Error) => end(error),
      };
      return agent.dispatch(
        { origin: originOf(server), path: '/', method: 'GET' },
        handler as undici.Dispatcher.DispatchHandler,
      );
    });
    expect(rooms).toEqual([true, true, true]);
    await Promise.all(ended);
    const disconnected = once(agent, 'disconnect');
    server.server.closeAllConnections();
    await disconnected;
    // A second origin takes the place of the first.
    await using other = await scripted((_, response) => response.end('ok'));
    expect((await ask(other.origin, agent)).text).toBe('ok');
    await agent.close();
  });

  test('refuses a connector of the caller', () => {
    const connect = () => {};
    expect(() =>
      negotiateDispatcher(undici, { allowedOrigins: ['http://a'] }, { connect }),
    ).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }));
  });
});

describe.skipIf(!providerInstalled)('the interceptor alone', () => {
  checkProviderAfterEach();

  test('refuses a proxy, which it could not tell from a server', () => {
    const options = { ...optionsFor('http://a', {}), proxy: 'http://proxy' };
    expect(() => negotiateInterceptor(options)).toThrow(
      expect.objectContaining({
        code: 'ERR_INVALID_ARG_VALUE',
        message: expect.stringContaining('"options.proxy"'),
      }),
    );
  });

  test('says what is wrong with a dispatcher that opens several connections', async () => {
    await using server = await scripted((_, response) => response.write('a part'));
    using interceptor = negotiateInterceptor(optionsFor(server.origin, {}));
    const connect = interceptor.connector(undici.buildConnector(forWine.connect));
    const agent = new undici.Agent({ connections: 2, connect });
    const dispatcher = agent.compose(interceptor);
    await undici.request(server.origin, { dispatcher });
    await expect(ask(server.origin, dispatcher)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('connections: 1'),
    });
    await agent.destroy();
  });

  test('binds to no TLS connection that it does not know, and says so', async () => {
    await using server = await HttpServer.listen(
      { package: 'TestNtlm', extendedProtection: 'off' },
      undefined,
      { tls: true },
    );
    const origin = `https://127.0.0.1:${server.port}`;
    const tls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };
    const agent = new undici.Agent({ connections: 1, connect: { ...tls, ...forWine.connect } });
    const status = async (channelBindings: boolean) => {
      const options = { package: 'TestNtlm', channelBindings };
      using interceptor = negotiateInterceptor(optionsFor(origin, options));
      return (await ask(origin, agent.compose(interceptor))).status;
    };
    await expect(status(true)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('interceptor.connector()'),
    });
    await expect(status(false)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
    await agent.close();
  });

  test('refuses a second connection while the first one is made, and none after it has failed', () => {
    using interceptor = negotiateInterceptor(optionsFor('http://a', {}));
    type Callback = (error: Error | null, socket: Socket | null) => void;
    const begun: Callback[] = [];
    const connect = interceptor.connector((_: object, callback: Callback) => begun.push(callback));
    const errors: unknown[] = [];
    const open = () =>
      connect({ protocol: 'http:', hostname: 'a', port: '' }, (error) => errors.push(error));
    open();
    open();
    expect([begun.length, errors]).toEqual([
      1,
      [expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' })],
    ]);
    begun[0]?.(new Error('no'), null);
    open();
    expect(begun.length).toBe(2);
  });

  test('connects anew after a connector has thrown', () => {
    using interceptor = negotiateInterceptor(optionsFor('http://a', {}));
    const connect = interceptor.connector((_options: object, _callback: object) => {
      throw new Error('no');
    });
    const open = () => connect({ protocol: 'http:', hostname: 'a', port: '' }, () => {});
    expect(open).toThrow('no');
    expect(open).toThrow('no');
  });

  test('gives no token to a server that a Client asks in place of another', async () => {
    await using server = await scripted((received, response) => {
      if (received.url !== '/elsewhere') {
        response.writeHead(302, { Location: 'http://other.test/elsewhere' }).end();
      } else asking(received, response as never);
    });
    const options = optionsFor(server.origin, {
      allowedOrigins: [server.origin, 'http://other.test'],
    });
    using interceptor = negotiateInterceptor(options);
    const connect = interceptor.connector(undici.buildConnector(forWine.connect));
    const client = new undici.Client(server.origin, { connect });
    const following = client.compose(
      interceptor,
      undici.interceptors.redirect({ maxRedirections: 2 }),
    );
    await expect(ask(server.origin, following)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
      message: expect.stringContaining('use an Agent'),
    });
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      undefined,
    ]);
    await client.destroy();
  });

  test('leaves upgrades alone', async () => {
    await using server = await scripted(asking);
    using interceptor = negotiateInterceptor(optionsFor(server.origin, {}));
    const client = new undici.Client(server.origin, forWine);
    const upgrade = client.compose(interceptor).upgrade({ path: '/', protocol: 'x' });
    await expect(upgrade).rejects.toBeInstanceOf(Error);
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
    await client.destroy();
  });
});
