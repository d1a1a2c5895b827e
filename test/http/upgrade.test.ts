import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerOptions as NodeServerOptions,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import {
  Authenticator,
  negotiateUpgrade,
  type ServerOptions,
  type UpgradeOptions,
} from 'winsspi/http';
import { clientOf, tokenIn } from '../harness/support/http.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilCalled,
} from '../harness/support/provider.js';
import { pieces, RawClient } from '../harness/support/raw-client.js';

const asking = (more = '') =>
  `GET /socket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n${more}\r\n`;

/** Also where an error comes before the end, which once() would take for its own. */
const untilClosed = (socket: Duplex) =>
  socket.closed || new Promise((resolve) => socket.once('close', resolve));

/** A server that upgrades authenticated requests, and adds no listeners to the sockets. */
async function upgrading(
  options: ServerOptions,
  limits: NodeServerOptions = {},
  more: UpgradeOptions = {},
) {
  const authenticator = new Authenticator(options);
  const upgrade = negotiateUpgrade(authenticator, more);
  const urls: (string | undefined)[] = [];
  const server = createServer(limits, (request, response) => {
    urls.push(request.url);
    response.end('no upgrade');
  });
  const sockets: Duplex[] = [];
  const evaluated: Promise<unknown>[] = [];
  server.on('upgrade', (request, socket, head) => {
    if (!sockets.includes(socket)) sockets.push(socket);
    const accepted = upgrade(request, socket, head).then((success) => {
      if (success) socket.end('HTTP/1.1 101 In\r\nContent-Length: 0\r\n\r\n');
    });
    evaluated.push(accepted);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    server,
    authenticator,
    sockets,
    urls,
    evaluated,
    async [Symbol.asyncDispose]() {
      authenticator.close();
      const closed = sockets.map(untilClosed);
      for (const socket of sockets) socket.destroy();
      server.close();
      server.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

const refusals: [string, string, string][] = [
  ['400', '400', 'Authorization: Negotiate !!\r\n'],
  ['401, without a token', '401', ''],
  ['401, with a wrong token', '401', 'Authorization: Negotiate AAAA\r\n'],
  ['403', '403', 'Via: 1.1 x\r\n'],
];

describe.skipIf(!providerInstalled)('the socket of an upgrade', () => {
  checkProviderAfterEach();

  test.each(refusals)('that is refused with %s may be reset', async (_, status, headers) => {
    await using setting = await upgrading({ package: 'TestNtlm' });
    using client = await RawClient.connect(setting.port);
    await client.send(asking(headers));
    expect(await client.answer()).toContain(`HTTP/1.1 ${status} `);
    await Promise.all(setting.evaluated);
    const [socket] = setting.sockets as [Duplex];
    const closed = untilClosed(socket);
    const listeners = () => socket.listenerCount('error');
    expect(listeners()).toBeGreaterThan(0);
    client.socket.resetAndDestroy();
    await closed;
    expect(listeners()).toBeGreaterThan(0);
  });

  test('may be reset while Windows looks at the token', async () => {
    await using setting = await upgrading({ package: 'TestKerberos' });
    using client = await RawClient.connect(setting.port);
    provider.hold('AcceptSecurityContext');
    await client.send(asking('Authorization: Negotiate AAAA\r\n'));
    await untilCalled('AcceptSecurityContext');
    const [socket] = setting.sockets as [Duplex];
    client.socket.resetAndDestroy();
    await new Promise((resolve) => setImmediate(resolve));
    socket.destroy(new Error('a reset'));
    await untilClosed(socket);
    provider.release('AcceptSecurityContext');
    await Promise.all(setting.evaluated);
    expect(socket.listenerCount('error')).toBeGreaterThan(0);
  });

  test('may be reset after it was let in, before the application listens', async () => {
    await using setting = await upgrading({ package: 'TestKerberos' });
    using credentials = await Credentials.acquire({ package: 'TestKerberos' });
    using context = clientOf(credentials);
    const token = (await context.step()).token?.toString('base64');
    using client = await RawClient.connect(setting.port);
    await client.send(asking(`Authorization: Negotiate ${token}\r\n`));
    expect(await client.answer()).toContain('HTTP/1.1 101 ');
    const [socket] = setting.sockets as [Duplex];
    const closed = untilClosed(socket);
    expect(socket.listenerCount('error')).toBeGreaterThan(0);
    client.socket.resetAndDestroy();
    await closed;
  });

  test.each(refusals.filter(([, status]) => status !== '401'))(
    'that is refused with %s closes, though its client keeps it open',
    async (_, _status, headers) => {
      await using setting = await upgrading({ package: 'TestNtlm' });
      using client = await RawClient.connect(setting.port);
      const ended = once(client.socket, 'end');
      await client.send(asking(headers));
      await ended;
      const [socket] = setting.sockets as [Duplex];
      await untilClosed(socket);
      expect(client.socket.writableEnded).toBe(false);
    },
  );

  test('that is refused with 401 has the time that the server gives to the headers of a request', async () => {
    const limits = { headersTimeout: 100, requestTimeout: 100, connectionsCheckingInterval: 20 };
    await using setting = await upgrading({ package: 'TestNtlm' }, limits);
    using client = await RawClient.connect(setting.port);
    await client.send(asking());
    await client.answer();
    const [socket] = setting.sockets as [Duplex];
    await untilClosed(socket);
  });

  test('that is refused with 401 closes where its client has ended before the answer', async () => {
    await using setting = await upgrading({ package: 'TestKerberos' });
    using client = await RawClient.connect(setting.port);
    provider.hold('AcceptSecurityContext');
    await client.send(asking('Authorization: Negotiate AAAA\r\n'));
    await untilCalled('AcceptSecurityContext');
    const [socket] = setting.sockets as [Duplex];
    client.socket.end();
    await once(socket, 'end');
    provider.release('AcceptSecurityContext');
    expect(await client.answer()).toMatch(/^HTTP\/1\.1 401 [\s\S]*\r\nConnection: close\r\n/);
    await untilClosed(socket);
  });

  test('is answered with 500 where the server is at fault, and a hook hears of it', async () => {
    const errors: unknown[] = [];
    const onError = (error: Error, { url }: IncomingMessage) => errors.push([error, url]);
    await using setting = await upgrading({ package: 'TestNtlm' }, {}, { onError });
    setting.authenticator.close();
    using client = await RawClient.connect(setting.port);
    const ended = once(client.socket, 'end');
    await client.send(asking());
    expect(await client.answer()).toMatch(
      /^HTTP\/1\.1 500 [\s\S]*\r\n\r\n500 Internal Server Error\n$/,
    );
    await ended;
    expect(await Promise.all(setting.evaluated)).toEqual([undefined]);
    const error = expect.objectContaining({ code: 'ERR_SSPI_HTTP_CLOSED' });
    expect(errors).toEqual([[error, '/socket']]);
  });

  test('is answered with 500 without a hook too: the process gets a warning', async () => {
    await using setting = await upgrading({ package: 'TestNtlm' });
    setting.authenticator.close();
    using client = await RawClient.connect(setting.port);
    const warned = once(process, 'warning');
    await client.send(asking());
    expect(await client.answer()).toMatch(/^HTTP\/1\.1 500 /);
    expect(await warned).toMatchObject([{ code: 'ERR_SSPI_HTTP_CLOSED' }]);
  });

  test.each(['Content-Length: 40', 'Transfer-Encoding: chunked'])(
    'with a body (%s) is closed when it is refused: the body is not the next request',
    async (header) => {
      await using setting = await upgrading({ package: 'TestNtlm' });
      using client = await RawClient.connect(setting.port);
      const ended = once(client.socket, 'end');
      await client.send(`${asking(`${header}\r\n`)}GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await client.answer()).toMatch(/^HTTP\/1\.1 401 [\s\S]*\r\nConnection: close\r\n/);
      await ended;
      expect(setting.urls).toEqual([]);
    },
  );

  test.each(pieces)('goes through three legs and plain requests that come %s', async (how) => {
    await using setting = await upgrading({ package: 'TestNtlm' });
    using credentials = await Credentials.acquire({ package: 'TestNtlm' });
    using context = clientOf(credentials);
    using client = await RawClient.connect(setting.port);
    const step = async (answer?: string) => {
      const [, challenge] = /www-authenticate: (.*)\r\n/i.exec(answer ?? '') ?? [];
      const { token } = await context.step(challenge ? tokenIn([challenge]) : undefined);
      return `Authorization: Negotiate ${token?.toString('base64')}\r\n`;
    };
    await client.send(asking(), how);
    expect(await client.answer()).toMatch(/^HTTP\/1\.1 401 /);
    await client.send(asking(await step()), how);
    const challenge = await client.answer();
    expect(challenge).toMatch(/^HTTP\/1\.1 401 /);
    await client.send(asking(await step(challenge)), how);
    expect(await client.answer()).toMatch(/^HTTP\/1\.1 101 /);
    expect(setting.sockets.length).toBe(1);
  });

  test.each(pieces)('that is refused gives the next request back, which comes %s', async (how) => {
    await using setting = await upgrading({ package: 'TestNtlm' });
    using client = await RawClient.connect(setting.port);
    await client.send(`${asking()}GET /next HTTP/1.1\r\nHost: x\r\n\r\n`, how);
    expect(await client.answer()).toMatch(/^HTTP\/1\.1 401 /);
    expect(await client.answer()).toMatch(/^HTTP\/1\.1 200 /);
    expect(setting.urls).toEqual(['/next']);
  });
});
