import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type ClientOptions, NegotiateAgent, NegotiateHttpsAgent } from 'winsspi/http';
import { HttpServer, tlsFiles } from '../harness/support/http.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilNothingIsAlive,
} from '../harness/support/provider.js';
import { asking, scripted } from '../harness/support/scripted-server.js';

const originOf = ({ port }: HttpServer) => `http://127.0.0.1:${port}`;

function agentFor(origin: string, options: Partial<ClientOptions> = {}): NegotiateAgent {
  return new NegotiateAgent({ package: 'TestKerberos', allowedOrigins: [origin], ...options });
}

async function answerTo(sent: ClientRequest) {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += part;
  return { status: response.statusCode, headers: response.headers, text, response };
}

function get(url: string, agent: Agent, headers = {}) {
  return answerTo(request(url, { agent, headers }).end());
}

describe.skipIf(!providerInstalled)('NegotiateAgent', () => {
  checkProviderAfterEach();

  test.each(['TestKerberos', 'TestNtlm'] as const)('gets in with %s', async (name) => {
    await using server = await HttpServer.listen({ package: name }, (_, request) => [
      request.method,
      request.url,
      request.headers['x-a'],
      request.headers.host,
    ]);
    const origin = originOf(server);
    using agent = agentFor(origin, { package: name });
    const answer = await get(`${origin}//path?query`, agent, { 'X-A': ['1', '2'] });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    const host = `127.0.0.1:${server.port}`;
    expect(JSON.parse(answer.text)).toEqual(['GET', '//path?query', '1, 2', host]);
  });

  test('authenticates a connection of NTLM once, and each request where the server wants it', async () => {
    for (const name of ['TestNtlm', 'TestKerberos'] as const) {
      await using server = await HttpServer.listen({ package: name });
      let connections = 0;
      server.server.on('connection', () => {
        connections += 1;
      });
      const origin = originOf(server);
      using agent = agentFor(origin, { package: name });
      const before = callsOf('AcceptSecurityContext').length;
      for (let i = 0; i < 3; i++) {
        expect((await get(origin, agent)).status).toBe(200);
      }
      expect(connections).toBe(1);
      const steps = callsOf('AcceptSecurityContext').length - before;
      expect(steps).toBe(name === 'TestKerberos' ? 3 : 2);
    }
    await untilNothingIsAlive();
  });

  test('opens no connections beyond maxSockets', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    let connections = 0;
    server.server.on('connection', () => {
      connections += 1;
    });
    const allowedOrigins = [originOf(server)];
    using agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins }, { maxSockets: 2 });
    const answers = Array.from({ length: 6 }, () => get(originOf(server), agent));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(connections).toBe(2);
  });

  test('gives no token to an origin that is not allowed', async () => {
    await using server = await HttpServer.listen({ package: 'TestKerberos' });
    using agent = agentFor('http://elsewhere');
    const { status, headers } = await get(originOf(server), agent);
    expect([status, headers['www-authenticate']]).toEqual([401, 'Negotiate, NTLM']);
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
  });

  test('sends a body with each leg, up to the length that it keeps', async () => {
    const bodies: string[] = [];
    // It answers when it has read the body.
    await using server = await HttpServer.listen({ package: 'TestNtlm' }, async (_, received) => {
      if (!received.readableEnded) await once(received, 'end');
    });
    server.server.prependListener('request', (received: IncomingMessage) => {
      let text = '';
      received.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      received.once('end', () => bodies.push(text));
    });
    const origin = originOf(server);
    using agent = agentFor(origin, { package: 'TestNtlm', maxReplayBodySize: 4 });
    const post = (length?: number) =>
      request(origin, {
        method: 'POST',
        agent,
        ...(length !== undefined && { headers: { 'content-length': length } }),
      });
    const refused = { code: 'ERR_SSPI_HTTP_BODY' };
    await expect(answerTo(post(5).end('abcde'))).rejects.toMatchObject(refused);
    bodies.length = 0;
    expect((await answerTo(post(4).end('abcd'))).status).toBe(200);
    expect(bodies).toEqual(['abcd', 'abcd', 'abcd']);
    // The connection is authenticated: nothing has to be sent twice.
    expect((await answerTo(Readable.from(['ab', 'cde']).pipe(post()))).status).toBe(200);
    expect(bodies.at(-1)).toBe('abcde');
  });

  test('passes on what is no 401: the response with its headers, status text and trailers', async () => {
    await using server = await scripted((received, response) => {
      response.sendDate = false;
      response.writeHead(418, 'Short', [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'Trailer',
        'X-T',
      ]);
      received.pipe(response);
      response.addTrailers({ 'X-T': 'end' });
    });
    using agent = agentFor(server.origin);
    const sent = request(server.origin, { method: 'POST', agent });
    const { status, headers, text, response } = await answerTo(sent.end('body'));
    expect([status, response.statusMessage, text]).toEqual([418, 'Short', 'body']);
    expect(headers['set-cookie']).toEqual(['a=1', 'b=2']);
    expect(headers.date).toBeUndefined();
    expect(response.trailers).toEqual({ 'x-t': 'end' });
  });

  test('fails as a socket does: where nobody listens, and where the connection breaks', async () => {
    const gone = await scripted(() => {});
    await gone[Symbol.asyncDispose]();
    using agent = agentFor(gone.origin);
    await expect(get(gone.origin, agent)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await using server = await scripted((_, response) => response.destroy());
    await expect(get(server.origin, agent)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test('gives up where the connection closes in the middle of a second handshake too', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    server.server.prependListener('request', (received, response) => {
      if (received.headers.authorization) response.setHeader('Connection', 'close');
    });
    using agent = agentFor(originOf(server), { package: 'TestNtlm' });
    await expect(get(originOf(server), agent)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
      message: 'The server closed the connection in the middle. The handshake is void',
    });
  });

  test('is not content with an answer that lacks the last token', async () => {
    await using server = await scripted((received, response) => {
      if (received.headers.authorization) response.end('welcome');
      else asking(received, response as never);
    });
    using agent = agentFor(server.origin);
    await expect(get(server.origin, agent)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
    });
  });

  test.each([
    ['kept', 10],
    ['not kept', 0],
  ])('ends a write before its body is sent on, where it is %s', async (_, maxReplayBodySize) => {
    await using server = await scripted((received, response) => received.pipe(response));
    using agent = agentFor(server.origin, { maxReplayBodySize });
    expect((await get(server.origin, agent)).status).toBe(200); // There is a connection from here on.
    const order: string[] = [];
    const noteSent = (message: unknown) => {
      const { request: started } = message as { request: { agent?: Agent } };
      if (started.agent !== agent) order.push('sent on');
    };
    subscribe('http.client.request.start', noteSent);
    try {
      const sent = request(server.origin, {
        method: 'POST',
        agent,
        headers: { 'content-length': 4 },
      });
      const answer = answerTo(sent);
      sent.write('body', () => setImmediate(() => order.push('a turn after the write')));
      expect((await answer).text).toBe('body');
      sent.end();
    } finally {
      unsubscribe('http.client.request.start', noteSent);
    }
    expect(order).toEqual(['a turn after the write', 'sent on']);
  });

  test('goes on after the server has closed an idle connection', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    using agent = agentFor(originOf(server), { package: 'TestNtlm' });
    for (let i = 0; i < 3; i++) {
      const sent = request(originOf(server), { agent }).end();
      const socket = once(sent, 'socket');
      expect((await answerTo(sent)).status).toBe(200);
      const closed = once((await socket)[0], 'close');
      server.server.closeAllConnections();
      await closed;
    }
  });

  test('ends a request that is destroyed or times out, and leaves nothing behind', async () => {
    const server = await HttpServer.listen({ package: 'TestKerberos' });
    const agent = agentFor(originOf(server));
    provider.hold('AcceptSecurityContext');
    const sent = request(originOf(server), { agent, timeout: 50 }).end();
    await once(sent, 'timeout');
    sent.destroy(new Error('enough'));
    const [error] = await once(sent, 'error');
    expect(error.message).toBe('enough');
    provider.release('AcceptSecurityContext');
    agent.destroy();
    await server.close();
    await untilNothingIsAlive();
  });

  test('lets no path name another host', async () => {
    await using server = await HttpServer.listen({ package: 'TestKerberos' });
    using agent = agentFor(originOf(server));
    const { hostname, port } = new URL(originOf(server));
    const to = (path: string) => answerTo(request({ hostname, port, path, agent }).end());
    await expect(to('@elsewhere/')).rejects.toMatchObject({ code: 'HPE_INVALID_URL' });
    await expect(to('http://elsewhere/')).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
  });

  test('binds every leg to the TLS connection, which it checks itself', async () => {
    const options = { package: 'TestNtlm', extendedProtection: 'require' } as const;
    await using server = await HttpServer.listen(options, undefined, { tls: true });
    const origin = `https://127.0.0.1:${server.port}`;
    const allowed = { package: 'TestNtlm', allowedOrigins: [origin] };
    using strict = new NegotiateHttpsAgent(allowed);
    const ask = (agent: Agent, more = {}) => answerTo(tlsRequest(origin, { agent, ...more }).end());
    await expect(ask(strict)).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    // As an option of the request, and of the agent.
    const tls = { ca: tlsFiles.cert, checkServerIdentity: () => undefined };
    expect((await ask(strict, tls)).status).toBe(200);
    using trusting = new NegotiateHttpsAgent({ ...allowed, tls });
    expect((await ask(trusting)).status).toBe(200);
    using unbound = new NegotiateHttpsAgent({ ...allowed, tls, channelBindings: false });
    expect((await ask(unbound)).status).toBe(401);
  });

  test('takes a large body both ways without keeping it in memory', async () => {
    await using server = await scripted((received, response) => received.pipe(response));
    using agent = agentFor(server.origin);
    const part = Buffer.alloc(0x10000, 'x');
    const sent = request(server.origin, { method: 'PUT', agent });
    Readable.from(Array(256).fill(part)).pipe(sent);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    await new Promise(setImmediate);
    expect(response.readableLength).toBeLessThan(0x100000);
    let length = 0;
    for await (const got of response) length += got.length;
    expect(length).toBe(256 * part.length);
  });

  test.each<[string, object | undefined, string]>([
    ['no options', undefined, 'ERR_INVALID_ARG_TYPE'],
    ['no allowed origins', { package: 'x' }, 'ERR_INVALID_ARG_TYPE'],
    ['an empty list', { allowedOrigins: [] }, 'ERR_INVALID_ARG_VALUE'],
    ['an unknown key', { allowedOrigins: ['http://a'], hosts: [] }, 'ERR_INVALID_ARG_VALUE'],
    [
      'a limit of connections',
      { allowedOrigins: ['http://a'], connections: 1 },
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      'one name for two origins',
      { allowedOrigins: ['http://a', 'http://b'], targetName: 'HTTP/a' },
      'ERR_INVALID_ARG_VALUE',
    ],
    [
      'a negative length',
      { allowedOrigins: ['http://a'], maxReplayBodySize: -1 },
      'ERR_OUT_OF_RANGE',
    ],
  ])('refuses %s', (_, options, code) => {
    for (const Kind of [NegotiateAgent, NegotiateHttpsAgent]) {
      expect(() => new Kind(options as never)).toThrow(expect.objectContaining({ code }));
    }
  });

  test.each([20, 60, 100, 150, 300])(
    'gives a late reader all of %i KiB, after the server has closed the connection',
    async (size) => {
      await using server = await scripted((_, response) => {
        response.setHeader('Connection', 'close');
        response.end(Buffer.alloc(size * 1024, 'x'));
      });
      using agent = agentFor(server.origin);
      const sent = request(server.origin, { agent }).end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
      let length = 0;
      for await (const got of response) length += got.length;
      expect(length).toBe(size * 1024);
    },
  );

  test.each<[string, object]>([
    ['a lookup', { lookup: () => {} }],
    ['an address of this machine', { localAddress: '127.0.0.1' }],
    ['a family', { family: 4 }],
  ])('refuses %s, of which its connections would know nothing', (_, options) => {
    const allowed = { allowedOrigins: ['http://a'] };
    using agent = new NegotiateAgent(allowed);
    using own = new NegotiateAgent(allowed, options);
    using secure = new NegotiateHttpsAgent(allowed, options);
    const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' });
    expect(() => request('http://a', { ...options, agent })).toThrow(refused);
    expect(() => request('http://a', { agent: own })).toThrow(refused);
    expect(() => tlsRequest('https://a', { agent: secure })).toThrow(refused);
  });

  test.each(['a@127.0.0.1', 'a/b', 'a#', 'a?', 'a\\b', 'a:b@c', ' '])(
    'refuses the host %o, which is none',
    (host) => {
      using agent = agentFor('http://a');
      expect(() => request({ host, agent })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    },
  );

  test('refuses a pipe in place of a host', async () => {
    using agent = agentFor('http://a');
    expect(() => request({ socketPath: '\\\\.\\pipe\\x', agent })).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });
});
