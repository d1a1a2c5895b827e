import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import { type ClientOptions, NegotiateClient, negotiateFetch } from 'winsspi/http';
import { HttpServer, tlsFiles } from '../harness/support/http.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilNothingIsAlive,
} from '../harness/support/provider.js';
import { asking, scripted } from '../harness/support/scripted-server.js';

const handshakeError = expect.objectContaining({ code: 'ERR_SSPI_HTTP_HANDSHAKE' });

const urlOf = ({ port }: HttpServer) => `http://127.0.0.1:${port}/`;

const whoever = { package: 'TestKerberos' };

/** fetch() wraps what fails in a TypeError. */
const caused = (error: unknown) =>
  expect.objectContaining({ name: 'TypeError', message: 'fetch failed', cause: error });

describe.skipIf(!providerInstalled)('negotiateFetch', () => {
  checkProviderAfterEach();

  test.each(['TestKerberos', 'TestNtlm'] as const)('gets in with %s', async (name) => {
    const server = await HttpServer.listen({ package: name }, (_, { method, url }) => [
      method,
      url,
    ]);
    const response = await negotiateFetch(`${urlOf(server)}path?query#hash`, {
      method: 'PUT',
      body: 'body',
      negotiate: { package: name },
    });
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.ok, response.redirected]).toEqual([200, true, false]);
    expect(response.url).toBe(`${urlOf(server)}path?query`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(['PUT', '/path?query']);
    await server.close();
    await untilNothingIsAlive();
  });

  test('asks for the service of the host, or for what it is told', async () => {
    const server = await HttpServer.listen({ package: 'TestKerberos' });
    const targets = async (targetName?: ClientOptions['targetName']) => {
      const negotiate = { ...whoever, ...(targetName && { targetName }) };
      await (await negotiateFetch(urlOf(server), { negotiate })).text();
      return callsOf('InitializeSecurityContext').at(-1)?.target;
    };
    expect(await targets()).toBe('HTTP/127.0.0.1');
    expect(await targets('HTTP/web')).toBe('HTTP/web');
    expect(await targets(({ port }) => `HTTP/web:${port}`)).toBe(`HTTP/web:${server.port}`);
    await server.close();
    await untilNothingIsAlive();
  });

  test('gives the 401 of a server that asks for something else', async () => {
    await using server = await scripted((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="Negotiate"' }).end('no');
    });
    const response = await negotiateFetch(server.origin, { negotiate: whoever });
    expect([response.status, await response.text()]).toEqual([401, 'no']);
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
  });

  test('gives the 401 of a server that refuses the token, and asks no further', async () => {
    await using server = await scripted(asking);
    const response = await negotiateFetch(server.origin, { negotiate: whoever });
    expect([response.status, await response.text()]).toEqual([401, 'no']);
    expect(server.requests.length).toBe(2);
    await untilNothingIsAlive();
  });

  const proofs: [string, Record<string, string>, unknown][] = [
    ['no token', {}, handshakeError],
    ['a token of somebody else', { 'WWW-Authenticate': 'Negotiate AAAA' }, invalid()],
    ['a token that is no base64', { 'WWW-Authenticate': 'Negotiate A' }, handshakeError],
    ['the token of another scheme', { 'WWW-Authenticate': 'NTLM AAAA' }, handshakeError],
  ];
  test.each(proofs)('is not content with a 200 with %s', async (_, headers, expected) => {
    await using server = await scripted((request, response) => {
      if (!request.headers.authorization) return asking(request, response as never);
      response.writeHead(200, headers).end('welcome');
    });
    await expect(negotiateFetch(server.origin, { negotiate: whoever })).rejects.toEqual(
      caused(expected),
    );
    await untilNothingIsAlive();
  });

  test('is not content with a 407 where no proxy was named', async () => {
    await using server = await scripted((request, response) => {
      if (!request.headers.authorization) return asking(request, response as never);
      response.writeHead(407).end('welcome');
    });
    const response = negotiateFetch(server.origin, { negotiate: whoever });
    await expect(response).rejects.toEqual(caused(handshakeError));
    await untilNothingIsAlive();
  });

  test('fails where the server switches to a protocol that nobody has asked for', async () => {
    await using server = await scripted((_, response) => {
      response.writeHead(101, { Connection: 'Upgrade', Upgrade: 'x' }).end();
    });
    const response = negotiateFetch(server.origin, { negotiate: whoever });
    await expect(response).rejects.toEqual(caused(handshakeError));
  });

  test('gives up where the server never has enough', async () => {
    provider.behave('tokens', 100);
    const inbound = await Credentials.acquire({ package: 'TestScript', use: 'both' });
    const server = await HttpServer.listen({ credentials: inbound });
    const negotiate = { credentials: inbound };
    await expect(negotiateFetch(urlOf(server), { negotiate })).rejects.toEqual(
      caused(handshakeError),
    );
    await server.close();
    inbound.close();
    await untilNothingIsAlive();
  });

  test('gives up where the connection closes in the middle of a second handshake too', async () => {
    const server = await HttpServer.listen({ package: 'TestNtlm' });
    let connections = 0;
    server.server.on('connection', () => {
      connections += 1;
    });
    server.server.prependListener('request', (request, response) => {
      if (request.headers.authorization) response.setHeader('Connection', 'close');
    });
    const negotiate = { package: 'TestNtlm' };
    await expect(negotiateFetch(urlOf(server), { negotiate })).rejects.toMatchObject({
      cause: {
        code: 'ERR_SSPI_HTTP_HANDSHAKE',
        message: 'The server closed the connection in the middle. The handshake is void',
      },
    });
    expect(connections).toBe(2);
    await server.close();
    await untilNothingIsAlive();
  });

  test('goes to another connection where the first one closes before the handshake', async () => {
    const server = await HttpServer.listen({ package: 'TestNtlm' });
    server.server.prependListener('request', (request, response) => {
      if (!request.headers.authorization) response.setHeader('Connection', 'close');
    });
    const response = await negotiateFetch(urlOf(server), { negotiate: { package: 'TestNtlm' } });
    expect(response.status).toBe(200);
    await response.text();
    await server.close();
    await untilNothingIsAlive();
  });
});

