import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import * as undici from 'undici';
import { describe, expect, test } from 'vitest';
import {
  NegotiateAgent,
  NegotiateClient,
  NegotiateHttpsAgent,
  negotiateDispatcher,
} from 'winsspi/http';
import { HttpServer } from '../harness/support/http.js';
import { withoutFetch } from '../harness/support/http-clients.js';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderFunction,
  provider,
  providerInstalled,
  untilCalled,
  untilNothingIsAlive,
} from '../harness/support/provider.js';

/** A server, or a proxy, that gives each request the next of the answers: '' is none. */
async function silent(...answers: string[]) {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    socket.once('close', () => closed.resolve());
    let count = 0;
    socket.on('data', async (part) => {
      if (!part.includes('\r\n\r\n')) return;
      const answer = answers[count++];
      const isLast = count === answers.length;
      if (answer) await new Promise((resolve) => socket.write(answer, resolve));
      // In the turns after it the client has read it.
      if (isLast) setImmediate(() => setImmediate(() => reached.resolve()));
    });
  });
  const reached = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    /** What there is to say was said. */
    reached: reached.promise,
    /** The client has closed its connection. */
    closed: closed.promise,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const asks = (status: 401 | 407, body: string) =>
  `HTTP/1.1 ${status} Who\r\n${status === 401 ? 'WWW' : 'Proxy'}-Authenticate: Negotiate\r\n${body}`;
const [whole, part] = ['Content-Length: 2\r\n\r\nno', 'Content-Length: 9\r\n\r\nno'];

interface Sent {
  /** Rejects with the reason of the signal. */
  readonly answer: Promise<unknown>;
  close(): unknown;
}

type Client = (url: string, signal: AbortSignal | undefined, proxy?: string) => Sent;

const optionsFor = (url: string, proxy?: string) => ({
  package: 'TestNtlm',
  allowedOrigins: [new URL(url).origin],
  ...(proxy && { proxy }),
});

const clients: Record<string, Client> = {
  NegotiateClient(url, signal, proxy) {
    const client = new NegotiateClient(optionsFor(url, proxy));
    const answer = withoutFetch(() => client.fetch(url, signal && { signal }));
    return { answer, close: () => client.close() };
  },
  NegotiateAgent(url, signal, proxy) {
    const isTls = url.startsWith('https:');
    const options = optionsFor(url, proxy);
    const agent = isTls ? new NegotiateHttpsAgent(options) : new NegotiateAgent(options);
    const sent = (isTls ? tlsRequest : request)(url, { agent, ...(signal && { signal }) }).end();
    const answer = (once(sent, 'response') as Promise<[IncomingMessage]>).catch((error) => {
      throw error.cause ?? error; // as Node has it
    });
    return { answer, close: () => agent.destroy() };
  },
  negotiateDispatcher(url, signal, proxy) {
    const dispatcher = negotiateDispatcher(undici, { ...optionsFor(url, proxy), connections: 1 });
    const answer = undici.request(url, { dispatcher, ...(signal && { signal }) });
    return { answer, close: () => dispatcher.destroy() };
  },
};

