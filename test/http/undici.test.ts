import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import { Credentials, ServerContext } from 'winsspi';
import { type DispatcherOptions, negotiateDispatcher } from 'winsspi/http';
import { HttpServer, tlsFiles, tokenIn } from '../harness/support/http.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilCalled,
  untilNothingIsAlive,
} from '../harness/support/provider.js';
import { asking, scripted } from '../harness/support/scripted-server.js';

const originOf = ({ port }: HttpServer) => `http://127.0.0.1:${port}`;

type Options = Partial<DispatcherOptions>;

/** A dispatcher with one connection, which is closed at the end of the block. */
function dispatcherFor(origin: string, options: Options = {}) {
  const settings = { package: 'TestKerberos', allowedOrigins: [origin], connections: 1 };
  const dispatcher = negotiateDispatcher(undici, { ...settings, ...options });
  return { dispatcher, [Symbol.asyncDispose]: () => dispatcher.close() };
}

async function ask(url: string, dispatcher: undici.Dispatcher, options = {}) {
  const { statusCode, headers, body } = await undici.request(url, { dispatcher, ...options });
  return { status: statusCode, headers, text: await body.text() };
}

describe.skipIf(!providerInstalled)('negotiateDispatcher', () => {
  checkProviderAfterEach();

  test.each(['TestKerberos', 'TestNtlm'] as const)('gets in with %s', async (name) => {
    await using server = await HttpServer.listen(
      { package: name },
      (_, { method, url, headers }) => [method, url, headers['x-a']],
    );
    await using client = dispatcherFor(originOf(server), { package: name });
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
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
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
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
    const options = { method: 'POST', body: body(), headers };
    expect((await ask(originOf(server), client.dispatcher, options)).text).toBe('"body"');
  });

  test.each([{}, { 'content-length': '4' }])(
    'sends no stream again of which more was sent than is kept, with headers %o',
    async (headers) => {
      await using server = await scripted((received, response) => {
        received.resume().once('end', () => asking(received, response as never));
      });
      const post = async (maxReplayBodySize: number) => {
        await using client = dispatcherFor(server.origin, { maxReplayBodySize });
        const body = Readable.from([Buffer.from('bo'), Buffer.from('dy')]);
        return await ask(server.origin, client.dispatcher, { method: 'POST', body, headers });
      };
      await expect(post(3)).rejects.toMatchObject({ code: 'ERR_SSPI_HTTP_BODY' });
      expect(callsOf('InitializeSecurityContext')).toEqual([]);
      expect((await post(4)).status).toBe(401);
      expect(callsOf('InitializeSecurityContext').length).toBe(1);
    },
  );

  test.each([{}, { 'content-length': '4' }])(
    'fails with the error of a stream that fails before its turn, and headers %o',
    async (headers) => {
      await using server = await HttpServer.listen({ package: 'TestNtlm' });
      await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
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
    await using client = dispatcherFor(server.origin);
    const body = new Readable({ read() {} });
    body.push('bo');
    // undici gives the stream the error of its request.
    const closed = new Promise((resolve) => body.on('error', () => {}).once('close', resolve));
    const options = { method: 'PUT', body, headers: { 'content-length': '4' } };
    await expect(ask(server.origin, client.dispatcher, options)).rejects.toBeInstanceOf(Error);
    await closed;
  });

  test('authenticates a connection of NTLM once', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
    for (let i = 0; i < 3; i++) {
      expect((await ask(originOf(server), client.dispatcher)).status).toBe(200);
    }
    expect(callsOf('AcceptSecurityContext').length).toBe(2);
  });

  test('lets no request come between the legs of another', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
    const answers = Array.from({ length: 20 }, () => ask(originOf(server), client.dispatcher));
    const statuses = (await Promise.all(answers)).map(({ status }) => status);
    expect(statuses).toEqual(Array(20).fill(200));
    expect(server.errors).toEqual([]);
  });

  test('goes on after the server has closed an idle connection', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
    for (let i = 0; i < 3; i++) {
      expect((await ask(originOf(server), client.dispatcher)).status).toBe(200);
      server.server.closeAllConnections();
    }
    expect(callsOf('AcceptSecurityContext').length).toBe(6);
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
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
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
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm' });
    expect((await ask(originOf(server), client.dispatcher)).status).toBe(200);
  });

  test('gives the 401 of who refuses the token, and of who is not allowed', async () => {
    await using server = await scripted(asking);
    await using client = dispatcherFor(server.origin);
    const { status, text } = await ask(server.origin, client.dispatcher);
    expect([status, text, server.requests.length]).toEqual([401, 'no', 2]);
    await using other = dispatcherFor('http://elsewhere');
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
      await using client = dispatcherFor(first.origin, {
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
    await using client = dispatcherFor(server.origin);
    await expect(ask(server.origin, client.dispatcher)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
    });
  });

  test('reads no refusal that is longer than 1 MiB', async () => {
    await using server = await scripted((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Negotiate' });
      Readable.from(Array(64).fill(Buffer.alloc(0x8000))).pipe(response);
    });
    await using client = dispatcherFor(server.origin);
    await expect(ask(server.origin, client.dispatcher)).rejects.toMatchObject({
      message: 'The body of a 401 is longer than 1 MiB. The handshake is void',
    });
  });

  test('ends with the reason of the signal, at any time, and takes the next request', async () => {
    const server = await HttpServer.listen({ package: 'TestKerberos' });
    {
      await using client = dispatcherFor(originOf(server));
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
    await using client = dispatcherFor(server.origin);
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
      await using client = dispatcherFor(origin, { package: 'TestNtlm', tls, channelBindings });
      return (await ask(origin, client.dispatcher)).status;
    };
    expect(await status(true)).toBe(200);
    expect(await status(false)).toBe(401);
  });
});

