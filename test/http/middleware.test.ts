import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { connect as connect2, createServer as createServer2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  type AuthenticatedRequest,
  type AuthenticateFailure,
  Authenticator,
  type Middleware,
  negotiate,
  requireMember,
} from 'winsspi/http';
import { clientOf, HttpConnection } from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
} from '../harness/support/provider.js';

const SEC_E_SECPKG_NOT_FOUND = 0x80090305;

/** A server of these tests, and one connection to it. */
async function serve(listener: RequestListener) {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<NodeJS.EventEmitter>();
  server.on('connection', (socket) => sockets.add(socket));
  const connection = new HttpConnection({ server });
  return {
    connection,
    async [Symbol.asyncDispose]() {
      const closed = [...sockets].map((socket) => once(socket, 'close'));
      connection.close();
      server.close();
      await Promise.all(closed);
    },
  };
}

describe.skipIf(!providerInstalled)('negotiate', () => {
  checkProviderAfterEach();

  test('sets request.auth to the user, and calls next for no other request', async () => {
    const authenticator = new Authenticator({ package: 'TestNtlm' });
    const middleware = negotiate(authenticator);
    let past = 0;
    await using setting = await serve((request, response) =>
      middleware(request, response, () => {
        past += 1;
        response.end((request as AuthenticatedRequest).auth.package);
      }),
    );
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    using context = clientOf(credentials);
    expect((await setting.connection.get()).status).toBe(401);
    expect(past).toBe(0);
    const answer = await setting.connection.logOn(context);
    expect([answer.status, answer.text, past]).toEqual([200, 'TestNtlm', 1]);
    authenticator.close();
  });

  test('gives what is wrong with the server to next', async () => {
    const authenticator = new Authenticator({ package: 'TestKerberos' });
    authenticator.close();
    const middleware = negotiate(authenticator);
    await using setting = await serve((request, response) =>
      middleware(request, response, (error) => {
        response.writeHead(500).end(String(error));
      }),
    );
    const answer = await setting.connection.get({ authorization: 'Negotiate AAAA' });
    expect(answer.status).toBe(500);
    expect(answer.text).toBe('Error: The authenticator was closed');
    expect(authenticator.handshakes).toBe(0);
  });

  test('tries again to get credentials that it could not get', async () => {
    using authenticator = new Authenticator({ package: 'TestKerberos' });
    const middleware = negotiate(authenticator);
    await using setting = await serve((request, response) =>
      middleware(request, response, () => response.end('in')),
    );
    using credentials = await Credentials.acquire({ package: 'TestKerberos' });
    using first = clientOf(credentials);
    provider.fail('AcquireCredentialsHandle', SEC_E_SECPKG_NOT_FOUND);
    expect((await setting.connection.logOn(first)).status).toBe(503);
    expect(authenticator.handshakes).toBe(0);
    using second = clientOf(credentials);
    expect((await setting.connection.logOn(second)).text).toBe('in');
  });
});

/** A middleware after the other, and then an answer. */
function chain(...middlewares: Middleware[]): RequestListener {
  return (request, response) => {
    const left = [...middlewares];
    const next = (error?: unknown) => {
      if (error) return void response.writeHead(500).end(String(error));
      const middleware = left.shift();
      if (middleware) return middleware(request, response, next);
      return void response.end((request as AuthenticatedRequest).auth.package);
    };
    next();
  };
}

