import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import { negotiateDispatcher } from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import { type Asked, forWine, httpClients } from '../harness/support/http-clients.js';
import { callsOf, checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';

// NTLM needs a connection that stays from its first token to the last answer.

async function listening(before: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await HttpServer.listen({ package: 'TestNtlm' }, async (_, received) => {
    let text = '';
    for await (const part of received.setEncoding('utf8')) text += part;
    return [received.method, text];
  });
  const sockets: Socket[] = [];
  server.server.on('connection', (socket: Socket) => sockets.push(socket));
  server.server.prependListener('request', before);
  const origin = `http://127.0.0.1:${server.port}`;
  return { origin, sockets, [Symbol.asyncDispose]: () => server.close() };
}

const steps = () => callsOf('AcceptSecurityContext').length;
const { negotiateInterceptor: _, ...withOwnConnections } = httpClients;
const { NegotiateClient: __, NegotiateAgent: ___, ...withUndici } = httpClients;

describe.skipIf(!providerInstalled).each(Object.entries(withOwnConnections))('%s', (_, make) => {
  checkProviderAfterEach();

  test.each(['timeout=0', 'timeout=1', 'timeout=2', 'timeout=2, max=1'])(
    'finishes a handshake on the connection of a server with Keep-Alive: %s',
    async (hint) => {
      await using server = await listening((_, response) => {
        response.setHeader('Keep-Alive', hint);
      });
      const client = make(server.origin);
      const before = steps();
      expect((await client.ask(server.origin)).status).toBe(200);
      expect(steps() - before).toBe(2);
      await client.close();
    },
  );
});

describe.skipIf(!providerInstalled).each(Object.entries(httpClients))('%s', (_, make) => {
  checkProviderAfterEach();

  test.each<[string, Asked]>([
    ['GET', {}],
    ['POST', { method: 'POST', body: 'body' }],
  ])(
    'begins anew once where the connection of a %s closes between two legs',
    async (method, asked) => {
      let losses = 0;
      await using server = await listening((request, response) => {
        if (!request.headers.authorization || losses > 0) return;
        losses += 1;
        response.setHeader('Connection', 'close');
      });
      const client = make(server.origin);
      const { status, text } = await client.ask(server.origin, asked);
      expect([status, JSON.parse(text)]).toEqual([200, [method, asked.body ?? '']]);
      expect(server.sockets.length).toBe(2);
      await client.close();
    },
  );

  test('begins anew no more than once', async () => {
    await using server = await listening((request, response) => {
      if (request.headers.authorization) response.setHeader('Connection', 'close');
    });
    const client = make(server.origin);
    await expect(client.ask(server.origin)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
      message: 'The server closed the connection in the middle. The handshake is void',
    });
    expect(server.sockets.length).toBe(2);
    await client.close();
  });

  test.each<[string, Asked]>([
    ['HEAD', { method: 'HEAD' }],
    ['DELETE with a body', { method: 'DELETE', body: 'body' }],
    ['OPTIONS with a body', { method: 'OPTIONS', body: 'body' }],
    ['PATCH with a body', { method: 'PATCH', body: 'body' }],
    ['GET that asks to close the connection', { headers: { connection: 'close' } }],
  ])('gets through with %s', async (_, asked) => {
    await using server = await listening(() => {});
    const client = make(server.origin);
    const before = steps();
    const { status, text } = await client.ask(server.origin, asked);
    expect(status).toBe(200);
    const { method = 'GET', body = '' } = asked;
    if (method !== 'HEAD') expect(JSON.parse(text)).toEqual([method, body]);
    expect([steps() - before, server.sockets.length]).toEqual([2, 1]);
    await client.close();
  });
});

describe.skipIf(!providerInstalled).each(Object.entries(withUndici))('%s', (_, make) => {
  checkProviderAfterEach();

  test.each<[string, Asked]>([
    ['the header', { headers: { connection: 'close' } }],
    ['the option', { reset: true }],
  ])('closes the connection after the last leg where %s asks for it', async (_, asked) => {
    await using server = await listening(() => {});
    const client = make(server.origin);
    expect((await client.ask(server.origin, asked)).status).toBe(200);
    expect(server.sockets.length).toBe(1);
    const [socket] = server.sockets as [Socket];
    if (!socket.closed) await once(socket, 'close');
    await client.close();
  });
});

describe.skipIf(!providerInstalled)('negotiateInterceptor', () => {
  checkProviderAfterEach();

  test('says where the dispatcher closes the connection', async () => {
    await using server = await listening((_, response) => {
      response.setHeader('Keep-Alive', 'timeout=1');
    });
    const make = httpClients.negotiateInterceptor as (typeof httpClients)[string];
    const client = make(server.origin);
    await expect(client.ask(server.origin)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
      message: 'The dispatcher closed the connection in the middle. The handshake is void',
    });
    await client.close();
  });
});

describe.skipIf(!providerInstalled)("undici's limits of a connection", () => {
  checkProviderAfterEach();

  function dispatcherFor(origin: string, limits: object) {
    const options = { package: 'TestNtlm', allowedOrigins: [origin] };
    return negotiateDispatcher(undici, options, { ...forWine, connections: 1, ...limits });
  }

  test('count requests and not legs', async () => {
    await using server = await listening(() => {});
    const dispatcher = dispatcherFor(server.origin, { maxRequestsPerClient: 2 });
    for (const connections of [1, 1, 2, 2, 3]) {
      const { statusCode, body } = await undici.request(server.origin, { dispatcher });
      expect(statusCode).toBe(200);
      await body.dump();
      expect(server.sockets.length).toBe(connections);
    }
    await dispatcher.close();
  });

  test.each<[string, object, string]>([
    ['without a hint', { keepAliveTimeout: 1 }, ''],
    ['with the hint of the server', { keepAliveTimeout: 60_000 }, 'timeout=2'],
    ['with a long hint', { keepAliveMaxTimeout: 1 }, 'timeout=600'],
  ])('close one that is idle: %s', async (_, limits, hint) => {
    await using server = await listening((_, response) => {
      if (hint) response.setHeader('Keep-Alive', hint);
    });
    const dispatcher = dispatcherFor(server.origin, limits);
    const { statusCode, body } = await undici.request(server.origin, { dispatcher });
    expect([statusCode, server.sockets.length]).toEqual([200, 1]);
    await body.dump();
    const [socket] = server.sockets as [Socket];
    if (!socket.closed) await once(socket, 'close');
    await dispatcher.close();
  });

  test.each([
    ['keepAliveTimeout', 0],
    ['keepAliveTimeout', 'a'],
    ['keepAliveMaxTimeout', 0],
    ['keepAliveTimeoutThreshold', Number.NaN],
    ['maxRequestsPerClient', -1],
  ])('are refused: %s: %s', (name, value) => {
    expect(() => dispatcherFor('http://a', { [name]: value })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`agentOptions.${name}`) }),
    );
  });
});
