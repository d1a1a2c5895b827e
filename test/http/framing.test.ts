import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import { NegotiateAgent, NegotiateClient, negotiateDispatcher } from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import { checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { ProxyServer } from '../harness/support/proxy-server.js';
import { type ScriptedServer, scripted } from '../harness/support/scripted-server.js';

// Where a server and a client do not agree where a body ends, the rest of the body is the next request,
// on a connection that is authenticated.

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';

/** A server with NTLM that notes what was asked of it, and as whom. */
async function noting() {
  const seen: string[] = [];
  const server = await HttpServer.listen({ package: 'TestNtlm' }, async (_, received) => {
    let text = '';
    for await (const part of received.setEncoding('latin1')) text += part;
    seen.push(`${received.method} ${received.url} ${text}`);
    return text;
  });
  const url = `http://127.0.0.1:${server.port}`;
  return { seen, url, [Symbol.asyncDispose]: () => server.close() };
}

async function statusOf(sent: ClientRequest): Promise<number | undefined> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  await once(response.resume(), 'end');
  return response.statusCode;
}

const methods = ['DELETE', 'OPTIONS', 'PATCH', 'PROPFIND'];
const bodies: [string, () => unknown][] = [
  ['text', () => smuggled],
  ['a stream', () => Readable.toWeb(Readable.from([Buffer.from(smuggled)]))],
];
const each = methods.flatMap((method) =>
  bodies.map(([kind, make]) => [method, kind, make] as const),
);

describe.skipIf(!providerInstalled)('a body that looks like a request', () => {
  checkProviderAfterEach();

  test.each(each)('is the body of a %s by fetch, as %s', async (method, _, make) => {
    await using server = await noting();
    using client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins: [server.url] });
    await (await client.fetch(`${server.url}/login`)).text();
    const init = { method, body: make(), duplex: 'half' } as RequestInit;
    const response = await client.fetch(`${server.url}/item`, init);
    expect([response.status, await response.json()]).toEqual([200, smuggled]);
    await (await client.fetch(`${server.url}/next`)).text();
    expect(server.seen).toEqual(['GET /login ', `${method} /item ${smuggled}`, 'GET /next ']);
  });

  test.each(each)('is the body of a %s by undici, as %s', async (method, kind, make) => {
    await using server = await noting();
    const options = { package: 'TestNtlm', allowedOrigins: [server.url], connections: 1 };
    const dispatcher = negotiateDispatcher(undici, options);
    await (await undici.request(`${server.url}/login`, { dispatcher })).body.dump();
    const body = kind === 'text' ? smuggled : Readable.fromWeb(make() as never);
    const sent = { method: method as 'DELETE', body, dispatcher };
    // On a connection that is authenticated a stream does not have to be sent twice.
    const answer = await undici.request(`${server.url}/item`, sent);
    expect([answer.statusCode, await answer.body.json()]).toEqual([200, smuggled]);
    await (await undici.request(`${server.url}/next`, { dispatcher })).body.dump();
    expect(server.seen).toEqual(['GET /login ', `${method} /item ${smuggled}`, 'GET /next ']);
    await dispatcher.close();
  });

  test.each<[string, (sent: ClientRequest) => ClientRequest]>([
    ['Content-Length', (sent) => sent.setHeader('Content-Length', smuggled.length)],
    ['Transfer-Encoding', (sent) => sent.setHeader('Transfer-Encoding', 'chunked')],
  ])('is the body of a DELETE by the agent, with %s', async (_, frame) => {
    await using server = await noting();
    using agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins: [server.url] });
    await statusOf(request(`${server.url}/login`, { agent }).end());
    const sent = frame(request(`${server.url}/item`, { agent, method: 'DELETE' }));
    expect(await statusOf(sent.end(smuggled))).toBe(200);
    expect(await statusOf(request(`${server.url}/next`, { agent }).end())).toBe(200);
    expect(server.seen).toEqual(['GET /login ', `DELETE /item ${smuggled}`, 'GET /next ']);
  });

  test.each<[string, (sent: ClientRequest) => unknown]>([
    ['with the head', (sent) => sent.end(smuggled)],
    [
      'after the head',
      (sent) => {
        sent.flushHeaders();
        setImmediate(() => sent.end(smuggled));
      },
    ],
    [
      'after the response',
      (sent) => {
        sent.flushHeaders();
        sent.once('response', (response) => {
          response.resume().once('end', () => sent.end(smuggled));
        });
      },
    ],
    [
      'behind a body that is shorter than it says',
      (sent) => sent.setHeader('Content-Length', 2).end(`ab${smuggled}`),
    ],
  ])('is refused by the agent where it has no length: %s', async (_, send) => {
    await using server = await noting();
    using agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins: [server.url] });
    await statusOf(request(`${server.url}/login`, { agent }).end());
    const sent = request(`${server.url}/item`, { agent, method: 'DELETE' });
    const failed = once(sent, 'error');
    // `once` does not take an error for an event of its own.
    const refused = expect(failed.then(([error]) => error)).resolves.toMatchObject({
      code: 'ERR_SSPI_HTTP_BODY',
      message: expect.stringContaining('has no length'),
    });
    send(sent);
    await refused;
    expect(await statusOf(request(`${server.url}/next`, { agent }).end())).toBe(200);
    expect(server.seen.filter((line) => line.includes('smuggled'))).toEqual([]);
    expect(server.seen.at(-1)).toBe('GET /next ');
  });

  test.each(['', smuggled])('is no part of an upgrade by the agent: %o', async (body) => {
    await using server = await noting();
    using agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins: [server.url] });
    await statusOf(request(`${server.url}/login`, { agent }).end());
    const headers = { connection: 'upgrade', upgrade: 'x', 'content-length': body.length };
    const sent = request(`${server.url}/item`, { agent, method: 'DELETE', headers });
    const answered = once(sent, body === '' ? 'response' : 'error').then(([first]) => first);
    sent.end(body);
    // A server without a listener for upgrades answers as if there were none.
    expect(await answered).toMatchObject(
      body === '' ? { statusCode: 200 } : { code: 'ERR_SSPI_HTTP_BODY' },
    );
    sent.destroy();
    expect(await statusOf(request(`${server.url}/next`, { agent }).end())).toBe(200);
    const item = body === '' ? ['DELETE /item '] : [];
    expect(server.seen).toEqual(['GET /login ', ...item, 'GET /next ']);
  });

  test('is refused by undici where the body is longer than it says', async () => {
    await using server = await noting();
    const options = { package: 'TestNtlm', allowedOrigins: [server.url] };
    const dispatcher = negotiateDispatcher(undici, options);
    const headers = { 'content-length': '2' };
    const sent = { method: 'POST', body: `ab${smuggled}`, headers, dispatcher } as const;
    await expect(undici.request(server.url, sent)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_BODY',
    });
    expect(server.seen).toEqual([]);
    await dispatcher.destroy();
  });

  test('does not keep the agent from a response that comes before a body is read', async () => {
    await using server = await scripted((received, response) => {
      if (received.method === 'POST') response.end('early');
      else response.end(received.url);
    });
    using agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins: [server.origin] });
    for (const length of [1, 20_000, 200_000]) {
      const sent = request(server.origin, { agent, method: 'POST' });
      expect(await statusOf(sent.end(Buffer.alloc(length)))).toBe(200);
      expect(await statusOf(request(server.origin, { agent }).end())).toBe(200);
    }
  });
});

