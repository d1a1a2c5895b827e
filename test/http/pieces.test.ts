import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import {
  NegotiateAgent,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
} from 'winsspi/http';
import { HttpServer, tlsFiles } from '../harness/support/http.js';
import { withoutFetch } from '../harness/support/http-clients.js';
import { type Pieces, pieces, Relay, writeIn } from '../harness/support/pieces.js';
import { checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { ProxyServer } from '../harness/support/proxy-server.js';
import { scripted } from '../harness/support/scripted-server.js';

// TCP has no messages: whatever belongs together may come in any pieces.

const tls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };

type Answer = [status: number | undefined, text: string];

/** Posts a text to a URL, by a proxy where there is one. */
type Client = (url: string, proxy?: string, signal?: AbortSignal) => Promise<Answer>;

const clients: Record<string, Client> = {
  async NegotiateClient(url, proxy, signal) {
    const options = { package: 'TestNtlm', tls, allowedOrigins: [new URL(url).origin] };
    using client = new NegotiateClient({ ...options, ...(proxy && { proxy }) });
    const init = { method: 'POST', body: 'body', ...(signal && { signal }) };
    return await withoutFetch(async () => {
      const response = await client.fetch(url, init);
      return [response.status, await response.text()];
    });
  },
  async NegotiateAgent(url, proxy, signal) {
    const isTls = url.startsWith('https:');
    const options = { package: 'TestNtlm', tls, allowedOrigins: [new URL(url).origin] };
    const settings = { ...options, ...(proxy && { proxy }) };
    using agent = isTls ? new NegotiateHttpsAgent(settings) : new NegotiateAgent(settings);
    const sent = (isTls ? tlsRequest : request)(url, { agent, method: 'POST', signal });
    const [response] = (await once(sent.end('body'), 'response')) as [IncomingMessage];
    let text = '';
    for await (const part of response.setEncoding('utf8')) text += part;
    return [response.statusCode, text];
  },
  async negotiateDispatcher(url, proxy, signal) {
    const options = { package: 'TestNtlm', tls, allowedOrigins: [new URL(url).origin] };
    const dispatcher = negotiateDispatcher(undici, { ...options, ...(proxy && { proxy }) });
    try {
      const more = { method: 'POST', body: 'body', dispatcher, ...(signal && { signal }) } as const;
      const { statusCode, body } = await undici.request(url, more);
      return [statusCode, await body.text()];
    } finally {
      await dispatcher.destroy();
    }
  },
};

const echo = async (_: unknown, received: IncomingMessage) => {
  let text = '';
  for await (const part of received.setEncoding('utf8')) text += part;
  return text;
};

const each = Object.keys(clients).flatMap((name) => pieces.map((how) => [name, how] as const));

describe.skipIf(!providerInstalled).each(each)('%s, with %s', (name, how) => {
  checkProviderAfterEach();
  const ask = clients[name] as Client;

  test.each([false, true])(
    'gets through the three legs and reads the body (TLS: %s)',
    async (isTls) => {
      await using server = await HttpServer.listen({ package: 'TestNtlm' }, echo, { tls: isTls });
      server.server.keepAliveTimeout = 0; // a byte may take its time on a busy machine
      await using relay = await Relay.to(server.port, how);
      const url = `${isTls ? 'https' : 'http'}://127.0.0.1:${relay.port}/`;
      expect(await ask(url)).toEqual([200, '"body"']);
    },
  );

  test('authenticates a request to a proxy', async () => {
    await using server = await scripted((received, response) => received.pipe(response));
    await using proxy = await ProxyServer.listen('TestNtlm');
    await using relay = await Relay.to(Number(new URL(proxy.url).port), how);
    expect(await ask(server.origin, `http://127.0.0.1:${relay.port}`)).toEqual([200, 'body']);
  });

  test('authenticates in a tunnel through a proxy', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' }, echo, { tls: true });
    await using proxy = await ProxyServer.listen('TestNtlm');
    await using relay = await Relay.to(Number(new URL(proxy.url).port), how);
    const url = `https://127.0.0.1:${server.port}/`;
    expect(await ask(url, `http://127.0.0.1:${relay.port}`)).toEqual([200, '"body"']);
  });

  const refusals: [string, string][] = [
    ['with a length', 'Content-Length: 10\r\n\r\n0123456789'],
    ['without a byte', 'Content-Length: 0\r\n\r\n'],
    ['in a chunk', 'Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n'],
    [
      'in chunks with extensions and trailers',
      'Transfer-Encoding: chunked\r\n\r\n2;x="y"\r\nno\r\n10 ;z\r\n0123456789abcdef\r\n000\r\nX: y\r\nZ: 0\r\n\r\n',
    ],
  ];
  test.each(refusals)('reads the body of a refused tunnel %s', async (_, rest) => {
    const refusal = (token: string) =>
      `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\n${rest}`;
    await using server = await HttpServer.listen({ package: 'TestNtlm' }, echo, { tls: true });
    await using proxy = await ProxyServer.listen('TestNtlm', { refusal });
    await using relay = await Relay.to(Number(new URL(proxy.url).port), how);
    const answer = await ask(`https://127.0.0.1:${server.port}/`, `http://127.0.0.1:${relay.port}`);
    expect(answer).toEqual([200, '"body"']);
    expect(proxy.connections).toBe(1);
  });

  test.each([
    ['a length', 'Content-Length: 10\r\n\r\n01234'],
    ['chunks', 'Transfer-Encoding: chunked\r\n\r\na\r\n01234'],
    ['the size of a chunk', 'Transfer-Encoding: chunked\r\n\r\na'],
    ['the trailers', 'Transfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n'],
  ])('fails where a refusal ends in the middle of %s', async (_, rest) => {
    await using proxy = await refusing(how, rest, (socket) => socket.end());
    await expect(ask('https://127.0.0.1:444/', proxy.url)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
    });
  });

  test('leaves timers and signals their turn where the rest of a refusal does not come', async () => {
    const controller = new AbortController();
    const stalls = () => setTimeout(() => controller.abort(new Error('enough')), 1);
    await using proxy = await refusing(how, 'Content-Length: 10\r\n\r\n01234', stalls);
    const answer = ask('https://127.0.0.1:444/', proxy.url, controller.signal);
    answer.catch(() => {});
    await once(controller.signal, 'abort');
  });
});

/** A proxy that answers a CONNECT with a 407, and then does what it is told. */
async function refusing(how: Pieces, rest: string, then: (socket: Socket) => unknown) {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, async (socket) => {
    sockets.add(socket.on('error', () => {}));
    await once(socket, 'data');
    const head = 'HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\n';
    await writeIn(how, socket, head + rest);
    then(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
