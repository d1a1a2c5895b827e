import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { HttpServer } from '../harness/support/http.js';
import { type Asked, httpClients } from '../harness/support/http-clients.js';
import { callsOf, checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { scripted } from '../harness/support/scripted-server.js';

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
const { NegotiateAgent: _, ...withPool } = httpClients;

describe.skipIf(!providerInstalled).each(Object.entries(httpClients))('%s', (_, make) => {
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

describe.skipIf(!providerInstalled).each(Object.entries(withPool))('%s', (name, make) => {
  checkProviderAfterEach();

  test.each<[string, Asked]>([
    ['the header', { headers: { connection: 'close' } }],
    ...(name === 'negotiateDispatcher' ? [['the option', { reset: true }] as [string, Asked]] : []),
  ])('closes the connection after the last leg where %s asks for it', async (_, asked) => {
    await using server = await listening(() => {});
    const client = make(server.origin);
    expect((await client.ask(server.origin, asked)).status).toBe(200);
    expect(server.sockets.length).toBe(1);
    const [socket] = server.sockets as [Socket];
    if (!socket.closed) await once(socket, 'close');
    await client.close();
  });

  test.each(['HEAD', 'DELETE', '204', '304'])(
    'uses the connection again after %s',
    async (kind) => {
      const status = Number(kind) || 200;
      await using server = await scripted((_, response) => response.writeHead(status).end());
      const client = make(server.origin);
      const asked = { method: Number(kind) ? 'GET' : kind };
      for (let i = 0; i < 3; i++)
        expect((await client.ask(server.origin, asked)).status).toBe(status);
      expect(server.sockets.size).toBe(1);
      await client.close();
    },
  );
});
