import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { Credentials, ServerContext } from 'winsspi';
import { NegotiateClient } from 'winsspi/http';
import { tokenIn } from '../harness/support/http.js';
import { httpClients } from '../harness/support/http-clients.js';
import { checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { ProxyServer } from '../harness/support/proxy-server.js';
import { asking, scripted } from '../harness/support/scripted-server.js';

/** A server with Kerberos that answers whoever it knows with what it is told, beside its last token. */
async function knowing(answer: (response: ServerResponse, token: string) => unknown) {
  const credentials = await Credentials.acquire({ package: 'TestKerberos', use: 'inbound' });
  const server = await scripted(async (received: IncomingMessage, response) => {
    const given = received.headers.authorization;
    if (!given) return asking(received, response as never);
    using context = new ServerContext(credentials);
    const { token } = await context.step(tokenIn([given]) as Buffer);
    answer(response, `Negotiate ${token?.toString('base64')}`);
  });
  return {
    origin: server.origin,
    requests: server.requests,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      credentials.close();
    },
  };
}

describe.skipIf(!providerInstalled).each(Object.entries(httpClients))('%s', (_, make) => {
  checkProviderAfterEach();
  const options = { package: 'TestKerberos' };

  test.each([401, 400, 403, 404, 500, 503])(
    'gives the %i of a server that sends its last token with it',
    async (status) => {
      await using server = await knowing((response, token) => {
        response.writeHead(status, { 'WWW-Authenticate': token }).end('known, and refused');
      });
      const client = make(server.origin, options);
      expect(await client.ask(server.origin)).toEqual({ status, text: 'known, and refused' });
      expect(server.requests.length).toBe(2);
      await client.close();
    },
  );

  test.each([400, 403, 404, 500, 503])(
    'trusts nothing of a %i without a proof but the status',
    async (status) => {
      for (const headers of [
        {},
        { 'WWW-Authenticate': 'Negotiate' },
        { 'WWW-Authenticate': 'Negotiate AAAA' },
        { 'WWW-Authenticate': 'Negotiate A' },
        { Connection: 'close' },
      ]) {
        await using server = await knowing((response) => {
          response.writeHead(status, headers as never).end('who knows');
        });
        const client = make(server.origin, options);
        const error = await client.ask(server.origin).catch((reason) => reason);
        expect(error).toBeInstanceOf(Error);
        expect(error).toMatchObject({
          statusCode: status,
          message: expect.not.stringMatching(/closed/),
        });
        expect(JSON.stringify([error.message, error])).not.toContain('who knows');
        await client.close();
      }
    },
  );

  test('gives the 401 of a server that sends a token to who has no more to say', async () => {
    await using server = await knowing((response, token) => {
      response.writeHead(401, { 'WWW-Authenticate': token }).end('no');
    });
    const flags = { mutualAuthentication: false };
    const client = make(server.origin, { ...options, flags });
    expect(await client.ask(server.origin)).toEqual({ status: 401, text: 'no' });
    await client.close();
  });

  test('adds no status to the error about an answer that is none', async () => {
    await using server = await knowing((response) => response.writeHead(200).end('welcome'));
    const client = make(server.origin, options);
    const error = await client.ask(server.origin).catch((reason) => reason);
    expect(error).toMatchObject({ code: 'ERR_SSPI_HTTP_HANDSHAKE' });
    expect(error).not.toHaveProperty('statusCode');
    await client.close();
  });
});

describe.skipIf(!providerInstalled)('a proxy that opens no tunnel', () => {
  checkProviderAfterEach();

  test.each([403, 407, 502])('gives its %i with the error', async (status) => {
    const refusal = () => `HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`;
    await using proxy = await ProxyServer.listen('TestNtlm', { refusal });
    const allowedOrigins = ['https://127.0.0.1:444'];
    using client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins, proxy: proxy.url });
    await expect(client.fetch('https://127.0.0.1:444/')).rejects.toMatchObject({
      cause: { code: 'ERR_SSPI_HTTP_PROXY', statusCode: status },
    });
  });
});
