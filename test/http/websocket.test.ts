import { once } from 'node:events';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import {
  NegotiateAgent,
  NegotiateHttpsAgent,
  negotiateDispatcher,
  negotiateUpgrade,
} from 'winsspi/http';
import ws, { WebSocketServer } from 'ws';
import { HttpServer } from '../harness/support/http.js';
import { trustingTls } from '../harness/support/http-clients.js';
import { checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';

/** A server whose WebSockets answer with the package of the client and what they are sent. */
async function listening(name: string, isTls: boolean) {
  const server = await HttpServer.listen({ package: name }, undefined, { tls: isTls });
  const sockets = new WebSocketServer({ noServer: true });
  const upgrade = negotiateUpgrade(server.authenticator);
  server.server.on('upgrade', async (received, socket, head) => {
    const result = await upgrade(received, socket, head);
    if (!result) return;
    sockets.handleUpgrade(received, socket, head, (peer) => {
      peer.on('message', (data) => peer.send(`${result.authentication.package} ${data}`));
    });
  });
  const origin = `${isTls ? 'https' : 'http'}://127.0.0.1:${server.port}`;
  return { server, origin, [Symbol.asyncDispose]: () => server.close() };
}

/** Says something, and gives the answer. */
type Talk = (
  url: string,
  options: { package: string; allowedOrigins: string[] },
) => Promise<string>;

async function talkTo(socket: WebSocket | undici.WebSocket): Promise<string> {
  const events = ['open', 'error', 'close'].map((name) => once(socket as WebSocket, name));
  const [event] = await Promise.race(events);
  if (event.type !== 'open') throw new Error('The WebSocket was refused');
  socket.send('hello');
  const [{ data }] = await once(socket as WebSocket, 'message');
  socket.close();
  await once(socket as WebSocket, 'close');
  return data;
}

const byDispatcher =
  (Kind: typeof WebSocket | typeof undici.WebSocket): Talk =>
  async (url, options) => {
    const dispatcher = negotiateDispatcher(undici, { ...options, tls: trustingTls });
    try {
      return await talkTo(new Kind(url, { dispatcher } as never));
    } finally {
      await dispatcher.close();
    }
  };

const clients: Record<string, Talk> = {
  'the WebSocket of Node, by the dispatcher': byDispatcher(globalThis.WebSocket),
  'the WebSocket of undici, by the dispatcher': byDispatcher(undici.WebSocket),
  async 'ws, by the agent'(url, options) {
    const settings = { ...options, tls: trustingTls };
    const isTls = url.startsWith('wss:');
    using agent = isTls ? new NegotiateHttpsAgent(settings) : new NegotiateAgent(settings);
    const socket = new ws(url, { agent });
    await once(socket, 'open');
    socket.send('hello');
    const [data] = await once(socket, 'message');
    socket.close();
    await once(socket, 'close');
    return String(data);
  },
};

describe.skipIf(!providerInstalled).each(Object.entries(clients))('%s', (_, talk) => {
  checkProviderAfterEach();

  test.each([
    ['TestKerberos', false],
    ['TestNtlm', false],
    ['TestNtlm', true],
  ])('talks to a server with %s (TLS: %s)', async (name, isTls) => {
    await using peer = await listening(name, isTls);
    const options = { package: name, allowedOrigins: [peer.origin] };
    expect(await talk(peer.origin.replace('http', 'ws'), options)).toBe(`${name} hello`);
  });

  test('fails where the server refuses the upgrade', async () => {
    await using peer = await listening('TestNtlm', false);
    const options = { package: 'TestNtlm', allowedOrigins: ['http://elsewhere'] };
    await expect(talk(peer.origin.replace('http', 'ws'), options)).rejects.toBeDefined();
  });
});

test.skipIf(!providerInstalled)('a changed protocol has no limit of silence', async () => {
  await using peer = await listening('TestNtlm', false);
  const options = { package: 'TestNtlm', allowedOrigins: [peer.origin], headersTimeout: 60_000 };
  const dispatcher = negotiateDispatcher(undici, options);
  const headers = {
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'sec-websocket-version': '13',
  };
  const given = { dispatcher, protocol: 'websocket', headers };
  const { socket } = await undici.upgrade(peer.origin, given);
  expect([(socket as Socket).timeout ?? 0, socket.listenerCount('timeout')]).toEqual([0, 0]);
  socket.destroy();
  await dispatcher.close();
});

test.skipIf(!providerInstalled)(
  'the agent gives the response that refuses an upgrade',
  async () => {
    await using peer = await listening('TestNtlm', false);
    using agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins: ['http://elsewhere'] });
    const headers = { connection: 'upgrade', upgrade: 'websocket' };
    const [response] = await once(request(peer.origin, { agent, headers }).end(), 'response');
    expect(response.statusCode).toBe(401);
    await once(response.resume(), 'end');
  },
);
