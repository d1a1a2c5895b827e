import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { createServer as createTlsServer, request as tlsRequest } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  type ClientOptions,
  NegotiateAgent,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
  type ProxyOptions,
} from 'winsspi/http';
import { HttpServer, tlsFiles } from '../harness/support/http.js';
import { withoutFetch } from '../harness/support/http-clients.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { callsOf, checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { ProxyServer } from '../harness/support/proxy-server.js';
import { scripted } from '../harness/support/scripted-server.js';

const tls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };

type Options = Partial<ClientOptions>;
type Answer = [status: number | undefined, text: string, proxyUser?: string | null];

/** Posts texts to a URL, one after the other, on as few connections as there can be. */
type Client = (url: string, bodies: string[], options: Options) => Promise<Answer[]>;

async function inOrder(bodies: string[], post: (body: string) => Promise<Answer>) {
  const answers: Answer[] = [];
  for (const body of bodies) answers.push(await post(body));
  return answers;
}

const clients: Record<string, Client> = {
  async NegotiateClient(url, bodies, options) {
    const settings = { tls, allowedOrigins: [new URL(url).origin], ...options };
    using client = new NegotiateClient(settings);
    return await inOrder(bodies, (body) =>
      withoutFetch(async () => {
        const response = await client.fetch(url, { method: 'POST', body });
        return [response.status, await response.text(), response.headers.get('x-proxy-user')];
      }),
    );
  },
  async NegotiateAgent(url, bodies, options) {
    const settings = { tls, allowedOrigins: [new URL(url).origin], ...options };
    const isTls = url.startsWith('https:');
    const agent = isTls ? new NegotiateHttpsAgent(settings) : new NegotiateAgent(settings);
    try {
      return await inOrder(bodies, async (body) => {
        const sent = (isTls ? tlsRequest : request)(url, { agent, method: 'POST' });
        const [response] = (await once(sent.end(body), 'response')) as [IncomingMessage];
        let text = '';
        for await (const part of response.setEncoding('utf8')) text += part;
        const user = response.headers['x-proxy-user'];
        return [response.statusCode, text, (user as string | undefined) ?? null];
      });
    } finally {
      agent.destroy();
    }
  },
  async negotiateDispatcher(url, bodies, options) {
    const settings = { tls, allowedOrigins: [new URL(url).origin], ...options };
    const dispatcher = negotiateDispatcher(undici, { ...settings, connections: 1 });
    try {
      return await inOrder(bodies, async (body) => {
        const answer = await undici.request(url, { method: 'POST', body, dispatcher });
        const user = answer.headers['x-proxy-user'];
        return [answer.statusCode, await answer.body.text(), (user as string | undefined) ?? null];
      });
    } finally {
      await dispatcher.close();
    }
  },
};

async function codeOf(answers: Promise<unknown>): Promise<{ code?: string; message: string }> {
  return await answers.then(
    (value) => ({ message: `no error: ${JSON.stringify(value)}` }),
    (error) => error,
  );
}