describe.skipIf(!providerInstalled)('a body', () => {
  checkProviderAfterEach();

  test.each<[string, () => RequestInit['body'], string]>([
    ['text', () => 'text', 'text'],
    ['bytes', () => Buffer.from('bytes'), 'bytes'],
    ['parameters', () => new URLSearchParams({ a: 'b' }), 'a=b'],
    ['a Blob', () => new Blob(['blob']), 'blob'],
  ])('of %s is sent with each leg', async (_, body, expected) => {
    const bodies: string[] = [];
    const server = await HttpServer.listen({ package: 'TestNtlm' });
    server.server.prependListener('request', async (request: IncomingMessage) => {
      let text = '';
      for await (const part of request.setEncoding('utf8')) text += part;
      bodies.push(text);
    });
    const negotiate = { package: 'TestNtlm' };
    const init = { method: 'POST', body: body() as never, negotiate };
    await (await negotiateFetch(urlOf(server), init)).text();
    expect(bodies).toEqual([expected, expected, expected]);
    await server.close();
    await untilNothingIsAlive();
  });

  test('that is a stream is sent again up to a limit', async () => {
    await using server = await scripted((received, response) => {
      received.resume().once('end', () => asking(received, response as never));
    });
    const post = (maxReplayBodySize: number) => {
      const body = Readable.toWeb(Readable.from([Buffer.from('a'), Buffer.from('b')]));
      const negotiate = { ...whoever, maxReplayBodySize };
      const init = { method: 'POST', body, duplex: 'half', negotiate };
      return negotiateFetch(server.origin, init as never);
    };
    const response = await post(2);
    expect([response.status, await response.text()]).toEqual([401, 'no']);
    await expect(post(1)).rejects.toEqual(
      caused(expect.objectContaining({ code: 'ERR_SSPI_HTTP_BODY' })),
    );
  });
});

