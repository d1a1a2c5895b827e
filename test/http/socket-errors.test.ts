import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import * as undici from 'undici';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  NegotiateAgent,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
} from 'winsspi/http';
import { HttpServer, tlsFiles } from '../harness/support/http.js';
import { withoutFetch } from '../harness/support/http-clients.js';
import { checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';
import { ProxyServer } from '../harness/support/proxy-server.js';

// A socket whose error nobody listens to ends the process. The channel has every connection that this
// process makes with net.connect().
const channel = 'net.client.socket';
const unheard: string[] = [];

function watch(message: unknown) {
  const { socket } = message as { socket: Socket };
  const note = (when: string) => {
    if (!socket.closed && socket.listenerCount('error') === 0) unheard.push(when);
  };
  // Within its birth, Node removes a listener of its own.
  queueMicrotask(() => {
    note('after its birth');
    socket.on('removeListener', (name) => name === 'error' && note('later'));
  });
}

const tls = { ca: tlsFiles.cert.toString(), checkServerIdentity: () => undefined };

/** Posts a body to a URL, by a proxy where there is one, and gives the status. */
type Client = (url: string, body: Buffer, proxy?: string) => Promise<number | undefined>;

const optionsFor = (url: string, proxy?: string) => ({
  package: 'TestNtlm',
  tls,
  allowedOrigins: [new URL(url).origin],
  ...(proxy && { proxy }),
});

const clients: Record<string, Client> = {
  async NegotiateClient(url, body, proxy) {
    using client = new NegotiateClient(optionsFor(url, proxy));
    return await withoutFetch(async () => {
      const response = await client.fetch(url, { method: 'POST', body: new Uint8Array(body) });
      await response.arrayBuffer();
      return response.status;
    });
  },
  async NegotiateAgent(url, body, proxy) {
    const isTls = url.startsWith('https:');
    const options = { ...optionsFor(url, proxy), maxReplayBodySize: body.length };
    using agent = isTls ? new NegotiateHttpsAgent(options) : new NegotiateAgent(options);
    const sent = (isTls ? tlsRequest : request)(url, { agent, method: 'POST' });
    const [response] = (await once(sent.end(body), 'response')) as [IncomingMessage];
    await once(response.resume(), 'close');
    return response.statusCode;
  },
  async negotiateDispatcher(url, body, proxy) {
    const dispatcher = negotiateDispatcher(undici, optionsFor(url, proxy));
    try {
      const answer = await undici.request(url, { method: 'POST', body, dispatcher });
      await answer.body.dump();
      return answer.statusCode;
    } finally {
      await dispatcher.destroy();
    }
  },
};

describe.skipIf(!providerInstalled).each(Object.entries(clients))('%s', (_, post) => {
  checkProviderAfterEach();

  beforeEach(() => {
    unheard.length = 0;
    subscribe(channel, watch);
  });

  afterEach(() => {
    unsubscribe(channel, watch);
    expect(unheard).toEqual([]);
  });

  test.each([false, true])(
    'listens to the errors of a connection from its birth to its close (TLS: %s)',
    async (isTls) => {
      await using server = await HttpServer.listen({ package: 'TestNtlm' }, undefined, {
        tls: isTls,
      });
      const url = `${isTls ? 'https' : 'http'}://127.0.0.1:${server.port}/`;
      expect(await post(url, Buffer.from('body'))).toBe(200);
    },
  );

  test('listens to the errors of a tunnel from its birth to its close', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' }, undefined, { tls: true });
    await using proxy = await ProxyServer.listen('TestNtlm');
    const url = `https://127.0.0.1:${server.port}/`;
    expect(await post(url, Buffer.from('body'), proxy.url)).toBe(200);
  });

  test.each([0, 1, 2, 5, 20])(
    'survives a server that asks during an upload and resets the connection %i turns later',
    async (turns) => {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.once('data', async () => {
          socket.pause();
          const head =
            'HTTP/1.1 401 Who\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 2\r\n\r\n';
          await new Promise<void>((resolve) => socket.write(`${head}no`, () => resolve()));
          for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
          socket.resetAndDestroy();
        });
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const outcome = post(`http://127.0.0.1:${port}/`, Buffer.alloc(8e6)).catch((error) => error);
      expect(await outcome).toSatisfy((value) => value === 401 || value instanceof Error);
      server.close();
    },
  );
});