describe.skipIf(!providerInstalled).each(Object.entries(clients))('%s, by a proxy', (name, ask) => {
  checkProviderAfterEach();

  const origin = ({ port }: HttpServer, scheme = 'http') => `${scheme}://127.0.0.1:${port}`;
  const echo = async (_: unknown, received: IncomingMessage) => {
    let text = '';
    for await (const part of received.setEncoding('utf8')) text += part;
    return [received.url, text];
  };

  test.each(['TestKerberos', 'TestNtlm'])('that wants %s is asked for whole URLs', async (name) => {
    await using proxy = await ProxyServer.listen(name);
    await using server = await scripted((received, response) => received.pipe(response));
    const url = `${server.origin}/path?query`;
    const answers = await ask(url, ['a', 'b'], { package: name, proxy: proxy.url });
    expect(answers).toEqual([
      [200, 'a', null],
      [200, 'b', null],
    ]);
    expect(proxy.connections).toBe(1);
    expect(new Set(proxy.requests.map(({ line }) => line))).toEqual(new Set([`POST ${url}`]));
    // Nothing of it goes further.
    for (const { headers } of server.requests) {
      expect(headers['proxy-authorization']).toBeUndefined();
      expect(headers.host).toBe(new URL(url).host);
    }
  });

  test.each(['TestKerberos', 'TestNtlm'])(
    'that wants %s opens a tunnel, whose legs are on one connection',
    async (name) => {
      await using proxy = await ProxyServer.listen(name);
      await using server = await HttpServer.listen(
        { package: 'TestNtlm', extendedProtection: 'require' },
        echo,
        { tls: true },
      );
      const url = `${origin(server, 'https')}/path`;
      const options = { package: 'TestNtlm', proxy: { url: proxy.url, package: name } };
      const answers = await ask(url, ['a', 'b'], options);
      expect(answers.map(([status, text]) => [status, JSON.parse(text)])).toEqual([
        [200, ['/path', 'a']],
        [200, ['/path', 'b']],
      ]);
      expect(proxy.connections).toBe(1);
      const legs = name === 'TestNtlm' ? 3 : 2;
      const line = `CONNECT 127.0.0.1:${server.port}`;
      expect(proxy.requests.map((sent) => sent.line)).toEqual(Array(legs).fill(line));
      const authorizations = proxy.requests.map(({ headers }) => headers.authorization);
      expect(authorizations).toEqual(Array(legs).fill(undefined));
    },
  );

  test('is authenticated to beside the server, each with its own name', async () => {
    await using proxy = await ProxyServer.listen('TestNtlm');
    await using server = await HttpServer.listen({ package: 'TestKerberos' }, echo);
    const forProxy = { url: proxy.url, package: 'TestNtlm', targetName: 'HTTP/proxy' };
    const options = { package: 'TestKerberos', proxy: forProxy };
    const [answer] = await ask(origin(server), ['a'], options);
    expect(answer?.slice(0, 2)).toEqual([200, '["/","a"]']);
    const targets = new Set(callsOf('InitializeSecurityContext').map(({ target }) => target));
    expect(targets).toEqual(new Set(['HTTP/proxy', 'HTTP/127.0.0.1']));
  });

  test.each<[string, (token: string, leg: number) => string]>([
    [
      'in chunks',
      (token) =>
        `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\nTransfer-Encoding: chunked\r\n\r\n` +
        '2;x=y\r\nno\r\n1\r\n!\r\n0\r\nX: y\r\n\r\n',
    ],
    [
      'that closes the connection before the handshake',
      (token, leg) =>
        `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\n${leg === 0 ? 'Connection: close\r\n' : ''}` +
        'Content-Length: 2\r\n\r\nno',
    ],
    [
      'without a body',
      (token) =>
        `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\nContent-Length: 0\r\n\r\n`,
    ],
  ])('may refuse a tunnel with an answer %s', async (_, refusal) => {
    await using proxy = await ProxyServer.listen('TestNtlm', { refusal });
    await using server = await HttpServer.listen({ package: 'TestNtlm' }, echo, { tls: true });
    const options = { package: 'TestNtlm', proxy: proxy.url };
    const [answer] = await ask(origin(server, 'https'), ['a'], options);
    expect(answer?.slice(0, 2)).toEqual([200, '["/","a"]']);
  });

  test.each<[string, (token: string, leg: number) => string, object]>([
    [
      'that closes the connection between the legs',
      (token) =>
        `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\nConnection: close\r\n\r\n`,
      { code: 'ERR_SSPI_HTTP_HANDSHAKE' },
    ],
    [
      'with chunks that are none',
      (token) =>
        `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\nTransfer-Encoding: chunked\r\n\r\nxy\r\n`,
      { code: 'ERR_SSPI_HTTP_HANDSHAKE' },
    ],
    [
      'that is too long',
      (token) =>
        `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\nContent-Length: 1048577\r\n\r\n`,
      { code: 'ERR_SSPI_HTTP_HANDSHAKE' },
    ],
    [
      'that asks for something else',
      () => 'HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm="Negotiate"\r\n\r\n',
      { code: 'ERR_SSPI_HTTP_PROXY', message: expect.stringContaining('answered 407 to CONNECT') },
    ],
    ['of 403', () => 'HTTP/1.1 403 No\r\n\r\n', { code: 'ERR_SSPI_HTTP_PROXY' }],
  ])('opens no tunnel after an answer %s', async (_, refusal, expected) => {
    await using proxy = await ProxyServer.listen('TestNtlm', { refusal });
    const options = { package: 'TestNtlm', proxy: proxy.url };
    expect(await codeOf(ask('https://127.0.0.1:444/', ['a'], options))).toMatchObject(expected);
  });

  test('is not the one that answers 407 within its tunnel', async () => {
    await using proxy = await ProxyServer.listen('TestNtlm');
    const server = createTlsServer({ ...tlsFiles, maxVersion: 'TLSv1.2' }, (received, response) => {
      received.resume();
      const status = received.headers.authorization ? 407 : 401;
      response.writeHead(status, { 'WWW-Authenticate': 'Negotiate' }).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const options = { package: 'TestNtlm', proxy: proxy.url };
    expect(await codeOf(ask(url, ['a'], options))).toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
      statusCode: 407,
    });
    server.closeAllConnections();
    server.close();
  });

  test('that asks for authentication without having been named gets none', async () => {
    await using server = await scripted((_, response) => {
      response.writeHead(407, { 'Proxy-Authenticate': 'Negotiate' }).end('no');
    });
    const options = { package: 'TestNtlm' } as Options;
    // fetch gives no 407.
    const answers = ask(server.origin, ['a'], options);
    if (name === 'NegotiateClient') await expect(answers).rejects.toThrow('The proxy answered 407');
    else expect(await answers).toEqual([[407, 'no', null]]);
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
  });

  test('is the only one that hears of the tunnel where it does not answer', async () => {
    const gone = await ProxyServer.listen('TestNtlm');
    const { url } = gone;
    await gone[Symbol.asyncDispose]();
    const options = { package: 'TestNtlm', proxy: url };
    for (const target of ['https://127.0.0.1:444/', 'http://127.0.0.1:444/']) {
      expect(await codeOf(ask(target, ['a'], options))).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });
});

describe.skipIf(!providerInstalled)('the dispatcher, by a proxy of https', () => {
  /** Asks for a URL without TLS. Which names were asked for and checked, and what came of it. */
  async function namesFor(host: string, url: string, options: ProxyOptions, forServers = {}) {
    const names: unknown[] = [];
    const server = createTlsServer({ ...tlsFiles, maxVersion: 'TLSv1.2' }, (received, response) => {
      names.push((received.socket as TLSSocket).servername);
      response.end(received.url);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const checkServerIdentity = (name: string) => {
      names.push(name);
      return undefined;
    };
    const proxy = { ...options, url: `https://${host}:${port}` };
    const dispatcher = negotiateDispatcher(undici, {
      allowedOrigins: ['http://elsewhere'],
      tls: forServers,
      proxy: { ...proxy, tls: { checkServerIdentity, ...options.tls } },
    });
    try {
      const { body } = await undici.request(url, { dispatcher });
      expect(await body.text()).toBe(url);
      return names;
    } finally {
      await dispatcher.destroy();
      server.close();
      server.closeAllConnections();
    }
  }
  const { ca } = tls;
  const url = 'http://intranet.test/path';

  test.each([
    ['its own', 'localhost', {}, ['localhost', 'localhost']],
    [
      'that of the options',
      'localhost',
      { servername: 'proxy.test' },
      ['proxy.test', 'proxy.test'],
    ],
    ['none in the handshake where it has an address', '127.0.0.1', {}, ['127.0.0.1', false]],
  ])('checks its certificate against its name: %s', async (_, host, added, names) => {
    expect(await namesFor(host, url, { url: '', tls: { ca, ...added } })).toEqual(names);
  });

  test('takes nothing about TLS from what is for the servers', async () => {
    const forServers = { rejectUnauthorized: false, servername: 'server.test', ca };
    expect(await namesFor('localhost', url, { url: '', tls: { ca } }, forServers)).toEqual([
      'localhost',
      'localhost',
    ]);
    const refused = namesFor('localhost', url, { url: '' }, forServers);
    await expect(refused).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  });
});

describe.skipIf(!providerInstalled)('the dispatcher, by a proxy that is silent', () => {
  test.each([
    ['at once', ''],
    [
      'in the middle of a refusal',
      'HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate\r\nContent-Length: 100\r\n\r\n',
    ],
  ])('%s waits no longer than it is told', async (_, said) => {
    const server = createTcpServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .write(said),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const closed = new Promise<void>((resolve) => {
      server.once('connection', (socket) => socket.once('close', () => resolve()));
    });
    const { port } = server.address() as AddressInfo;
    const dispatcher = negotiateDispatcher(undici, {
      allowedOrigins: ['https://intranet'],
      proxy: `http://127.0.0.1:${port}`,
      connectTimeout: 100,
    });
    expect(await codeOf(undici.request('https://intranet/', { dispatcher }))).toMatchObject({
      code: 'ERR_SSPI_HTTP_TIMEOUT',
      message: 'No connection to https://intranet within 100 ms',
    });
    await closed;
    await dispatcher.destroy();
    server.close();
  });
});

describe.skipIf(!providerInstalled)('the credentials for a proxy', () => {
  checkProviderAfterEach();

  const alice = { user: 'alice', domain: 'CORP', password: 'Passw0rd!' };
  const bob = { user: 'bob', domain: 'CORP', password: 'Passw0rd!' };

  test.each<[string, Partial<ProxyOptions>, string[]]>([
    ['has another package', { package: 'TestNtlm' }, ['TestNtlm alice']],
    ['has another identity', { identity: bob }, ['TestKerberos bob']],
    ['has another name alone', { targetName: 'HTTP/x' }, ['TestKerberos alice']],
  ])("are the client's in all else where the proxy %s", async (_, more, expected) => {
    const name = more.package ?? 'TestKerberos';
    await using proxy = await ProxyServer.listen(name);
    await using server = await scripted((__, response) => response.end('in'));
    const before = callsOf('AcquireCredentialsHandle').length;
    const options = { package: 'TestKerberos', identity: alice, allowedOrigins: [server.origin] };
    using client = new NegotiateClient({ ...options, proxy: { url: proxy.url, ...more } });
    expect(await (await client.fetch(server.origin)).text()).toBe('in');
    const calls = callsOf('AcquireCredentialsHandle').slice(before);
    expect(calls.map((call) => `${call.package} ${call.user}`)).toEqual(expected);
  });

  test("are asked for where the client's are of one package, and the proxy wants another", async () => {
    using credentials = await Credentials.acquire({ package: 'TestKerberos', use: 'outbound' });
    const allowedOrigins = ['http://a'];
    for (const more of [{ package: 'TestNtlm' }, { schemes: ['NTLM'] as const }]) {
      const proxy = { url: 'http://proxy', ...more };
      expect(() => new NegotiateClient({ allowedOrigins, credentials, proxy })).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARG_VALUE',
          message: expect.stringContaining('options.proxy.credentials'),
        }),
      );
    }
    new NegotiateClient({ allowedOrigins, credentials, proxy: 'http://proxy' }).close();
  });
});