describe.skipIf(!providerInstalled).each(Object.entries(clients))('%s', (name, start) => {
  checkProviderAfterEach();

  const reason = new Error('enough');

  test.each<[string, string[]]>([
    ['does not answer', ['']],
    ['does not end the body of its challenge', [asks(401, part)]],
    ['does not answer a token', [asks(401, whole), '']],
  ])('ends with its signal where the server %s', async (_, answers) => {
    await using server = await silent(...answers);
    const controller = new AbortController();
    const { answer, close } = start(server.url, controller.signal);
    const refused = expect(answer).rejects.toBe(reason);
    await server.reached;
    controller.abort(reason);
    await refused;
    await server.closed;
    await close();
  });

  test.each<[string, string[]]>([
    ['does not answer', ['']],
    ['does not end the body of its challenge', [asks(407, part)]],
    ['does not answer a token', [asks(407, whole), '']],
  ])('ends with its signal where a proxy, asked for a tunnel, %s', async (_, answers) => {
    await using proxy = await silent(...answers);
    const controller = new AbortController();
    const { answer, close } = start('https://127.0.0.1:444/', controller.signal, proxy.url);
    const refused = expect(answer).rejects.toBe(reason);
    await proxy.reached;
    controller.abort(reason);
    await refused;
    await proxy.closed;
    await close();
  });

  test.each<ProviderFunction>(['AcquireCredentialsHandle', 'InitializeSecurityContext'])(
    'ends with its signal while Windows is in %s',
    async (called) => {
      await using server = await silent(asks(401, whole));
      const controller = new AbortController();
      const before = callsOf(called).length;
      provider.hold(called);
      const { answer, close } = start(server.url, controller.signal);
      const refused = expect(answer).rejects.toBe(reason);
      await untilCalled(called, before + 1);
      controller.abort(reason);
      await refused;
      provider.release(called);
      await close();
      await untilNothingIsAlive();
    },
  );

  test('ends with its signal while Windows reads a challenge, and leaves the reason as it is', async () => {
    await using server = await HttpServer.listen({ package: 'TestNtlm' });
    const own = new Error('enough');
    const controller = new AbortController();
    const before = callsOf('InitializeSecurityContext').length;
    const accepted = callsOf('AcceptSecurityContext').length;
    provider.hold('AcceptSecurityContext');
    const url = `http://127.0.0.1:${server.port}`;
    const { answer, close } = start(url, controller.signal);
    const refused = expect(answer).rejects.toBe(own);
    await untilCalled('AcceptSecurityContext', accepted + 1);
    provider.hold('InitializeSecurityContext');
    provider.release('AcceptSecurityContext');
    await untilCalled('InitializeSecurityContext', before + 2);
    controller.abort(own);
    await refused;
    expect(own).not.toHaveProperty('statusCode');
    provider.release('InitializeSecurityContext');
    await close();
  });

  test.each<ProviderFunction>(['AcquireCredentialsHandle', 'InitializeSecurityContext'])(
    'ends when it is closed, while Windows is in %s, and opens no connection after it',
    async (called) => {
      await using server = await silent(asks(401, whole));
      const before = callsOf(called).length;
      provider.hold(called);
      const { answer, close } = start(server.url, undefined);
      const refused = expect(answer).rejects.toBeInstanceOf(Error);
      await untilCalled(called, before + 1);
      const closed = close();
      await refused;
      provider.release(called);
      await closed;
      await server.closed;
      await untilNothingIsAlive();
    },
  );

  test.runIf(name === 'negotiateDispatcher')(
    'ends a request with its signal also while it waits for another one',
    async () => {
      await using server = await silent('');
      const options = { ...optionsFor(server.url), connections: 1 };
      const dispatcher = negotiateDispatcher(undici, options);
      const first = undici.request(server.url, { dispatcher });
      const gone = expect(first).rejects.toBeInstanceOf(Error);
      const controller = new AbortController();
      const second = undici.request(server.url, { dispatcher, signal: controller.signal });
      const refused = expect(second).rejects.toBe(reason);
      await server.reached;
      controller.abort(reason);
      await refused;
      await dispatcher.destroy();
      await gone;
    },
  );

  test.runIf(name === 'negotiateDispatcher')(
    'opens the next tunnel after one that was given up',
    async () => {
      await using proxy = await silent('');
      const url = 'https://127.0.0.1:444/';
      const options = { ...optionsFor(url, proxy.url), connections: 1 };
      const dispatcher = negotiateDispatcher(undici, options);
      const controller = new AbortController();
      const first = undici.request(url, { dispatcher, signal: controller.signal });
      const refused = expect(first).rejects.toBe(reason);
      await proxy.reached;
      const second = undici.request(url, { dispatcher });
      const next = expect(second).rejects.toBeInstanceOf(Error);
      controller.abort(reason);
      await refused;
      await proxy.closed;
      while (proxy.sockets.size < 2) await new Promise(setImmediate);
      await dispatcher.destroy();
      await next;
    },
  );
});
