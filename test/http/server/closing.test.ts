import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { AuthenticateResult } from 'winsspi/http';
import { clientOf, HttpConnection } from '../../harness/support/http.js';
import { type Setting, start, turn } from '../../harness/support/http-setting.js';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderFunction,
  provider,
  providerInstalled,
  untilCalled,
} from '../../harness/support/provider.js';
import { RawClient } from '../../harness/support/raw-client.js';

const get = (token?: Buffer) => {
  const header = token ? `Authorization: Negotiate ${token.toString('base64')}\r\n` : '';
  return `GET / HTTP/1.1\r\nHost: x\r\n${header}\r\n`;
};

/** Replaces what the server does with a request. */
function onRequest(
  { server: { server } }: Setting,
  listener: (request: IncomingMessage, response: ServerResponse) => unknown,
): void {
  server.removeAllListeners('request').on('request', listener);
}

/** Sends requests, closes the connection during a call, and gives the results of the requests. */
async function closeDuring(name: ProviderFunction, setting: Setting, ...requests: string[]) {
  const { server, authenticator } = setting.server;
  const results: Promise<AuthenticateResult>[] = [];
  onRequest(setting, (request, response) => {
    results.push(authenticator.evaluate(request, response));
  });
  const before = callsOf(name).length;
  provider.hold(name);
  const client = await RawClient.connect(setting.server.port);
  await client.send(requests.join(''));
  await untilCalled(name, before + 1);
  while (results.length < requests.length) await turn();
  client.socket.destroy();
  const isOpen = () =>
    new Promise<boolean>((resolve) => server.getConnections((_, count) => resolve(count > 0)));
  while (await isOpen()) await turn();
  provider.release(name);
  return (await Promise.all(results)).map(({ kind }) => kind);
}

describe.skipIf(!providerInstalled)('a connection that closes', () => {
  checkProviderAfterEach();

  test.each<ProviderFunction>([
    'AcquireCredentialsHandle',
    'AcceptSecurityContext',
    'QuerySecurityContextToken',
  ])('during %s leaves no handshake and no context behind', async (name) => {
    await using setting = await start('TestKerberos');
    using context = clientOf(setting.credentials);
    const { token } = await context.step();
    expect(await closeDuring(name, setting, get(token))).toEqual(['closed']);
    expect(setting.server.authenticator.handshakes).toBe(0);
    while (provider.counters().contexts > 1) await turn(); // the client's
    expect(setting.failures).toEqual([]);
  });

  test.each([
    ['without a token', undefined],
    ['with a token', Buffer.from('AAAA')],
  ])('has the same result for the requests behind it, %s', async (_, second) => {
    await using setting = await start('TestKerberos');
    using context = clientOf(setting.credentials);
    const { token } = await context.step();
    const kinds = await closeDuring('AcceptSecurityContext', setting, get(token), get(second));
    expect(kinds).toEqual(['closed', 'closed']);
    expect(callsOf('AcceptSecurityContext').length).toBe(1);
    expect(setting.failures).toEqual([]);
  });

  test('closes the context of a request without a response', async () => {
    await using setting = await start('TestKerberos');
    const { authenticator } = setting.server;
    let socket: Socket | undefined;
    onRequest(setting, async (request, response) => {
      socket = request.socket;
      await authenticator.evaluate(request);
      response.end();
    });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    await connection.logOn(context);
    expect(provider.counters().contexts).toBe(2);
    const closed = once(socket as Socket, 'close');
    connection.close();
    await closed;
    expect(provider.counters().contexts).toBe(1); // the client's
  });
});

describe.skipIf(!providerInstalled)(
  'a response that ends before its request is authenticated',
  () => {
    checkProviderAfterEach();

    test('closes the context, and leaves the connection open', async () => {
      await using setting = await start('TestKerberos');
      const { authenticator } = setting.server;
      let result: Promise<AuthenticateResult> | undefined;
      onRequest(setting, (request, response) => {
        result = authenticator.evaluate(request, response);
        response.end('early');
      });
      using connection = new HttpConnection(setting.server);
      using context = clientOf(setting.credentials);
      const { token } = await context.step();
      provider.hold('AcceptSecurityContext');
      const authorization = `Negotiate ${token?.toString('base64')}`;
      expect((await connection.get({ authorization })).text).toBe('early');
      provider.release('AcceptSecurityContext');
      expect((await result)?.kind).toBe('success');
      expect(provider.counters().contexts).toBe(1); // the client's
      expect((await connection.get()).reused).toBe(true);
    });
  },
);