describe.skipIf(!providerInstalled)('a tunnel that is being opened', () => {
  checkProviderAfterEach();

  test('ends with its client, also while the body of a refusal does not come', async () => {
    const refusal = (token: string) =>
      `HTTP/1.1 407 Who\r\nProxy-Authenticate: Negotiate${token}\r\nContent-Length: 9\r\n\r\n`;
    await using proxy = await ProxyServer.listen('TestNtlm', { refusal });
    const allowedOrigins = ['https://127.0.0.1:444'];
    const client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins, proxy: proxy.url });
    const refused = expect(client.fetch('https://127.0.0.1:444/')).rejects.toThrow();
    while (proxy.requests.length === 0) await new Promise(setImmediate);
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    client.close();
    await refused;
  });
});

describe('the options of a proxy', () => {
  test.each<[string, unknown, string]>([
    ['no URL', {}, 'ERR_INVALID_ARG_VALUE'],
    ['a host in place of a URL', 'proxy:3128', 'ERR_INVALID_ARG_VALUE'],
    ['a user in the URL', 'http://user:secret@proxy', 'ERR_INVALID_ARG_VALUE'],
    ['another protocol', 'socks5://proxy', 'ERR_INVALID_ARG_VALUE'],
    ['an unknown key', { url: 'http://proxy', user: 'x' }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown scheme', { url: 'http://proxy', schemes: ['Basic'] }, 'ERR_INVALID_ARG_VALUE'],
    [
      'credentials of another kind',
      { url: 'http://proxy', credentials: {} },
      'ERR_INVALID_ARG_TYPE',
    ],
  ])('are refused with %s', (_, proxy, code) => {
    expect(
      () => new NegotiateClient({ allowedOrigins: ['http://a'], proxy: proxy as never }),
    ).toThrow(expect.objectContaining({ code, message: expect.not.stringContaining('secret') }));
  });
});

describe.skipIf(!lab).each(Object.entries(clients))(`%s (${needsDomain})`, (name, ask) => {
  const bob = (): Options => ({
    package: theLab().packages.Negotiate,
    identity: theLab().users.bob,
  });
  const wrong = () => ({ ...theLab().users.bob, password: 'wrong' });
  const { http, https } = {
    http: (path: string) => `http://localhost:${theLab().apache.http}/${path}`,
    https: (path: string) => `https://localhost:${theLab().apache.https}/${path}`,
  };
  const apache = (): ProxyOptions => ({ url: `http://localhost:${theLab().apache.proxy}` });
  const secure = (): ProxyOptions => ({
    url: `https://localhost:${theLab().apache.secureProxy}`,
    tls,
  });
  const ntlm = (): ProxyOptions => ({
    url: `http://localhost:${theLab().httpPeer.port}`,
    package: theLab().packages.NTLM,
    schemes: ['NTLM'],
    identity: theLab().users.bob,
  });

  test.each([
    ['Apache', apache],
    ['Apache over TLS', secure],
  ])(
    'goes through %s with Kerberos, and into a server with Kerberos behind it',
    async (_, proxy) => {
      const options = { ...bob(), proxy: proxy() };
      const plain = await ask(http('kerberos'), ['a', 'b'], options);
      expect(plain).toEqual([
        [200, 'bob@CORP.TEST POST a', 'bob@CORP.TEST'],
        [200, 'bob@CORP.TEST POST b', 'bob@CORP.TEST'],
      ]);
      const tunnelled = await ask(https('kerberos'), ['a', 'b'], options);
      expect(tunnelled).toEqual([
        [200, 'bob@CORP.TEST POST a', null],
        [200, 'bob@CORP.TEST POST b', null],
      ]);
    },
  );

  test('goes through a proxy with NTLM, three legs on one connection', async () => {
    const options = { ...bob(), proxy: ntlm() };
    expect(await ask(http('open'), ['a', 'b'], options)).toEqual([
      [200, ' POST a', 'CORP\\bob'],
      [200, ' POST b', 'CORP\\bob'],
    ]);
    expect(await ask(https('kerberos'), ['a', 'b'], options)).toEqual([
      [200, 'bob@CORP.TEST POST a', null],
      [200, 'bob@CORP.TEST POST b', null],
    ]);
  });

  test('is refused by a proxy with a wrong password', async () => {
    const options = { ...bob(), proxy: { ...ntlm(), identity: wrong() } };
    const answers = ask(http('open'), ['a'], options);
    if (name === 'NegotiateClient') await expect(answers).rejects.toThrow('The proxy answered 407');
    else expect((await answers)[0]?.slice(0, 2)).toEqual([407, 'Who are you?']);
    expect(await codeOf(ask(https('open'), ['a'], options))).toMatchObject({
      code: 'ERR_SSPI_HTTP_PROXY',
      message: expect.stringMatching(
        /^The proxy answered 407 to CONNECT localhost:\d+\. It refused/,
      ),
    });
  });

  test('finds no proxy under a name that the domain does not know', async () => {
    const { Kerberos } = theLab().packages;
    const proxy = {
      ...apache(),
      package: Kerberos,
      identity: theLab().users.bob,
      targetName: 'HTTP/unknown.corp.test',
    };
    for (const url of [http('open'), https('open')]) {
      const error = await codeOf(ask(url, ['a'], { ...bob(), proxy }));
      expect(error).toMatchObject({ name: 'TargetUnknownError' });
    }
  });
});
