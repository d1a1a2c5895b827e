import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { HttpServer } from '../harness/support/http.js';
import { httpClients } from '../harness/support/http-clients.js';
import { checkProviderAfterEach, providerInstalled } from '../harness/support/provider.js';

const MIB = 0x100000;

interface Leg {
  readonly method: string | undefined;
  readonly length: string | undefined;
  readonly expect: string | undefined;
  /** How much of its body came. */
  received: number;
}

/** A server with NTLM that says to go on where the client is known, and notes what came. */
async function listening(asksFirst: boolean) {
  const server = await HttpServer.listen(
    { package: 'TestNtlm', schemes: ['NTLM'] },
    async (_, received) => {
      if (!received.readableEnded) await once(received, 'end');
      return legs.at(-1)?.received;
    },
  );
  const legs: Leg[] = [];
  const note = (received: IncomingMessage) => {
    const { method, headers } = received;
    const { expect: expected, 'content-length': length } = headers;
    const leg = { method, length, expect: expected, received: 0 };
    legs.push(leg);
    received.on('data', (part) => {
      leg.received += part.length;
    });
  };
  server.server.prependListener('request', note);
  // Node says to go on by itself where this event has no listener.
  if (asksFirst) {
    server.server.on('checkContinue', (received: IncomingMessage, response: ServerResponse) => {
      const [, token = ''] = received.headers.authorization?.split(' ') ?? [];
      if (token.length > 0) response.writeContinue();
      server.server.emit('request', received, response);
    });
  }
  const origin = `http://127.0.0.1:${server.port}`;
  return { origin, legs, [Symbol.asyncDispose]: () => server.close() };
}

describe.skipIf(!providerInstalled).each(Object.entries(httpClients))('%s', (name, make) => {
  checkProviderAfterEach();
  const options = { package: 'TestNtlm', schemes: ['NTLM' as const], maxReplayBodySize: 4 * MIB };

  test('sends a short body with the first request and the last leg of NTLM', async () => {
    await using server = await listening(false);
    const client = make(server.origin, options);
    const asked = { method: 'POST', body: 'body' };
    expect(await client.ask(server.origin, asked)).toEqual({ status: 200, text: '4' });
    expect(server.legs.map(({ length, expect: e, received }) => [length, e, received])).toEqual([
      ['4', undefined, 4],
      ['0', undefined, 0],
      ['4', undefined, 4],
    ]);
    await client.close();
  });

  // The agent's own server has the body before it is sent on.
  test.skipIf(name === 'NegotiateAgent')(
    'sends a long body once, where the server refuses it before it is sent',
    async () => {
      await using server = await listening(true);
      const client = make(server.origin, options);
      const asked = { method: 'PUT', body: 'x'.repeat(2 * MIB) };
      expect(await client.ask(server.origin, asked)).toEqual({ status: 200, text: `${2 * MIB}` });
      expect(server.legs.map(({ expect: e, received }) => [e, received])).toEqual([
        ['100-continue', 0],
        [undefined, 0],
        ['100-continue', 2 * MIB],
      ]);
      await client.close();
    },
  );

  test('does not wait for a server that says nothing about a long body', async () => {
    const server = createServer();
    server.on('checkContinue', async (received: IncomingMessage, response: ServerResponse) => {
      let length = 0;
      for await (const part of received) length += part.length;
      response.end(`${length}`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = make(origin, options);
    const asked = { method: 'PUT', body: 'x'.repeat(MIB + 1) };
    expect(await client.ask(origin, asked)).toEqual({ status: 200, text: `${MIB + 1}` });
    await client.close();
    server.close();
    server.closeAllConnections();
  });

  test('takes no answer to the first token of NTLM for the answer to a request with a body', async () => {
    const open = createServer((received, response) => {
      if (received.headers.authorization) response.end('done');
      else response.writeHead(401, { 'WWW-Authenticate': 'NTLM' }).end();
    }).listen(0, '127.0.0.1');
    await once(open, 'listening');
    const origin = `http://127.0.0.1:${(open.address() as AddressInfo).port}`;
    const client = make(origin, { ...options, mutualAuthentication: 'disabled' });
    await expect(client.ask(origin, { method: 'POST', body: 'x' })).rejects.toMatchObject({
      code: 'ERR_SSPI_HTTP_HANDSHAKE',
      message: expect.stringContaining('200 to the first token of NTLM'),
    });
    await client.close();
    open.close();
    open.closeAllConnections();
  });
});

test('a stream of a request is read on where the first sending has stopped', async () => {
  const { ReplayableBody } = await import('../../lib/http/client/replayable-body.js');
  const body = new ReplayableBody(Readable.from(['a', 'b', 'c']), 10);
  const first = body[Symbol.asyncIterator]();
  await first.next();
  const left = first.next(); // under way when the sending ends
  const second: string[] = [];
  for await (const part of body) second.push(Buffer.from(part).toString());
  await left;
  expect(second).toEqual(['a', 'b', 'c']);
});

test('a stream of a request that has failed fails again, and is never taken to be complete', async () => {
  const { ReplayableBody } = await import('../../lib/http/client/replayable-body.js');
  const source = async function* () {
    yield 'a';
    throw new Error('broken');
  };
  const body = new ReplayableBody(source(), 10);
  const read = async () => {
    for await (const _ of body);
  };
  await expect(read()).rejects.toThrow('broken');
  await expect(read()).rejects.toThrow('broken');
});

test('a stream of a request is not sent again without what was not kept', async () => {
  const { ReplayableBody } = await import('../../lib/http/client/replayable-body.js');
  for (const read of [1, 2, 3]) {
    const body = new ReplayableBody(Readable.from(['ab', 'c']), 1);
    const first = body[Symbol.asyncIterator]();
    for (let part = 0; part < read; part++) await first.next();
    expect(body.isReplayable).toBe(false);
    const again = body[Symbol.asyncIterator]().next();
    await expect(again).rejects.toMatchObject({ code: 'ERR_SSPI_HTTP_BODY' });
  }
});

test('a sending that is under way when its request ends does not look complete', async () => {
  const { ReplayableBody } = await import('../../lib/http/client/replayable-body.js');
  const body = new ReplayableBody(Readable.from(['a', 'b']), 10);
  const sending = body[Symbol.asyncIterator]();
  await sending.next();
  body.close();
  await expect(sending.next()).rejects.toMatchObject({ code: 'ERR_SSPI_HTTP_BODY' });
});

test('what the source of a body throws at its end reaches no one', async () => {
  const { ReplayableBody } = await import('../../lib/http/client/replayable-body.js');
  const source = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 'a' }),
      return: () => {
        throw new Error('no end');
      },
    }),
  };
  const body = new ReplayableBody(source as never, 10);
  await body[Symbol.asyncIterator]().next();
  expect(() => body.close()).not.toThrow();
  await new Promise(setImmediate);
});
