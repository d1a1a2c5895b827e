import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import {
  type ClientOptions,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
} from 'winsspi/http';
import { tlsFiles } from '../harness/support/http.js';
import { withoutFetch } from '../harness/support/http-clients.js';
import { callsOf, checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';

// The same key, in a certificate of another name.
const renewed = readFileSync(
  fileURLToPath(
    new URL('../harness/fixtures/certificates/rsa-sha256-renewed.pem', import.meta.url),
  ),
);

const tls = {
  ca: [tlsFiles.cert.toString(), renewed.toString()],
  checkServerIdentity: () => undefined,
};

/** Asks, closes the connection, and has `next` for its certificate from then on. */
async function closing(next: Buffer, status = 401) {
  const tokens: string[] = [];
  const server = createServer({ ...tlsFiles, maxVersion: 'TLSv1.2' });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  const [challenge, answer] =
    status === 401
      ? ['WWW-Authenticate', 'authorization']
      : ['Proxy-Authenticate', 'proxy-authorization'];
  const refuse = (received: IncomingMessage): string | undefined => {
    const token = received.headers[answer];
    if (token) {
      tokens.push(String(token));
      return undefined;
    }
    server.setSecureContext({ ...tlsFiles, cert: next });
    return `HTTP/1.1 ${status} Who\r\n${challenge}: Negotiate\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  };
  const good = 'HTTP/1.1 200 In\r\nConnection: close\r\nContent-Length: 0\r\n\r\n';
  server.on('request', (received) => received.socket.end(refuse(received) ?? good));
  server.on('connect', (received, socket) =>
    socket.end(refuse(received) ?? 'HTTP/1.1 403 No\r\n\r\n'),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    tokens,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

test.skipIf(!providerInstalled)(
  'a proxy of https is told the name that it is asked by',
  async () => {
    const names: unknown[] = [];
    const server = createServer({ ...tlsFiles, maxVersion: 'TLSv1.2' });
    server.on('secureConnection', (socket) => names.push(socket.servername));
    server.on('connect', (_, socket) => socket.end('HTTP/1.1 403 No\r\n\r\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const host of ['localhost', '127.0.0.1']) {
      const proxy = { url: `https://${host}:${port}`, tls };
      using client = new NegotiateClient({ allowedOrigins: ['https://127.0.0.1:444'], proxy });
      await expect(client.fetch('https://127.0.0.1:444/')).rejects.toMatchObject({
        cause: { code: 'ERR_SSPI_HTTP_PROXY' },
      });
    }
    expect(names).toEqual(['localhost', false]);
    server.close();
  },
);

type Options = Omit<ClientOptions, 'allowedOrigins'>;

type Ask = (url: string, options: Options) => Promise<number | undefined>;

const clients: Record<string, Ask> = {
  async NegotiateClient(url, options) {
    using client = new NegotiateClient({ ...options, allowedOrigins: [new URL(url).origin] });
    return await withoutFetch(async () => (await client.fetch(url)).status);
  },
  async NegotiateHttpsAgent(url, options) {
    using agent = new NegotiateHttpsAgent({ ...options, allowedOrigins: [new URL(url).origin] });
    const [response] = await once(request(url, { agent }).end(), 'response');
    response.resume();
    return response.statusCode;
  },
  async negotiateDispatcher(url, options) {
    const settings = { ...options, allowedOrigins: [new URL(url).origin] };
    const dispatcher = negotiateDispatcher(undici, settings);
    try {
      const { statusCode, body } = await undici.request(url, { dispatcher });
      await body.dump();
      return statusCode;
    } finally {
      await dispatcher.destroy();
    }
  },
};

const other = {
  code: 'ERR_SSPI_HTTP_HANDSHAKE',
  message:
    'Another connection shows another certificate than the one that asked. The handshake is void',
};
const flags = { mutualAuthentication: false };
const options: Options = { package: 'TestKerberos', tls, flags };

describe.skipIf(!providerInstalled).each(Object.entries(clients))(
  'a bound token of %s',
  (_, ask) => {
    checkProviderAfterEach();

    test('is not shown to a connection with another certificate', async () => {
      await using server = await closing(renewed);
      await expect(ask(server.url, options)).rejects.toMatchObject(other);
      expect(server.tokens).toEqual([]);
    });

    test('goes over another connection with the same certificate', async () => {
      await using server = await closing(tlsFiles.cert);
      expect(await ask(server.url, options)).toBe(200);
      expect(server.tokens.length).toBe(1);
    });

    test('that is bound to nothing goes over any', async () => {
      await using server = await closing(renewed);
      expect(await ask(server.url, { ...options, channelBindings: false })).toBe(200);
    });

    test.each(['http', 'https'])(
      'for a proxy is not shown to another one, on the way to %s',
      async (scheme) => {
        await using proxy = await closing(renewed, 407);
        const target = `${scheme}://127.0.0.1:444/`;
        const through = { ...options, proxy: { url: proxy.url, tls } };
        const asked =
          clients.NegotiateHttpsAgent === ask && scheme === 'http' // The other agent's.
            ? clients.NegotiateClient?.(target, through)
            : ask(target, through);
        await expect(asked).rejects.toMatchObject(other);
        expect(proxy.tokens).toEqual([]);
        expect(callsOf('InitializeSecurityContext').length).toBe(1);
      },
    );
  },
);