describe.skipIf(!providerInstalled)('the same Authenticator twice on a request', () => {
  checkProviderAfterEach();

  test.each(['TestKerberos', 'TestNtlm'])(
    'gives the same answer: a token of %s is checked once',
    async (name) => {
      const failures: string[] = [];
      using authenticator = new Authenticator({
        package: name,
        onAuthenticationFailed: ({ reason }) => failures.push(reason),
      });
      const middleware = negotiate(authenticator);
      await using setting = await serve(chain(middleware, middleware, negotiate(authenticator)));
      using credentials = await Credentials.acquire({ package: name });
      using context = clientOf(credentials);
      const answer = await setting.connection.logOn(context);
      expect([answer.status, answer.text, context.done]).toEqual([200, name, true]);
      expect(failures.filter((reason) => reason !== 'continue')).toEqual([]);
    },
  );

  test('answers a refused request once, and reports it once', async () => {
    const failures: string[] = [];
    const onAuthenticationFailed = ({ reason }: AuthenticateFailure) => failures.push(reason);
    using authenticator = new Authenticator({ package: 'TestKerberos', onAuthenticationFailed });
    const results: unknown[] = [];
    await using setting = await serve(async (request, response) => {
      const both = [1, 2].map(() => authenticator.authenticate(request, response));
      results.push(...(await Promise.all(both)));
    });
    const answer = await setting.connection.get({ authorization: 'Negotiate !' });
    expect([answer.status, failures, results]).toEqual([
      ...[400, ['malformed'], [undefined, undefined]],
    ]);
  });
});

describe.skipIf(!providerInstalled)('requireMember', () => {
  checkProviderAfterEach();

  const everyone = 'S-1-1-0';
  const nobody = 'S-1-5-32-7777';

  /** The answer to a client that has logged on, with its context. */
  async function ask(...middlewares: Middleware[]) {
    using authenticator = new Authenticator({ package: 'TestKerberos' });
    await using setting = await serve(chain(negotiate(authenticator), ...middlewares));
    using credentials = await Credentials.acquire({ package: 'TestKerberos' });
    using context = clientOf(credentials);
    const { status, text } = await setting.connection.logOn(context);
    return { status, text, isProved: context.done };
  }

  test.each<[string, string | string[]]>([
    ['a SID', everyone],
    ['one of several', [nobody, everyone]],
    ['a name', 'Everyone'],
  ])('calls next for members of %s', async (_, groups) => {
    expect(await ask(requireMember(groups))).toMatchObject({ status: 200, isProved: true });
  });

  test('answers 403 to others, with the last token of the handshake', async () => {
    const middleware = requireMember([nobody]);
    const expected = { status: 403, text: '403 Forbidden\n', isProved: true };
    expect(await ask(middleware)).toEqual(expected);
    expect(await ask(requireMember(everyone), middleware)).toEqual(expected);
  });

  test('calls next with the error where a name is unknown', async () => {
    const middleware = requireMember(['No such group', everyone]);
    for (let i = 0; i < 2; i++) {
      const { status, text } = await ask(middleware);
      expect([status, text]).toEqual([500, expect.stringMatching(/^AccountNotFoundError: /)]);
    }
  });

  test('calls next with an error without an authentication before it', async () => {
    await using setting = await serve(chain(requireMember(everyone)));
    const { status, text } = await setting.connection.get();
    expect([status, text]).toEqual([500, expect.stringContaining("'request.auth' is missing")]);
  });

  test.each([
    ['no group', [], 'ERR_INVALID_ARG_VALUE'],
    ['an empty name', [''], 'ERR_INVALID_ARG_VALUE'],
    ['a malformed SID', 'S-1', 'ERR_INVALID_ARG_VALUE'],
    ['no text', [1], 'ERR_INVALID_ARG_TYPE'],
    ['no list', {}, 'ERR_INVALID_ARG_TYPE'],
  ])('refuses %s', (_, groups, code) => {
    expect(() => requireMember(groups as never)).toThrow(expect.objectContaining({ code }));
  });
});

test('a client with HTTP/2 has to retry with HTTP/1.1', async () => {
  using authenticator = new Authenticator();
  const past: unknown[] = [];
  const server = createServer2(async (request, response) => {
    const asOne = [request, response] as unknown as [IncomingMessage, never];
    past.push(await authenticator.authenticate(...asOne));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ':path': '/' });
  const [error] = await once(stream, 'error');
  const HTTP_1_1_REQUIRED = 0xd;
  expect(stream.rstCode).toBe(HTTP_1_1_REQUIRED);
  expect(error.message).toContain('HTTP_1_1_REQUIRED');
  expect(past).toEqual([undefined]);
  session.close();
  server.close();
  await once(server, 'close');
});
