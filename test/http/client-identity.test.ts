import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import { NegotiateClient, negotiateDispatcher } from 'winsspi/http';
import { HttpServer, tlsFiles } from '../harness/support/http.js';
import { trustingTls } from '../harness/support/http-clients.js';
import { callsOf, checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { asking, scripted } from '../harness/support/scripted-server.js';

// What belongs to the client's user stays with the requests that may have it.

describe.skipIf(!providerInstalled)('a connection that is authenticated', () => {
  checkProviderAfterEach();

  test("serves no request with credentials: 'omit', and the reverse", async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    const origin = `http://127.0.0.1:${server.port}`;
    const sockets: unknown[] = [];
    server.server.on('connection', (socket) => sockets.push(socket));
    using client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins: [origin] });
    const ask = async (init: RequestInit = {}) => {
      const response = await client.fetch(origin, init);
      await response.arrayBuffer();
      return [response.status, sockets.length];
    };
    expect(await ask()).toEqual([200, 1]);
    expect(await ask({ credentials: 'omit' })).toEqual([401, 2]);
    expect(await ask({ credentials: 'omit' })).toEqual([401, 2]);
    expect(await ask()).toEqual([200, 2]);
    expect(callsOf('AcceptSecurityContext').length).toBe(2);
  });
});

describe('the certificate of a client', () => {
  /** A server that says whether it was shown a certificate, or sends elsewhere. */
  async function listening(location?: string) {
    const options = { ...tlsFiles, maxVersion: 'TLSv1.2' as const };
    const server = createServer(
      { ...options, requestCert: true, rejectUnauthorized: false },
      (received, response) => {
        const { subject } = (received.socket as TLSSocket).getPeerCertificate();
        if (location) response.writeHead(302, { location }).end();
        else response.end(subject ? 'shown' : 'none');
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const close = async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    };
    return { origin, [Symbol.asyncDispose]: close };
  }
  const tls = { ...trustingTls, cert: tlsFiles.cert, key: tlsFiles.key };

  test('is shown to allowed origins only, also behind a redirect', async () => {
    await using elsewhere = await listening();
    await using allowed = await listening();
    await using redirecting = await listening(elsewhere.origin);
    const allowedOrigins = [allowed.origin, redirecting.origin];
    using client = new NegotiateClient({ allowedOrigins, tls });
    const text = async (url: string) => (await client.fetch(url)).text();
    expect(await text(allowed.origin)).toBe('shown');
    expect(await text(elsewhere.origin)).toBe('none');
    expect(await text(redirecting.origin)).toBe('none');
    const dispatcher = negotiateDispatcher(undici, { allowedOrigins, tls });
    const one = await undici.request(elsewhere.origin, { dispatcher });
    expect(await one.body.text()).toBe('none');
    await dispatcher.close();
  });
});

describe('a redirect to another origin', () => {
  test.each(['authorization', 'cookie', 'proxy-authorization'])(
    'is followed without the header %s',
    async (name) => {
      await using second = await scripted((received, response) => {
        response.end(JSON.stringify(received.headers[name] ?? null));
      });
      await using first = await scripted((_, response) => {
        response.writeHead(302, { location: second.origin }).end();
      });
      using client = new NegotiateClient({ allowedOrigins: [first.origin] });
      const response = await client.fetch(first.origin, { headers: { [name]: 'a' } });
      expect(await response.json()).toBe(null);
    },
  );

  test('gives no token there, also where that asks', async () => {
    await using second = await scripted(asking);
    await using first = await scripted((_, response) => {
      response.writeHead(302, { location: second.origin }).end();
    });
    using client = new NegotiateClient({ allowedOrigins: [first.origin] });
    const response = await client.fetch(first.origin);
    expect([response.status, await response.text()]).toEqual([401, 'no']);
    expect(second.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});
