import { describe, expect, test } from 'vitest';
import { Credentials } from 'winsspi';
import type { AuthenticateFailure, ServerOptions } from 'winsspi/http';
import { type Answer, clientOf, HttpConnection, HttpServer } from '../harness/support/http.js';
import { lab } from '../harness/support/lab.js';
import {
  checkProviderAfterEach,
  type ProviderPackage,
  provider,
  providerInstalled,
} from '../harness/support/provider.js';
import {
  type ReverseProxyOptions,
  type StartReverseProxy,
  startMiddleware,
  startNginx,
} from '../harness/support/reverse-proxies.js';

const clients = 1000;
const atATime = 20;

const proxies: [string, StartReverseProxy][] = [
  ['http-proxy-middleware', startMiddleware],
  ...(lab ? [['nginx', startNginx] satisfies [string, StartReverseProxy]] : []),
];

interface Logon {
  /** Whose tokens these were. */
  readonly name: string;
  readonly answer: Answer;
}

/** A server behind a proxy. Each session is of a user of its own, with a name and a SID. */
async function start(
  startProxy: StartReverseProxy,
  packageName: ProviderPackage,
  proxyOptions: ReverseProxyOptions,
  options: ServerOptions = {},
) {
  provider.behave('ownNames', 1);
  provider.behave('client', 5);
  const reasons = new Set<string>();
  const onAuthenticationFailed = ({ reason }: AuthenticateFailure) => reasons.add(reason);
  const all = { package: packageName, onAuthenticationFailed, ...options };
  const sids = new Set<string | undefined>();
  const server = await HttpServer.listen(all, ({ name, sid }) => {
    sids.add(sid);
    return name;
  });
  // No proxy meets a connection that closes just now.
  server.server.keepAliveTimeout = 120_000;
  const counts = { connections: 0 };
  server.server.on('connection', () => {
    counts.connections += 1;
  });
  const credentials = await Credentials.acquire({ package: packageName });
  const proxy = await startProxy(server.port, proxyOptions);
  const address = { server: { address: () => ({ port: proxy.port }) } } as unknown as HttpServer;
  return {
    reasons,
    sids,
    counts,
    connect: () => new HttpConnection(address),
    async logOn(connection: HttpConnection): Promise<Logon> {
      using context = clientOf(credentials);
      const answer = await connection.logOn(context);
      return { name: context.queryAttribute('names').userName, answer };
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      credentials.close();
      await server.close();
    },
  };
}

async function inParallel(count: number, work: () => Promise<unknown>): Promise<void> {
  let left = count;
  const slots = Array.from({ length: atATime }, async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  });
  await Promise.all(slots);
}

/** Whom the server takes a client for. */
const nameIn = ({ status, text }: Answer): string =>
  status === 200 ? JSON.parse(text) : String(status);

describe.skipIf(!providerInstalled).each(proxies)(
  '%s with connections that stay',
  (_, startProxy) => {
    checkProviderAfterEach();

    test('mixes up none of a thousand users with Kerberos, though it adds no header', async () => {
      await using setting = await start(startProxy, 'TestKerberos', { connections: atATime });
      const mixedUp: string[] = [];
      await inParallel(clients, async () => {
        using connection = setting.connect();
        const before = await connection.get();
        const { name, answer } = await setting.logOn(connection);
        const after = await connection.get();
        const names = [before, answer, after].map(nameIn);
        if (names.join() !== ['401', name, '401'].join()) mixedUp.push(names.join());
      });
      expect(mixedUp).toEqual([]);
      expect(setting.sids.size).toBe(clients);
      expect([...setting.reasons]).toEqual([]);
      // The proxy sends the requests of many over one connection.
      expect(setting.counts.connections).toBeLessThan(clients / 10);
    }, 300_000);

    test('lets nobody in by NTLM where it adds X-Forwarded-For', async () => {
      const options = { connections: 8, marks: true };
      await using setting = await start(startProxy, 'TestNtlm', options);
      const names = new Set<string>();
      await inParallel(100, async () => {
        using connection = setting.connect();
        names.add(nameIn((await setting.logOn(connection)).answer));
        names.add(nameIn(await connection.get()));
      });
      expect([...names]).toEqual(['403']);
      expect([...setting.reasons]).toEqual(['proxied']);
    });

    // What no server can see. The guide warns of it.
    test('lends the logon of one user by NTLM to every request without a token, where it adds no header', async () => {
      await using setting = await start(startProxy, 'TestNtlm', { connections: 1 });
      using alice = setting.connect();
      using bob = setting.connect();
      using stranger = setting.connect();
      const first = await setting.logOn(alice);
      expect(nameIn(first.answer)).toBe(first.name);
      expect(nameIn(await stranger.get())).toBe(first.name);
      // The second identity shows that the connection is shared, and ends it.
      const refused = await setting.logOn(bob);
      expect(nameIn(refused.answer)).toBe('403');
      expect(nameIn(await alice.get())).toBe('401');
      // On the next connection, the first to log on is who the others are: alice too.
      const second = await setting.logOn(bob);
      expect(nameIn(second.answer)).toBe(second.name);
      expect(nameIn(await alice.get())).toBe(second.name);
      expect(setting.counts.connections).toBe(2);
    });

    test.each<[string, ServerOptions, string]>([
      ['proxyPolicy: kerberosPerRequest', { proxyPolicy: 'kerberosPerRequest' }, '403'],
      ['persistNtlm: false', { persistNtlm: false }, 'own'],
    ])('lends nobody a logon by NTLM with %s', async (_name, options, expected) => {
      await using setting = await start(startProxy, 'TestNtlm', { connections: 1 }, options);
      using alice = setting.connect();
      using stranger = setting.connect();
      const { name, answer } = await setting.logOn(alice);
      expect(nameIn(answer)).toBe(expected === 'own' ? name : expected);
      expect(nameIn(await stranger.get())).toBe('401');
      expect(nameIn(await alice.get())).toBe('401');
    });
  },
);