describe.skipIf(!providerInstalled)("headers of the caller's about the connection", () => {
  checkProviderAfterEach();

  const ours = (server: ScriptedServer) => {
    const { headers } = server.requests.at(-1) as IncomingMessage;
    return headers;
  };

  test.each([
    ['host', 'elsewhere'],
    ['proxy-connection', 'close'],
    ['te', 'trailers'],
    ['trailer', 'x'],
  ])('are replaced by those of fetch: %s: %s', async (name, value) => {
    await using server = await scripted((received, response) => received.pipe(response));
    using client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins: [server.origin] });
    for (const text of ['abcdef', 'ghijkl']) {
      const init = { method: 'POST', headers: { [name]: value, 'x-a': 'b' }, body: text };
      expect(await (await client.fetch(server.origin, init)).text()).toBe(text);
      expect(ours(server)).toMatchObject({
        'content-length': '6',
        connection: 'keep-alive',
        host: new URL(server.origin).host,
        'x-a': 'b',
      });
      for (const absent of ['expect', 'te', 'trailer', 'transfer-encoding', 'upgrade']) {
        expect(ours(server)[absent]).toBeUndefined();
      }
    }
    expect(server.sockets.size).toBe(1);
  });

  test.each([
    ['connection', 'upgrade'],
    ['content-length', '0'],
    ['content-length', '2'],
    ['content-length', '9'],
    ['content-length', '-1'],
    ['expect', '100-continue'],
    ['keep-alive', 'timeout=1'],
    ['transfer-encoding', 'chunked'],
    ['transfer-encoding', 'identity'],
    ['upgrade', 'h2c'],
  ])('are refused by fetch before anything is sent: %s: %s', async (name, value) => {
    await using server = await scripted((received, response) => received.pipe(response));
    using client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins: [server.origin] });
    const init = { method: 'POST', headers: { [name]: value }, body: 'abcdef' };
    await expect(client.fetch(server.origin, init)).rejects.toMatchObject({
      name: 'TypeError',
      cause: expect.any(Error),
    });
    expect(server.requests).toEqual([]);
  });

  test('name no host behind a proxy but that of the URL', async () => {
    await using proxy = await ProxyServer.listen('TestNtlm');
    await using server = await scripted((_, response) => response.end('ok'));
    const allowedOrigins = [server.origin];
    using agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins, proxy: proxy.url });
    const headers = { host: 'elsewhere' };
    expect(await statusOf(request(server.origin, { agent, headers }).end())).toBe(200);
    const { host } = new URL(server.origin);
    expect(proxy.requests.map((sent) => sent.headers.host)).toEqual([host, host, host]);
  });
});