describe.skipIf(!providerInstalled)('the connections of a dispatcher', () => {
  checkProviderAfterEach();

  test('are one for each request of several at a time, up to the bound', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    let connections = 0;
    server.server.on('connection', () => {
      connections += 1;
    });
    await using client = dispatcherFor(originOf(server), { package: 'TestNtlm', connections: 3 });
    expect(client.dispatcher).toBeInstanceOf(undici.Dispatcher);
    const answers = Array.from({ length: 9 }, () => ask(originOf(server), client.dispatcher));
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
    expect([connections, callsOf('AcceptSecurityContext').length]).toEqual([3, 6]);
  });

  test('are one for each request where no bound is given', async () => {
    let waiting: (() => void)[] = [];
    await using server = await scripted((_, response) => {
      waiting.push(() => response.end('ok'));
      if (waiting.length < 3) return;
      for (const answer of waiting) answer();
      waiting = [];
    });
    await using client = dispatcherFor('http://elsewhere', { connections: undefined });
    const answers = [1, 2, 3].map(() => ask(server.origin, client.dispatcher));
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(['ok', 'ok', 'ok']);
    expect(server.sockets.size).toBe(3);
  });

  test('close when they have been idle for as long as they may', async () => {
    await using server = await scripted((_, response) => response.end('ok'));
    server.server.keepAliveTimeout = 0; // It closes none.
    await using client = dispatcherFor(server.origin, { idleTimeout: 1 });
    await ask(server.origin, client.dispatcher);
    const [socket] = [...server.sockets];
    if (!socket?.closed) await once(socket as never, 'close');
    await ask(server.origin, client.dispatcher);
    expect(server.sockets.size).toBe(2);
  });

  test.each([
    ['GET', 3],
    ['POST', 2],
  ])(
    'that closed while they were idle repeat no %s that may have been carried out',
    async (method, sent) => {
      await using server = await scripted((received, response) => {
        if (server.requests.length === 2) received.socket.destroy();
        else received.resume().once('end', () => response.end('ok'));
      });
      await using client = dispatcherFor(server.origin);
      await ask(server.origin, client.dispatcher);
      const again = ask(server.origin, client.dispatcher, { method });
      if (method === 'GET') expect((await again).text).toBe('ok');
      else await expect(again).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(server.requests.length).toBe(sent);
    },
  );

  test('lead to the host of the URL, whatever the header Host is', async () => {
    await using server = await scripted(({ headers }, response) => response.end(headers.host));
    await using client = dispatcherFor(server.origin);
    const headers = { Host: 'elsewhere' };
    const { text } = await ask(server.origin, client.dispatcher, { headers });
    expect(text).toBe(new URL(server.origin).host);
  });

  test('are replaced for a request that waits, where one closes', async () => {
    await using server = await scripted((received, response) => {
      if (received.url === '/lost') received.socket.destroy();
      else response.end('ok');
    });
    await using client = dispatcherFor(server.origin);
    const lost = ask(`${server.origin}/lost`, client.dispatcher).catch((error) => error);
    const waiting = ask(server.origin, client.dispatcher);
    expect(await lost).toBeInstanceOf(Error);
    expect((await waiting).text).toBe('ok');
    expect(server.sockets.size).toBe(2);
  });

  test('serve the requests that the dispatcher has taken before close()', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    const { dispatcher } = dispatcherFor(originOf(server), { package: 'TestNtlm' });
    const answers = [1, 2, 3].map(() => ask(originOf(server), dispatcher));
    await untilCalled('AcceptSecurityContext', 1);
    await dispatcher.close();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await expect(ask(originOf(server), dispatcher)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_CLOSED',
    });
  });

  test('end with destroy(), and the requests on them and for them fail', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    const { dispatcher } = dispatcherFor(originOf(server), { package: 'TestNtlm' });
    provider.hold('AcceptSecurityContext');
    const answers = [1, 2].map(() => ask(originOf(server), dispatcher).catch((error) => error));
    await untilCalled('AcceptSecurityContext', 1);
    const destroyed = dispatcher.destroy();
    for (const error of await Promise.all(answers)) {
      expect(error).toMatchObject({ code: 'ERR_SSPI_HTTP_CLOSED' });
    }
    await destroyed;
    provider.release('AcceptSecurityContext');
  });
});

