import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { connect as connect2, createServer as createServer2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  type AuthenticatedRequest,
  Authenticator,
  authenticate,
  negotiate,
  type ServerOptions,
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

  test('says in request.auth who it is, and lets nobody else past', async () => {
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

describe.skipIf(!providerInstalled)('authenticate', () => {
  checkProviderAfterEach();

  test('knows its connections by the object of options', async () => {
    using inbound = await Credentials.acquire({ package: 'TestNtlm', use: 'inbound' });
    const options: ServerOptions = { credentials: inbound };
    await using setting = await serve(async (request, response) => {
      const authentication = await authenticate(request, response, options);
      if (authentication) response.end(authentication.package);
    });
    using outbound = await Credentials.acquire({ package: 'TestNtlm' });
    using context = clientOf(outbound);
    expect((await setting.connection.logOn(context)).text).toBe('TestNtlm');
    expect((await setting.connection.get()).text).toBe('TestNtlm');
  });

  test('refuses what is no options', () => {
    expect(() => authenticate({} as never, {} as never, undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
  });
});

test('a client with HTTP/2 is told to come back with HTTP/1.1', async () => {
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
