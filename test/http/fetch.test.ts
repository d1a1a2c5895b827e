import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import * as undici from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NegotiateClient } from 'winsspi/http';
import { providerInstalled } from '../harness/support/provider.js';

// The fetch of a client is Node's own: both do the same with servers that ask for no authentication.

type Answer = (request: IncomingMessage, response: ServerResponse) => unknown;

/** Answers with what it was sent. */
const echo: Answer = async (request, response) => {
  const body: Buffer[] = [];
  request.on('data', (part) => body.push(part));
  request.once('error', () => {}); // of a body that is not sent to its end
  await once(request, 'end').catch(() => {});
  const { method, url, headers } = request;
  // A client asks first whether a server takes a long body.
  const { host, connection, expect: _, ...others } = headers;
  response.setHeader('Content-Type', 'application/json');
  response.end(
    JSON.stringify({ method, url, others, body: Buffer.concat(body).toString('latin1') }),
  );
};

const send =
  (status: number, headers: Record<string, string | string[]> = {}, body: unknown = ''): Answer =>
  (_, response) =>
    response.writeHead(status, headers).end(body);

const drop: Answer = (request) => request.socket.destroy();

const paths: Record<string, Answer> = {
  '/echo': echo,
  '/empty': send(200),
  '/text': send(200, { 'content-type': 'text/plain; charset=utf-8' }, 'täxt'),
  '/json': send(200, { 'content-type': 'application/json' }, '{"a":[1]}'),
  '/bytes': send(200, {}, Buffer.from([0, 255, 128])),
  '/long': send(200, {}, Buffer.alloc(0x40000, 'x')),
  '/form': send(200, { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b&c=d'),
  '/gzip': send(200, { 'content-encoding': 'gzip' }, gzipSync('packed')),
  '/deflate': send(200, { 'content-encoding': 'deflate' }, deflateSync('packed')),
  '/br': send(200, { 'content-encoding': 'br' }, brotliCompressSync('packed')),
  '/twice': send(200, { 'content-encoding': 'gzip, br' }, brotliCompressSync(gzipSync('packed'))),
  '/not-gzip': send(200, { 'content-encoding': 'gzip' }, 'no gzip'),
  '/unknown-coding': send(200, { 'content-encoding': 'x-none' }, 'plain'),
  '/cookies': send(200, { 'set-cookie': ['a=1', 'b=2'], 'x-a': ['1', '2'] }),
  '/latin1': send(200, { 'x-a': 'caf\u00e9' }),
  '/reason': (_, response) => response.writeHead(200, 'As You Like It').end(),
  '/no-reason': (_, response) => response.writeHead(200, '').end(),
  '/204': send(204),
  '/205': send(205),
  '/304': send(304),
  '/400': send(400, {}, 'bad'),
  '/404': send(404, {}, 'none'),
  '/418': send(418),
  '/500': send(500, {}, 'broken'),
  '/999': send(999, {}, 'far out'),
  '/401': send(401, { 'www-authenticate': 'Basic realm="x"' }, 'who'),
  '/401-bare': send(401, {}, 'who'),
  '/407': send(407, { 'proxy-authenticate': 'Basic realm="x"' }, 'who'),
  '/301': send(301, { location: '/echo' }),
  '/302': send(302, { location: '/echo?b#c' }),
  '/303': send(303, { location: '/echo' }),
  '/307': send(307, { location: '/echo' }),
  '/308': send(308, { location: '/echo' }),
  '/300': send(300, { location: '/echo' }, 'choose'),
  '/302-bare': send(302, {}, 'nowhere'),
  '/302-user': (request, response) =>
    send(302, { location: `http://user:pass@${request.headers.host}/echo` })(request, response),
  '/302-file': send(302, { location: 'file:///etc/passwd' }),
  '/302-wrong': send(302, { location: 'http://' }),
  '/302-utf8': send(302, { location: Buffer.from('/echo?ü').toString('latin1') }),
  '/loop': send(302, { location: '/loop' }),
  '/early': (_, response) => {
    response.writeEarlyHints({ link: '</a>; rel=preload' });
    response.end('late');
  },
  '/trailers': (_, response) => {
    response.writeHead(200, { trailer: 'x-t' });
    response.write('body');
    response.addTrailers({ 'x-t': '1' });
    response.end();
  },
  '/drop': drop,
  '/drop-body': (request, response) => {
    response.writeHead(200, { 'content-length': '10' });
    response.write('part', () => request.socket.destroy());
  },
  '/garbage': (request) => request.socket.end('garbage\r\n\r\n'),
  '/head-too-long': send(200, { 'x-a': 'x'.repeat(0x30000) }),
  '/two-lengths': (request) =>
    request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'),
  '/no-length': (request) => request.socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'),
  '/old': (request) => request.socket.end('HTTP/1.0 200 OK\r\n\r\nold'),
  '/upgrade': (request) =>
    request.socket.end('HTTP/1.1 101 Switch\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  '/hang': () => {},
};

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
type Case = (fetch: Fetch, origin: string) => Promise<unknown>;

/** What a program sees of a response. */
async function seen(response: Response, origin: string) {
  const { status, statusText, ok, redirected, type, url, bodyUsed } = response;
  const { date, connection, 'keep-alive': _, ...headers } = Object.fromEntries(response.headers);
  const text = await response.text();
  const all = { status, statusText, ok, redirected, type, url, bodyUsed, headers, text };
  return JSON.parse(JSON.stringify(all).replaceAll(origin, 'ORIGIN'));
}

const get =
  (path: string, init?: () => RequestInit): Case =>
  async (fetch, origin) =>
    seen(await fetch(`${origin}${path}`, init?.()), origin);

const post = (body: () => unknown, more: object = {}): Case =>
  get('/echo', () => ({ method: 'POST', body: body(), ...more }) as RequestInit);

const stream = (...parts: string[]) =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

const form = () => {
  const data = new FormData();
  data.append('a', 'b');
  data.append('file', new Blob(['content'], { type: 'text/plain' }), 'name.txt');
  return data;
};

const boundary = /-{2,}formdata-undici-\d+/g;

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    Object.keys(paths)
      .filter((path) => path !== '/hang')
      .map((path) => [`GET ${path}`, get(path)]),
  ),
  'HEAD with a long body': get('/long', () => ({ method: 'HEAD' })),
  'HEAD of what is packed': get('/gzip', () => ({ method: 'HEAD' })),
  OPTIONS: get('/echo', () => ({ method: 'OPTIONS' })),
  'DELETE with a body': get('/echo', () => ({ method: 'DELETE', body: 'x' })),
  'a method in small letters': get('/echo', () => ({ method: 'put', body: 'x' })),
  'a method of its own': get('/echo', () => ({ method: 'PROPFIND', body: 'x' })),
  'a method that is refused': get('/echo', () => ({ method: 'TRACE' })),
  'GET with a body': get('/echo', () => ({ body: 'x' })),
  'a query and a hash': get('/echo?a=b%20c&d#e'),
  'an empty query': get('/echo?'),
  'a path that is to be escaped': get('/echo?a b|ü'),
  text: post(() => 'täxt'),
  'no text': post(() => ''),
  'no body': post(() => undefined),
  null: post(() => null),
  bytes: post(() => new Uint8Array([0, 255])),
  'an ArrayBuffer': post(() => new ArrayBuffer(3)),
  'a Blob with a type': post(() => new Blob(['blob'], { type: 'text/x' })),
  parameters: post(() => new URLSearchParams({ a: 'b' })),
  'a form': async (fetch, origin) => {
    const response = await fetch(`${origin}/echo`, { method: 'POST', body: form() });
    return (await response.text()).replace(boundary, 'BOUNDARY');
  },
  'a stream': post(() => stream('a', 'b'), { duplex: 'half' }),
  'a stream without duplex': post(() => stream('a')),
  'a stream that fails': post(
    () =>
      new ReadableStream({
        start(controller) {
          controller.error(new Error('broken'));
        },
      }),
    { duplex: 'half' },
  ),
  'an iterable': post(
    async function* () {
      yield Buffer.from('a');
    },
    { duplex: 'half' },
  ),
  'headers of its own': get('/echo', () => ({
    headers: { accept: 'text/x', 'User-Agent': 'me', 'x-a': ' b ', cookie: 'a=b' },
  })),
  'a header twice': get('/echo', () => ({
    headers: [
      ['x-a', '1'],
      ['x-a', '2'],
    ],
  })),
  'a header with a line break': get('/echo', () => ({ headers: { 'x-a': 'b\r\nc' } })),
  'a header beyond latin1': get('/echo', () => ({ headers: { 'x-a': '\u0100' } })),
  'a length that is wrong': post(() => 'ab', { headers: { 'content-length': '1' } }),
  'a transfer-encoding': post(() => 'ab', { headers: { 'transfer-encoding': 'chunked' } }),
  expect: post(() => 'ab', { headers: { expect: '100-continue' } }),
  'an upgrade': get('/echo', () => ({ headers: { upgrade: 'x' } })),
  'connection: close': get('/echo', () => ({ headers: { connection: 'close' } })),
  'keep-alive': get('/echo', () => ({ headers: { 'keep-alive': 'timeout=1' } })),
  'POST to 301': get('/301', () => ({ method: 'POST', body: 'x' })),
  'POST to 303': get('/303', () => ({ method: 'POST', body: 'x' })),
  'PUT to 302': get('/302', () => ({ method: 'PUT', body: 'x' })),
  'POST to 307': get('/307', () => ({ method: 'POST', body: 'x' })),
  'POST of a stream to 307': get(
    '/307',
    () => ({ method: 'POST', body: stream('x'), duplex: 'half' }) as never,
  ),
  'POST of a stream to 303': get(
    '/303',
    () => ({ method: 'POST', body: stream('x'), duplex: 'half' }) as never,
  ),
  'HEAD to 303': get('/303', () => ({ method: 'HEAD' })),
  'redirect: manual': get('/302', () => ({ redirect: 'manual' })),
  'redirect: error': get('/302', () => ({ redirect: 'error' })),
  'credentials: omit': get('/echo', () => ({ credentials: 'omit' })),
  'credentials: include': get('/echo', () => ({ credentials: 'include' })),
  'cache: no-store': get('/echo', () => ({ cache: 'no-store' }) as never),
  'cache: only-if-cached': get('/echo', () => ({ cache: 'only-if-cached' }) as never),
  'mode: no-cors': get('/echo', () => ({ mode: 'no-cors' })),
  'mode: navigate': get('/echo', () => ({ mode: 'navigate' })),
  'a referrer': get('/echo', () => ({ referrer: 'http://example.test/a' })),
  'integrity that fits': get('/json', () => ({
    integrity: 'sha256-fEQ7vNgt6mYjSMpf7yqXJqODtBGjmUvHfYGvPHxJMDs=',
  })),
  'integrity that does not': get('/json', () => ({ integrity: 'sha256-AAAA' })),
  keepalive: get('/echo', () => ({ keepalive: true })),
  'a Request': async (fetch, origin) => {
    const request = new Request(`${origin}/echo`, {
      method: 'PUT',
      body: 'x',
      headers: { 'x-a': 'b' },
    });
    const response = await fetch(request);
    return [await seen(response, origin), request.bodyUsed];
  },
  'a Request whose init is given too': async (fetch, origin) => {
    const request = new Request(`${origin}/echo`, { method: 'PUT', body: 'x' });
    return seen(await fetch(request, { method: 'POST', body: 'y' }), origin);
  },
  'a Request with a referrer': async (fetch, origin) => {
    const request = new Request(`${origin}/echo`, { referrer: 'http://example.test/a' });
    return seen(await fetch(request), origin);
  },
  'a Request that omits credentials': async (fetch, origin) =>
    seen(await fetch(new Request(`${origin}/echo`, { credentials: 'omit' })), origin),
  'a Request that was used': async (fetch, origin) => {
    const request = new Request(`${origin}/echo`, { method: 'PUT', body: 'x' });
    await request.text();
    return fetch(request);
  },
  'a URL object': async (fetch, origin) => seen(await fetch(new URL('/json', origin)), origin),
  'a URL with a user': async (fetch, origin) => fetch(origin.replace('//', '//user:pass@')),
  'no URL': async (fetch) => fetch('nowhere'),
  ftp: async (fetch) => fetch('ftp://127.0.0.1/'),
  'data:': async (fetch) => seen(await fetch('data:text/plain,hello'), ''),
  'about:blank': async (fetch) => fetch('about:blank'),
  'a port that is refused': async (fetch) => fetch('http://127.0.0.1:6000/'),
  'a server that is not there': async (fetch) => fetch('http://127.0.0.1:1/'),
  'clone()': async (fetch, origin) => {
    const response = await fetch(`${origin}/long`);
    const copy = response.clone();
    return [(await response.text()).length, (await copy.text()).length, copy.url === response.url];
  },
  'a body that is read in parts': async (fetch, origin) => {
    const response = await fetch(`${origin}/long`);
    let length = 0;
    for await (const part of response.body as never as AsyncIterable<Uint8Array>)
      length += part.length;
    return length;
  },
  'a body that is cancelled': async (fetch, origin) => {
    const response = await fetch(`${origin}/long`);
    await response.body?.cancel();
    return [response.bodyUsed, seen(await fetch(`${origin}/json`), origin)];
  },
  'a body that is read twice': async (fetch, origin) => {
    const response = await fetch(`${origin}/json`);
    await response.text();
    return response.text();
  },
  'json()': async (fetch, origin) => (await fetch(`${origin}/json`)).json(),
  'json() of text': async (fetch, origin) => (await fetch(`${origin}/text`)).json(),
  'bytes()': async (fetch, origin) => [
    ...new Uint8Array(await (await fetch(`${origin}/bytes`)).arrayBuffer()),
  ],
  'blob()': async (fetch, origin) => {
    const blob = await (await fetch(`${origin}/text`)).blob();
    return [blob.size, blob.type];
  },
  'formData()': async (fetch, origin) => [...(await (await fetch(`${origin}/form`)).formData())],
  'getSetCookie()': async (fetch, origin) =>
    (await fetch(`${origin}/cookies`)).headers.getSetCookie(),
  'headers that cannot be changed': async (fetch, origin) =>
    (await fetch(`${origin}/json`)).headers.append('x-a', 'b'),
  'the class of the response': async (fetch, origin) => {
    const response = await fetch(`${origin}/json`);
    return [response instanceof Response, String(response), response.headers instanceof Headers];
  },
  'a signal that has aborted': async (fetch, origin) =>
    fetch(`${origin}/echo`, { signal: AbortSignal.abort() }),
  'a signal with a reason': async (fetch, origin) =>
    fetch(`${origin}/echo`, { signal: AbortSignal.abort(new RangeError('enough')) }),
  'a signal that aborts': async (fetch, origin) => {
    const controller = new AbortController();
    const answer = fetch(`${origin}/hang`, { signal: controller.signal });
    setImmediate(() => controller.abort('a text'));
    return answer;
  },
  'a signal that aborts while the body is read': async (fetch, origin) => {
    const controller = new AbortController();
    const response = await fetch(`${origin}/long`, { signal: controller.signal });
    const text = response.text();
    controller.abort(new RangeError('enough'));
    return text;
  },
  'a signal that is a timeout': async (fetch, origin) =>
    fetch(`${origin}/hang`, { signal: AbortSignal.timeout(1) }),
  'a signal that is none': get('/echo', () => ({ signal: {} as never })),
  'init that is none': async (fetch, origin) => fetch(`${origin}/echo`, 1 as never),
  'no argument': async (fetch) => (fetch as () => Promise<unknown>)(),
};

/** A result as it can be compared: errors by their classes, texts and the class of the cause. */
async function outcome(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return { value: await run() };
  } catch (error) {
    if (!(error instanceof Error)) return { thrown: error };
    const { name, message, cause } = error;
    return { name, message, hasCause: cause instanceof Error };
  }
}

describe.skipIf(!providerInstalled)('the fetch of a client does what that of Node does', () => {
  let origin = '';
  const server = createServer(async (request, response) => {
    const answer = paths[new URL(request.url ?? '', 'http://a').pathname] ?? send(404);
    await answer(request, response);
  });

  beforeAll(async () => {
    // Wine 8 does not connect a socket that has TCP's keep-alive set, as those of Node's own dispatcher.
    undici.setGlobalDispatcher(new undici.Agent({ connect: { keepAlive: false }, allowH2: false }));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });

  test('in more than 60 cases', () => {
    expect(Object.keys(cases).length).toBeGreaterThan(60);
  });

  test.each(Object.entries(cases))('%s', async (_, run) => {
    using client = new NegotiateClient({ package: 'TestKerberos', allowedOrigins: [origin] });
    const ours = await outcome(() => run(client.fetch.bind(client) as Fetch, origin));
    const nodes = await outcome(() => run(fetch as Fetch, origin));
    expect(ours).toEqual(nodes);
  });
});