describe.skipIf(!providerInstalled)('a dispatcher', () => {
  checkProviderAfterEach();

  /** Asks with a handler, and resolves with its calls when it has ended. */
  function calls(dispatcher: undici.Dispatcher, origin: string, more: object = {}) {
    const seen: string[] = [];
    const ended = new Promise<string[]>((resolve) => {
      const end = (name: string) => () => {
        seen.push(name);
        resolve(seen);
      };
      const handler = {
        onRequestStart: () => seen.push('start'),
        onResponseStart: () => seen.push('head'),
        onResponseData: () => seen.push('data'),
        onResponseEnd: end('end'),
        onResponseError: end('error'),
        ...more,
      };
      dispatcher.dispatch({ origin, path: '/', method: 'GET' }, handler as never);
    });
    return { seen, ended };
  }

  test('fails where the connection closes while Windows checks the proof', async () => {
    const credentials = await Credentials.acquire({ package: 'TestKerberos', use: 'inbound' });
    await using server = await scripted(async (received, response) => {
      const given = received.headers.authorization;
      if (!given) return asking(received, response as never);
      using context = new ServerContext(credentials);
      const { token } = await context.step(tokenIn([given]) as Buffer);
      provider.hold('InitializeSecurityContext');
      const challenge = `Negotiate ${token?.toString('base64')}`;
      response.writeHead(200, { 'WWW-Authenticate': challenge, 'Content-Length': '9' });
      response.write('a part');
      await untilCalled('InitializeSecurityContext', 2);
      received.socket.destroy();
      // The client must have seen it.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      provider.release('InitializeSecurityContext');
    });
    const { dispatcher } = dispatcherFor(server.origin);
    await expect(ask(server.origin, dispatcher)).rejects.toBeInstanceOf(Error);
    await dispatcher.close();
    credentials.close();
  });

  test('closes the connection of an upgrade whose server has not proved who it is', async () => {
    await using server = await scripted(asking);
    let closed: Promise<unknown> | undefined;
    server.server.on('upgrade', (received, socket) => {
      if (!received.headers.authorization) {
        const lines = ['HTTP/1.1 401 Who', 'WWW-Authenticate: Negotiate', 'Connection: close'];
        socket.end(`${lines.join('\r\n')}\r\n\r\n`);
        return;
      }
      closed = once(socket.resume(), 'end').finally(() => socket.destroy());
      socket.write('HTTP/1.1 101 Go\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n');
    });
    const { dispatcher } = dispatcherFor(server.origin);
    const upgraded = undici.upgrade(server.origin, { dispatcher, protocol: 'x' });
    await expect(upgraded).rejects.toMatchObject({ code: 'ERR_SSPI_HTTP_HANDSHAKE' });
    await closed;
    await dispatcher.close();
  });

  test.each([2, 0x40000])(
    'gives a handler that pauses nothing until it resumes: %i bytes',
    async (size) => {
      await using server = await scripted((_, response) => response.end(Buffer.alloc(size)));
      await using client = dispatcherFor(server.origin);
      let resume = () => {};
      const { seen, ended } = calls(client.dispatcher, server.origin, {
        onResponseStart(controller: undici.Dispatcher.DispatchController) {
          seen.push('head');
          controller.pause();
          resume = () => controller.resume();
        },
      });
      while (!seen.includes('head')) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(seen).toEqual(['start', 'head']);
      resume();
      expect((await ended).slice(0, 3)).toEqual(['start', 'head', 'data']);
      expect(seen.at(-1)).toBe('end');
    },
  );

  test('survives a handler that throws when it gets an error', async () => {
    await using server = await scripted((received) => received.socket.destroy());
    const { dispatcher } = dispatcherFor(server.origin);
    const warned = once(process, 'warning');
    calls(dispatcher, server.origin, {
      onResponseError() {
        throw new RangeError('a handler');
      },
    });
    const [warning] = await warned;
    expect(warning.message).toBe('a handler');
    await dispatcher.close();
  });

  test('waits in close() for a request whose handler calls it', async () => {
    await using server = await scripted((_, response) => response.end('ok'));
    const { dispatcher } = dispatcherFor(server.origin);
    let closed: Promise<void> | undefined;
    const { ended } = calls(dispatcher, server.origin, {
      onRequestStart() {
        closed = dispatcher.close();
      },
    });
    expect((await ended).at(-1)).toBe('end');
    await closed;
  });

  test('serves interceptors that are composed after it', async () => {
    let failures = 1;
    await using server = await scripted((_, response) => {
      if (failures-- > 0) response.writeHead(503).end();
      else response.end('ok');
    });
    await using client = dispatcherFor(server.origin);
    const retrying = client.dispatcher.compose(undici.interceptors.retry({ minTimeout: 1 }));
    expect(await ask(server.origin, retrying)).toMatchObject({ status: 200, text: 'ok' });
  });

  test('gives interim responses, and headers and trailers in every form', async () => {
    await using server = await scripted((_, response) => {
      response.writeEarlyHints({ link: '</a>; rel=preload' });
      response.writeHead(
        200,
        [
          ['X-A', '1'],
          ['X-A', '2'],
          ['Trailer', 'X-T'],
        ].flat(),
      );
      response.addTrailers({ 'X-T': 'end' });
      response.end('body');
    });
    await using client = dispatcherFor(server.origin);
    const interim: unknown[] = [];
    const { headers, trailers, body } = await undici.request(server.origin, {
      dispatcher: client.dispatcher,
      onInfo: ({ statusCode }) => interim.push(statusCode),
    });
    expect(await body.text()).toBe('body');
    expect(interim).toEqual([103]);
    expect([headers['x-a'], trailers['x-t']]).toEqual([['1', '2'], 'end']);
  });

  test.each([
    ['a body that is shorter than it says', { body: 'ab', headers: { 'content-length': '3' } }],
    ['a body that is longer than it says', { body: 'ab', headers: { 'content-length': '1' } }],
    [
      'a stream that is longer than it says',
      { body: ['a', 'b'], headers: { 'content-length': '1' } },
    ],
    ['a stream that is shorter than it says', { body: ['a'], headers: { 'content-length': '2' } }],
  ])('fails with %s', async (_, { body: given, headers }) => {
    await using server = await scripted((received, response) => {
      received.resume().once('end', () => response.end('ok'));
    });
    await using client = dispatcherFor(server.origin);
    const body = Array.isArray(given) ? Readable.from(given.map(Buffer.from)) : given;
    const options = { method: 'POST', body, headers };
    await expect(ask(server.origin, client.dispatcher, options)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_BODY',
      message: expect.stringContaining('Content-Length'),
    });
  });

  test.each([
    ['a handler that is none', {}, {}],
    ['no origin', { origin: undefined }, undefined],
    ['a path that names a host', { path: 'http://elsewhere/' }, undefined],
    ['CONNECT', { method: 'CONNECT' }, undefined],
    ['a header that is about the connection', { headers: { upgrade: 'h2c' } }, undefined],
  ])('refuses %s', async (_, options, handler) => {
    await using server = await scripted((_, response) => response.end('ok'));
    await using client = dispatcherFor(server.origin);
    const errors: Error[] = [];
    const noting = {
      onRequestStart() {},
      onResponseError: (_: unknown, error: Error) => errors.push(error),
    };
    const given = { origin: server.origin, path: '/', method: 'GET', ...options };
    const dispatch = () => client.dispatcher.dispatch(given as never, (handler ?? noting) as never);
    if (handler) expect(dispatch).toThrow(/handler/);
    else {
      dispatch();
      expect(errors).toEqual([expect.any(Error)]);
    }
    expect(server.requests).toEqual([]);
  });
});