describe.skipIf(!providerInstalled)('a redirect', () => {
  checkProviderAfterEach();

  /** Two servers: the first lets clients in and sends them to the second, which asks too. */
  async function two(status = 302) {
    const second = await HttpServer.listen(
      { package: 'TestKerberos' },
      (_, { method, headers }) => ({
        method,
        cookie: headers.cookie ?? null,
      }),
    );
    const first = await HttpServer.listen({ package: 'TestKerberos' });
    first.server.prependListener('request', (_, response) => {
      response.end = new Proxy(response.end, {
        apply(end, self, args) {
          if (self.statusCode === 200) self.writeHead(status, { Location: urlOf(second) });
          return Reflect.apply(end, self, self.statusCode === 401 ? args : []);
        },
      });
    });
    return {
      first,
      second,
      async [Symbol.asyncDispose]() {
        await first.close();
        await second.close();
        await untilNothingIsAlive();
      },
    };
  }

  test('elsewhere is followed without credentials and cookies', async () => {
    await using servers = await two();
    const response = await negotiateFetch(urlOf(servers.first), {
      headers: { cookie: 'a=b' },
      negotiate: whoever,
    });
    expect([response.status, response.redirected]).toEqual([401, true]);
    expect(response.url).toBe(urlOf(servers.second));
    await response.text();
    expect(callsOf('AcceptSecurityContext').length).toBe(1);
  });

  test('to an origin that is allowed is authenticated anew', async () => {
    await using servers = await two(303);
    const [first, second] = [urlOf(servers.first), urlOf(servers.second)];
    const negotiate = { ...whoever, allowedOrigins: [first, second] };
    const init = { method: 'POST', body: 'x', headers: { cookie: 'a=b' }, negotiate };
    const response = await negotiateFetch(first, init);
    expect(await response.json()).toEqual({ method: 'GET', cookie: null });
  });

  test('with 307 keeps the method', async () => {
    await using servers = await two(307);
    const negotiate = { ...whoever, allowedOrigins: [urlOf(servers.first), urlOf(servers.second)] };
    const init = { method: 'POST', body: 'x', negotiate };
    const response = await negotiateFetch(urlOf(servers.first), init);
    expect(await response.json()).toMatchObject({ method: 'POST' });
  });

  test('is the response where it is not to be followed, or an error', async () => {
    await using servers = await two();
    const first = urlOf(servers.first);
    const manual = await negotiateFetch(first, { redirect: 'manual', negotiate: whoever });
    expect([manual.status, manual.headers.get('location')]).toEqual([302, urlOf(servers.second)]);
    await manual.text();
    const error = negotiateFetch(first, { redirect: 'error', negotiate: whoever });
    await expect(error).rejects.toEqual(caused(expect.any(Error)));
  });
});

