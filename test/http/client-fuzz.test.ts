import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import {
  NegotiateAgent,
  NegotiateClient,
  negotiateDispatcher,
  parseChallenges,
} from 'winsspi/http';
import { withoutFetch } from '../harness/support/http-clients.js';
import { callsOf, checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { randomNumbers } from '../harness/support/random.js';

// What a hostile server, or a proxy, writes in its headers: the client answers it with a token, or not,
// and never with anything but an error of its own.

/** A server that answers each request on a connection with the next of the answers. */
class RawServer implements AsyncDisposable {
  readonly heads: string[] = [];
  answers: (head: string) => string = () => '';
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      let text = '';
      socket.setEncoding('latin1').on('data', (part) => {
        text += part;
        for (;;) {
          const end = text.indexOf('\r\n\r\n');
          if (end < 0) return;
          const head = text.slice(0, end);
          text = text.slice(end + 4);
          this.heads.push(head);
          socket.write(this.answers(head), 'latin1');
        }
      });
    });
  }

  static async listen(): Promise<RawServer> {
    const made = new RawServer();
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

type Get = (url: string) => Promise<number>;

const ways: Record<string, (origin: string) => { get: Get; close(): unknown }> = {
  NegotiateClient(origin) {
    const client = new NegotiateClient({ package: 'TestNtlm', allowedOrigins: [origin] });
    const get: Get = (url) =>
      withoutFetch(async () => {
        const response = await client.fetch(url);
        await response.arrayBuffer();
        return response.status;
      });
    return { get, close: () => client.close() };
  },
  NegotiateAgent(origin) {
    const agent = new NegotiateAgent({ package: 'TestNtlm', allowedOrigins: [origin] });
    const get: Get = async (url) => {
      const [response] = await once(request(url, { agent }).end(), 'response');
      await once(response.resume(), 'end');
      return response.statusCode;
    };
    return { get, close: () => agent.destroy() };
  },
  negotiateDispatcher(origin) {
    const options = { package: 'TestNtlm', allowedOrigins: [origin] };
    const dispatcher = negotiateDispatcher(undici, options);
    const get: Get = async (url) => {
      const { statusCode, body } = await undici.request(url, { dispatcher });
      await body.dump();
      return statusCode;
    };
    return { get, close: () => dispatcher.destroy() };
  },
};

const expectedErrors = new Set([
  'ERR_SSPI_HTTP_HANDSHAKE', // the token is no base64, or the client has no more to say
  'SEC_E_INVALID_TOKEN',
  'HPE_HEADER_OVERFLOW',
  'UND_ERR_HEADERS_OVERFLOW',
]);

const reply = (status: number, headers: string[]) =>
  [`HTTP/1.1 ${status} X`, ...headers, 'Content-Length: 2', '', 'no'].join('\r\n');

describe.skipIf(!providerInstalled).each(Object.entries(ways))('%s', (_, way) => {
  checkProviderAfterEach();

  const below = randomNumbers(31);
  const pick = <Value>(list: readonly Value[]): Value => list[below(list.length)] as Value;
  const pieces = [
    ...[
      'Negotiate',
      'NTLM',
      'negotiate ',
      'Basic realm="Negotiate',
      '"',
      'AAAA',
      'QUJD=',
      '=',
      '==',
    ],
    ...[',', ', ', ' ', '\t', 'a=b', 'a="b, Negotiate AAAA"', '\\', 'A-_A', '!', '\xff', ';', '/+'],
  ];
  const value = () => Array.from({ length: 1 + below(4) }, () => pick(pieces)).join('');
  const headersOf = (values: string[]) => values.map((text) => `WWW-Authenticate: ${text}`);
  const isAsked = (values: string[]) =>
    // The spaces around a value are not of it.
    parseChallenges(values.map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''))).some(
      ({ scheme }) => scheme.toLowerCase() === 'negotiate',
    );

  test('answers 401 where the headers ask for the scheme, whatever else they hold', async () => {
    await using server = await RawServer.listen();
    const client = way(server.origin);
    const seen = { asked: 0, left: 0 };
    for (let i = 0; i < 150; i++) {
      const values = Array.from({ length: 1 + below(3) }, value);
      if (below(2) === 0) values.push(pick(['Negotiate', 'NTLM, negotiate', 'NEGOTIATE AAAA']));
      server.answers = () => reply(401, headersOf(values));
      server.heads.length = 0;
      const outcome = await client.get(`${server.origin}/${i}`).catch((error) => error);
      const code = outcome.cause?.code ?? outcome.code;
      if (typeof outcome === 'number') expect(outcome).toBe(401);
      else expect(expectedErrors).toContain(code);
      const tokens = server.heads.filter((head) => /^authorization: /im.test(head));
      expect(tokens.length > 0).toBe(isAsked(values));
      for (const head of tokens)
        expect(head).toMatch(/^authorization: Negotiate [A-Za-z0-9+/]+=*$/im);
      seen[tokens.length > 0 ? 'asked' : 'left'] += 1;
    }
    expect(Math.min(seen.asked, seen.left)).toBeGreaterThan(20);
    await client.close();
  });

  test('answers nothing to challenges that are smuggled into others', async () => {
    await using server = await RawServer.listen();
    const client = way(server.origin);
    for (const text of [
      'Basic realm="x, Negotiate"',
      'Basic realm="a\\", Negotiate, b=\\""',
      'X-Negotiate',
      'NegotiateX',
      'Negotiate=1',
      'Digest Negotiate="a"',
      'Basic Negotiate',
    ]) {
      server.answers = () => reply(401, headersOf([text]));
      expect(await client.get(server.origin)).toBe(401);
    }
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
    await client.close();
  });

  test('takes the scheme from any of several headers, in any case', async () => {
    await using server = await RawServer.listen();
    const client = way(server.origin);
    for (const values of [
      ['Basic realm="open', 'nEGOTIATE'],
      ['Basic realm="x", Negotiate', 'NTLM'],
      [',, ,Negotiate,'],
    ]) {
      server.answers = (head) =>
        reply(/^authorization:/im.test(head) ? 403 : 401, headersOf(values));
      server.heads.length = 0;
      await expect(client.get(server.origin)).rejects.toMatchObject({
        code: 'ERR_SSPI_HTTP_HANDSHAKE',
        message: expect.stringContaining('answered 403 and has not proved'),
      });
      expect(server.heads.length).toBe(2);
    }
    await client.close();
  });

  test.each([
    ['a token of 48 KiB', 49_152, ['SEC_E_INVALID_TOKEN']],
    // undici has a limit of its own for headers, and node:http has one where an agent gives it the 401.
    ['one of 64 KiB', 65_536, ['ERR_SSPI_HTTP_HANDSHAKE', 401, 'HPE_HEADER_OVERFLOW']],
    ['one of 1 MiB', 0x100000, ['HPE_HEADER_OVERFLOW', 'UND_ERR_HEADERS_OVERFLOW']],
  ])('refuses %s that means nothing', async (_, length, expected) => {
    await using server = await RawServer.listen();
    const client = way(server.origin);
    const token = Buffer.alloc(length, 7).toString('base64');
    server.answers = (head) =>
      reply(401, headersOf([/^authorization:/im.test(head) ? `Negotiate ${token}` : 'Negotiate']));
    const outcome = await client.get(server.origin).catch((error) => error);
    const code = typeof outcome === 'number' ? outcome : outcome.code;
    expect([...expected, 'UND_ERR_HEADERS_OVERFLOW']).toContain(code);
    await client.close();
  });
});
