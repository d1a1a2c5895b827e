import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { Origins } from '../../lib/http/client/origins.js';
import { HttpServer } from '../harness/support/http.js';
import { httpClients } from '../harness/support/http-clients.js';
import { callsOf, checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { scripted } from '../harness/support/scripted-server.js';

describe('the origins that may be authenticated to', () => {
  const origins = new Origins(
    ['https://intranet', 'http://a.test:8080/', 'https://*.corp.example', 'http://*.b.test:81'],
    'options.allowedOrigins',
  );

  test.each([
    ['https://intranet/path', true],
    ['https://INTRANET:443/', true],
    ['http://intranet/', false],
    ['https://intranet:444/', false],
    ['https://intranet.corp.example/', true],
    ['https://a.b.corp.example/', true],
    ['https://corp.example/', false],
    ['https://evilcorp.example/', false],
    ['https://corp.example.evil/', false],
    ['http://intranet.corp.example/', false],
    ['https://intranet.corp.example:8443/', false],
    ['http://a.test:8080/', true],
    ['http://a.test/', false],
    ['http://x.b.test:81/', true],
    ['http://x.b.test/', false],
  ])('%s: %s', (url, expected) => {
    expect(origins.has(new URL(url))).toBe(expected);
  });
});

describe.skipIf(!providerInstalled).each(Object.entries(httpClients))('%s', (_, make) => {
  checkProviderAfterEach();

  test('answers the first of its schemes that the server offers, with its package', async () => {
    await using server = await scripted((_, response) => {
      response.writeHead(401, { 'WWW-Authenticate': ['Basic realm="x"', 'NTLM'] }).end();
    });
    for (const schemes of [['Negotiate'], ['Negotiate', 'NTLM']] as const) {
      const client = make(server.origin, { package: undefined, schemes });
      expect((await client.ask(server.origin)).status).toBe(401);
      await client.close();
    }
    // NTLMSSP, of the package NTLM itself.
    const sent = server.requests.map(({ headers }) => headers.authorization?.slice(0, 14));
    expect(sent).toEqual([undefined, undefined, 'NTLM TlRMTVNTU']);
  });

  test.each([
    ['required', {}, false],
    ['required', { 'WWW-Authenticate': 'Negotiate AAAA' }, false],
    ['optional', {}, true],
    ['optional', { 'WWW-Authenticate': 'Negotiate AAAA' }, false],
    ['disabled', {}, true],
    ['disabled', { 'WWW-Authenticate': 'Negotiate AAAA' }, false],
  ] as const)(
    'with a proof that is %s, takes an answer with %o: %s',
    async (mutualAuthentication, headers, isTaken) => {
      await using server = await scripted((received, response) => {
        const isKnown = received.headers.authorization !== undefined;
        const asking = { 'WWW-Authenticate': 'Negotiate' };
        response.writeHead(isKnown ? 200 : 401, isKnown ? headers : asking).end('in');
      });
      const client = make(server.origin, { package: 'TestKerberos', mutualAuthentication });
      const answer = client.ask(server.origin);
      if (isTaken) expect(await answer).toEqual({ status: 200, text: 'in' });
      else await expect(answer).rejects.toBeInstanceOf(Error);
      await client.close();
    },
  );

  test('waits for the name of the service, and fails with its error', async () => {
    await using server = await HttpServer.listen({ package: 'TestKerberos' });
    const origin = `http://127.0.0.1:${server.port}`;
    const ask = async (targetName: (url: URL) => Promise<string>) => {
      const client = make(origin, { package: 'TestKerberos', targetName });
      try {
        return (await client.ask(origin)).status;
      } finally {
        await client.close();
      }
    };
    expect(await ask(async ({ hostname }) => `HTTP/name-of-${hostname}`)).toBe(200);
    expect(callsOf('InitializeSecurityContext')[0]?.target).toBe('HTTP/name-of-127.0.0.1');
    const failing = ask(() => Promise.reject(new RangeError('no name')));
    await expect(failing).rejects.toThrow('no name');
  });

  test('says where a server is silent for too long, or a connection is not open', async () => {
    const server = createServer((socket) => socket.on('error', () => {}).resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const authority = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = async (origin: string, options: object) => {
      const client = make(origin, { package: 'TestKerberos', ...options });
      try {
        return await client.ask(origin);
      } finally {
        await client.close();
      }
    };
    await expect(ask(`http://${authority}`, { headersTimeout: 20 })).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_TIMEOUT',
      message: 'The server sent no response within 20 ms',
    });
    await expect(ask(`https://${authority}`, { connectTimeout: 20 })).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_TIMEOUT',
      message: `No connection to https://${authority} within 20 ms`,
    });
    server.close();
  });

  test('does not wait for the rest of a refusal without end', async () => {
    await using server = await scripted((_, response) => {
      const headers = { 'WWW-Authenticate': 'Negotiate', 'Content-Length': '100' };
      response.writeHead(401, headers).write('a part');
    });
    const client = make(server.origin, { package: 'TestKerberos', headersTimeout: 50 });
    await expect(client.ask(server.origin)).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_TIMEOUT',
      message: 'The server did not end its refusal within 50 ms',
    });
    await client.close();
  });

  test('finds the addresses of a host, and its own, by its options', async () => {
    await using server = await scripted((received, response) => {
      response.end(received.socket.remoteAddress);
    });
    const origin = server.origin.replace('127.0.0.1', 'intranet.test');
    const asked: string[] = [];
    const client = make(origin, {
      localAddress: '127.0.0.2',
      lookup: (host, options, callback) => {
        asked.push(host);
        if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
        else callback(null, '127.0.0.1', 4);
      },
    });
    expect(await client.ask(origin)).toEqual({ status: 200, text: '127.0.0.2' });
    expect(asked).toEqual(['intranet.test']);
    await client.close();
  });
});