describe.skipIf(!providerInstalled)('NegotiateClient', () => {
  checkProviderAfterEach();

  test('authenticates a connection once, and opens one more for what comes at the same time', async () => {
    const server = await HttpServer.listen({ package: 'TestNtlm' });
    let connections = 0;
    server.server.on('connection', () => {
      connections += 1;
    });
    const client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins: [urlOf(server)] });
    const get = async () => (await client.fetch(urlOf(server))).text();
    for (let i = 0; i < 3; i++) await get();
    expect([connections, callsOf('AcceptSecurityContext').length]).toEqual([1, 2]);
    await Promise.all([get(), get()]);
    expect([connections, callsOf('AcceptSecurityContext').length]).toEqual([2, 4]);
    client.close();
    await server.close();
    await untilNothingIsAlive();
  });

  test('goes on after the server has closed an idle connection', async () => {
    const server = await HttpServer.listen({ package: 'TestNtlm' });
    const client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins: [urlOf(server)] });
    for (let i = 0; i < 3; i++) {
      expect((await client.fetch(urlOf(server))).status).toBe(200);
      server.server.closeAllConnections();
    }
    client.close();
    await server.close();
    await untilNothingIsAlive();
  });

  test('ends with the reason of the signal, and leaves nothing behind', async () => {
    const server = await HttpServer.listen({ package: 'TestKerberos' });
    const client = new NegotiateClient({ ...whoever, allowedOrigins: [urlOf(server)] });
    const controller = new AbortController();
    const reason = new Error('enough');
    provider.hold('AcceptSecurityContext');
    const response = client.fetch(urlOf(server), { signal: controller.signal });
    const refused = expect(response).rejects.toBe(reason);
    while (callsOf('AcceptSecurityContext').length === 0) await new Promise(setImmediate);
    controller.abort(reason);
    await refused;
    provider.release('AcceptSecurityContext');
    client.close();
    await expect(client.fetch(urlOf(server))).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_CLOSED',
      message: 'The client was closed',
    });
    await server.close();
    await untilNothingIsAlive();
  });

  test('tries again to get credentials that it could not get', async () => {
    const server = await HttpServer.listen({ package: 'TestKerberos' });
    const client = new NegotiateClient({ ...whoever, allowedOrigins: [urlOf(server)] });
    const SEC_E_SECPKG_NOT_FOUND = 0x80090305;
    provider.fail('AcquireCredentialsHandle', SEC_E_SECPKG_NOT_FOUND);
    await expect(client.fetch(urlOf(server))).rejects.toMatchObject({
      cause: { name: 'PackageNotFoundError' },
    });
    expect(await (await client.fetch(urlOf(server))).json()).toMatchObject(whoever);
    client.close();
    await server.close();
    await untilNothingIsAlive();
  });

  test('binds every leg to the TLS connection, and none where it is told so', async () => {
    const tls = { ca: tlsFiles.cert, checkServerIdentity: () => undefined };
    const SECBUFFER_CHANNEL_BINDINGS = 14;
    const bound = async (channelBindings: boolean) => {
      const extendedProtection = channelBindings ? 'require' : 'off';
      const options = { package: 'TestNtlm', extendedProtection } as const;
      const server = await HttpServer.listen(options, undefined, { tls: true });
      const before = callsOf('InitializeSecurityContext').length;
      const negotiate = { package: 'TestNtlm', tls, channelBindings };
      const response = await negotiateFetch(`https://127.0.0.1:${server.port}/`, { negotiate });
      await response.text();
      await server.close();
      await untilNothingIsAlive();
      const legs = callsOf('InitializeSecurityContext').slice(before);
      const isBound = legs.map(({ buffers }) =>
        buffers.some(({ type }) => type === SECBUFFER_CHANNEL_BINDINGS),
      );
      return [response.status, ...isBound];
    };
    expect(await bound(true)).toEqual([200, true, true]);
    expect(await bound(false)).toEqual([200, false, false]);
  });

  test.each([
    ['an unknown key', { origins: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown scheme', { schemes: ['Basic'] }, 'ERR_INVALID_ARG_VALUE'],
    ['no scheme', { schemes: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['NTLM without NTLM', { schemes: ['NTLM'], ntlm: false }, 'ERR_INVALID_ARG_VALUE'],
    [
      'a package for two schemes',
      { schemes: ['Negotiate', 'NTLM'], package: 'x' },
      'ERR_INVALID_ARG_VALUE',
    ],
    ['no allowed origins', { allowedOrigins: undefined }, 'ERR_INVALID_ARG_TYPE'],
    ['an empty list', { allowedOrigins: [] }, 'ERR_INVALID_ARG_VALUE'],
    [
      'a wildcard that is all of a name',
      { allowedOrigins: ['https://*'] },
      'ERR_INVALID_ARG_VALUE',
    ],
    ['a wildcard within a name', { allowedOrigins: ['https://a*.b'] }, 'ERR_INVALID_ARG_VALUE'],
    ['a misspelt flag', { flags: { mutualAuthentificaton: true } }, 'ERR_INVALID_ARG_VALUE'],
    ['a host in place of an origin', { allowedOrigins: ['intranet'] }, 'ERR_INVALID_ARG_VALUE'],
    ['an origin with a path', { allowedOrigins: ['https://a/b'] }, 'ERR_INVALID_ARG_VALUE'],
    ['an origin with a user', { allowedOrigins: ['https://u@a'] }, 'ERR_INVALID_ARG_VALUE'],
    ['credentials of another kind', { credentials: {} }, 'ERR_INVALID_ARG_TYPE'],
    ['no connections', { connections: 0 }, 'ERR_OUT_OF_RANGE'],
    ['a connection that is never idle', { idleTimeout: 0 }, 'ERR_OUT_OF_RANGE'],
    ['a negative body', { maxReplayBodySize: -1 }, 'ERR_OUT_OF_RANGE'],
  ])('refuses %s', (_, options, code) => {
    const given = { allowedOrigins: ['http://a'], ...options } as never;
    expect(() => new NegotiateClient(given)).toThrow(expect.objectContaining({ code }));
  });
});

describe.skipIf(!lab)(`our client and our server (${needsDomain})`, () => {
  test('meet where extended protection is required, and not without channel bindings', async () => {
    const { packages, users } = theLab();
    for (const name of Object.values(packages)) {
      const options = { package: name, extendedProtection: 'require' } as const;
      await using server = await HttpServer.listen(options, undefined, { tls: true });
      const url = `https://localhost:${server.port}/`;
      const tls = { ca: tlsFiles.cert, checkServerIdentity: () => undefined };
      const ask = async (channelBindings: boolean) => {
        const negotiate = { package: name, identity: users.bob, tls, channelBindings };
        const response = await negotiateFetch(url, { negotiate });
        return [response.status, await response.text()];
      };
      const [status, text] = await ask(true);
      expect([status, JSON.parse(text as string).name]).toEqual([200, 'CORP\\bob']);
      expect((await ask(false))[0]).toBe(401);
    }
  });

  test('keep sixty clients of four users apart, on connections that stay', async () => {
    const { packages, users } = theLab();
    await using server = await HttpServer.listen({ package: packages.Negotiate });
    const url = `http://localhost:${server.port}/`;
    const people = ['alice', 'bob', 'sensitive', 'websvc'] as const;
    const all = Array.from({ length: 60 }, async (_, index) => {
      const user = people[index % people.length] as (typeof people)[number];
      const options = { package: packages.Negotiate, identity: users[user] };
      using client = new NegotiateClient({ ...options, allowedOrigins: [url] });
      for (let i = 0; i < 3; i++) {
        const answer = await (await client.fetch(url)).json();
        expect(answer).toEqual({ name: `CORP\\${user}`, package: 'Kerberos' });
      }
    });
    await Promise.all(all);
    expect(server.authenticator.handshakes).toBe(0);
  });
});

function invalid() {
  return expect.objectContaining({ name: 'InvalidTokenError' });
}
