import { describe, expect, test } from 'vitest';
import { configureThreads } from 'winsspi';
import type { ServerOptions } from 'winsspi/http';
import { clientOf, HttpConnection } from '../../harness/support/http.js';
import { clientStep, reasons, start, turn } from '../../harness/support/http-setting.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilCalled,
} from '../../harness/support/provider.js';
import { RawClient } from '../../harness/support/raw-client.js';

describe.skipIf(!providerInstalled)('a server', () => {
  checkProviderAfterEach();

  test.each<[string, ServerOptions]>([
    ['in all', { maxHandshakes: 2 }],
    ['of an address', { maxHandshakesPerAddress: 2 }],
  ])(
    'ends the oldest handshake that waits for its client when there are too many %s',
    async (_, options) => {
      await using setting = await start('TestNtlm', options);
      const clients = Array.from({ length: 4 }, () => ({
        connection: new HttpConnection(setting.server),
        context: clientOf(setting.credentials),
        asked: [] as string[],
      }));
      const begin = async (client: (typeof clients)[number]) => {
        client.asked = (await client.connection.logOn(client.context, { legs: 1 })).challenges;
      };
      const goOn = async ({ connection, context, asked }: (typeof clients)[number]) => {
        const { token } = await clientStep(context, asked);
        return (await connection.get({ authorization: `Negotiate ${token}` })).status;
      };
      type Client = (typeof clients)[number];
      const [one, two, three, four] = clients as unknown as [Client, Client, Client, Client];
      for (const client of [one, two, three]) await begin(client);
      expect(setting.server.authenticator.handshakes).toBe(2);
      expect(await goOn(one)).toBe(401);
      expect(await goOn(two)).toBe(200);
      await begin(four);
      expect(await goOn(three)).toBe(200);
      expect(await goOn(four)).toBe(200);
      for (const { connection, context } of clients) {
        connection.close();
        context.close();
      }
    },
  );

  test('authenticates clients with one token at the same time, whatever the limit: they do not wait', async () => {
    await using setting = await start('TestKerberos', { maxHandshakes: 1 });
    const contexts = [1, 2, 3].map(() => clientOf(setting.credentials));
    const connections = contexts.map(() => new HttpConnection(setting.server));
    provider.hold('AcceptSecurityContext');
    const answers = contexts.map((context, index) => connections[index]?.logOn(context));
    await untilCalled('AcceptSecurityContext', contexts.length);
    expect(setting.server.authenticator.handshakes).toBe(3);
    provider.release('AcceptSecurityContext');
    const statuses = (await Promise.all(answers)).map((answer) => answer?.status);
    expect(statuses).toEqual([200, 200, 200]);
    for (const closable of [...connections, ...contexts]) closable.close();
  });

  test('closes a connection on which too many requests wait, before a client is authenticated', async () => {
    await using setting = await start('TestKerberos');
    const ask = async (count: number) => {
      const client = await RawClient.connect(setting.server.port);
      const ended = new Promise((resolve) =>
        client.socket.once('end', resolve).once('close', resolve),
      );
      provider.hold('AcceptSecurityContext');
      const before = callsOf('AcceptSecurityContext').length;
      const get = 'GET / HTTP/1.1\r\nHost: x\r\n';
      await client.send(`${get}Authorization: Negotiate AAAA\r\n\r\n`);
      await untilCalled('AcceptSecurityContext', before + 1);
      await client.send(`${get}\r\n`.repeat(count - 2));
      await client.send(`${get}Connection: close\r\n\r\n`);
      return { client, ended };
    };
    const within = await ask(64);
    provider.release('AcceptSecurityContext');
    await within.ended;
    expect(within.client.received.match(/HTTP\/1\.1 401 /g)?.length).toBe(64);
    const beyond = await ask(65);
    await beyond.ended;
    provider.release('AcceptSecurityContext');
    expect(beyond.client.received).toBe('');
    for (const { client } of [within, beyond]) client.socket.destroy();
  });

  test('answers 503 where no thread is free for a token', async () => {
    await using setting = await start('TestKerberos');
    using connection = new HttpConnection(setting.server);
    const before = configureThreads({});
    configureThreads({ max: 1, queue: 0 });
    try {
      provider.hold('AcceptSecurityContext');
      using other = new HttpConnection(setting.server);
      const held = other.get({ authorization: 'Negotiate AAAA' });
      await untilCalled('AcceptSecurityContext');
      const busy = await connection.get({ authorization: 'Negotiate AAAA' });
      expect([busy.status, busy.headers['retry-after']]).toEqual([503, '1']);
      provider.release('AcceptSecurityContext');
      expect((await held).status).toBe(401);
      expect(reasons(setting)).toEqual(['busy', 'denied']);
    } finally {
      configureThreads(before);
    }
  });

  test('ends a handshake after its time', async () => {
    await using setting = await start('TestNtlm', { handshakeTimeout: 100 });
    using connection = new HttpConnection(setting.server);
    using context = clientOf(setting.credentials);
    const first = await connection.logOn(context, { legs: 1 });
    while (setting.server.authenticator.handshakes > 0) await turn();
    expect(provider.counters().contexts).toBe(1); // the client's
    const { token } = await clientStep(context, first.challenges);
    expect((await connection.get({ authorization: `Negotiate ${token}` })).status).toBe(401);
    using another = clientOf(setting.credentials);
    expect((await connection.logOn(another)).status).toBe(200);
  });

  test.each(['AcceptSecurityContext', 'QuerySecurityContextToken'] as const)(
    'answers 503 when %s takes longer than the time of a handshake',
    async (name) => {
      await using setting = await start('TestKerberos', { handshakeTimeout: 100 });
      using connection = new HttpConnection(setting.server);
      using context = clientOf(setting.credentials);
      provider.hold(name);
      const answer = connection.logOn(context);
      await untilCalled(name);
      while (setting.server.authenticator.handshakes > 0) await turn();
      provider.release(name);
      expect((await answer).status).toBe(503);
      expect(reasons(setting)).toEqual(['timeout']);
    },
  );
});
