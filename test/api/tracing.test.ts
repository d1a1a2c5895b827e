import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, tracingChannel } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import {
  Credentials,
  MessageAlteredError,
  NoCredentialsError,
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SspiError,
} from 'winsspi';
import { runModule } from '../harness/support/child.js';
import { handshake, type Pair } from '../harness/support/handshake.js';
import { lab } from '../harness/support/lab.js';
import {
  checkProviderAfterEach,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
  untilNothingIsAlive,
} from '../harness/support/provider.js';
import { withProvider } from '../harness/support/provider-child.js';
import { type Recording, recordTraces } from '../harness/support/traces.js';

const SEC_E_NO_CREDENTIALS = 0x8009030e;
const text = Buffer.from('the text of the message'); // 23 bytes
const password = 'P4ss-of-the-trace-5ecret';
const identity = { user: 'alice', domain: 'CORP', password };
const aDuration = { duration: expect.any(Number) };

let recording: Recording | undefined;
function record(...names: string[]): Recording {
  recording = recordTraces(...(names.length > 0 ? [names] : []));
  return recording;
}
afterEach(() => recording?.[Symbol.dispose]());

function data(bytes: Uint8Array) {
  return { type: SECBUFFER_DATA, data: Buffer.from(bytes) };
}

function token(length = 128) {
  return { type: SECBUFFER_TOKEN, data: Buffer.alloc(length) };
}

function padding(length = 16) {
  return { type: SECBUFFER_PADDING, data: Buffer.alloc(length) };
}

/** The operations of one direction, each with what it takes and gives, in bytes. */
const outgoing: Record<string, (pair: Pair) => Promise<number> | number> = {
  wrap: ({ client }) => client.wrap(text).length,
  wrapAsync: async ({ client }) => (await client.wrapAsync(text)).length,
  wrapInto: ({ client }) => client.wrapInto(Buffer.alloc(text.length + client.wrapOverhead), text),
  wrapDetached: ({ client }) => {
    const parts = client.wrapDetached(text);
    return parts.token.length + parts.message.length + parts.padding.length;
  },
  encryptMessage: ({ client }) => total(client.encryptMessage([token(), data(text), padding()])),
  encryptMessageAsync: async ({ client }) =>
    total(await client.encryptMessageAsync([token(), data(text), padding()])),
  sign: ({ client }) => client.sign(text).length,
  makeSignature: ({ client }) => total(client.makeSignature([token(), data(text)])) - text.length,
  makeSignatureAsync: async ({ client }) =>
    total(await client.makeSignatureAsync([token(), data(text)])) - text.length,
};

const streamOf = (sealed: Buffer) => [
  { type: SECBUFFER_STREAM, data: sealed },
  { type: SECBUFFER_DATA, data: null },
];

/** The same of those that open or verify: each gives how many bytes came. */
const incoming: Record<string, (pair: Pair) => Promise<number> | number> = {
  unwrap: ({ client, server }) => {
    const sealed = client.wrap(text);
    server.unwrap(sealed);
    return sealed.length;
  },
  unwrapAsync: async ({ client, server }) => {
    const sealed = client.wrap(text);
    await server.unwrapAsync(sealed);
    return sealed.length;
  },
  unwrapDetached: ({ client, server }) => {
    const parts = client.wrapDetached(text);
    server.unwrapDetached(parts);
    return parts.token.length + parts.message.length + parts.padding.length;
  },
  decryptMessage: ({ client, server }) => {
    const sealed = client.wrap(text);
    server.decryptMessage(streamOf(sealed));
    return sealed.length;
  },
  decryptMessageAsync: async ({ client, server }) => {
    const sealed = client.wrap(text);
    await server.decryptMessageAsync(streamOf(sealed));
    return sealed.length;
  },
  verify: ({ client, server }) => {
    const signature = client.sign(text);
    server.verify(text, signature);
    return text.length + signature.length;
  },
  verifySignature: ({ client, server }) => {
    const signature = client.sign(text);
    server.verifySignature([{ ...token(), data: signature }, data(text)]);
    return text.length + signature.length;
  },
  verifySignatureAsync: async ({ client, server }) => {
    const signature = client.sign(text);
    await server.verifySignatureAsync([{ ...token(), data: signature }, data(text)]);
    return text.length + signature.length;
  },
};

function total(buffers: readonly { data: Uint8Array | null }[]): number {
  return buffers.reduce((sum, buffer) => sum + (buffer.data?.length ?? 0), 0);
}

describe.skipIf(!providerInstalled)('the tracing channels', () => {
  checkProviderAfterEach();

  test('acquire tells the package, the use, and whether there was an identity', async () => {
    const { events, names } = record();
    using credentials = await Credentials.acquire({ package: 'TestScript', identity });
    expect(names()).toEqual([
      'acquire:start',
      'acquire:end',
      'acquire:asyncStart',
      'acquire:asyncEnd',
    ]);
    const about = { operation: 'acquire', package: 'TestScript', use: 'outbound', identity: true };
    expect(events[0]?.message).toEqual(about);
    expect(events[1]?.message).toEqual(about);
    expect(events[3]?.message).toEqual({ ...about, status: 'SEC_E_OK', ...aDuration });
    await credentials.add({ package: 'TestKerberos' });
    expect(events.at(-1)).toMatchObject({
      name: 'acquire:asyncEnd',
      message: { operation: 'add', package: 'TestKerberos', use: 'outbound', identity: false },
    });
  });

  test('credentials of a client are acquired too', async () => {
    using pair = await providerPair('TestScript');
    const { messages } = record();
    (await pair.server.acquireCredentials({ package: 'TestScript' })).close();
    expect(messages('acquire:asyncEnd')).toMatchObject([
      { operation: 'acquireCredentials', package: 'TestScript', status: 'SEC_E_OK' },
    ]);
  });

  test('a step tells its leg, its sizes, its status, and what authenticated', async () => {
    using pair = await newProviderPair('TestKerberos', { client: { targetName: 'HTTP/a' } });
    const { messages, names } = record();
    const legs = await handshake(pair.client, pair.server);
    expect(names().slice(0, 4)).toEqual([
      'step:start',
      'step:end',
      'step:asyncStart',
      'step:asyncEnd',
    ]);
    const steps = messages('step:asyncEnd');
    const clientId = steps[0]?.contextId;
    expect(clientId).toEqual(expect.any(Number));
    expect(steps[1]?.contextId).not.toBe(clientId);
    expect(steps).toEqual(
      legs.map((leg, index) => ({
        operation: 'step',
        contextId: expect.any(Number),
        role: leg.side,
        package: 'TestKerberos',
        targetName: leg.side === 'client' ? 'HTTP/a' : undefined,
        leg: Math.floor(index / 2) + 1,
        inputBytes: leg.received,
        outputBytes: leg.token?.length ?? 0,
        done: leg.done,
        status: leg.status,
        ...aDuration,
      })),
    );
    expect(steps.filter(({ role }) => role === 'client')).toSatisfy((mine: object[]) =>
      mine.every((step) => 'contextId' in step && step.contextId === clientId),
    );
  });

  test.each(Object.keys(outgoing))('%s publishes to wrap, with its sizes', async (operation) => {
    using pair = await providerPair('TestKerberos');
    const { messages, names } = record('wrap', 'unwrap');
    const outputBytes = await outgoing[operation]?.(pair);
    const isAsync = operation.endsWith('Async');
    expect(names()).toEqual(
      isAsync
        ? ['wrap:start', 'wrap:end', 'wrap:asyncStart', 'wrap:asyncEnd']
        : ['wrap:start', 'wrap:end'],
    );
    const about = {
      operation,
      contextId: expect.any(Number),
      role: 'client',
      package: 'TestKerberos',
      targetName: lab?.service.spn ?? 'HTTP/localhost',
      inputBytes: text.length,
    };
    expect(messages('wrap:start')).toEqual([about]);
    expect(messages(isAsync ? 'wrap:asyncEnd' : 'wrap:end')).toEqual([
      { ...about, outputBytes, status: 'SEC_E_OK', ...aDuration },
    ]);
  });

  test.each(Object.keys(incoming))('%s publishes to unwrap, with its sizes', async (operation) => {
    using pair = await providerPair('TestKerberos');
    const { messages, names } = record('unwrap');
    const inputBytes = await incoming[operation]?.(pair);
    const isAsync = operation.endsWith('Async');
    expect(names().length).toBe(isAsync ? 4 : 2);
    const verifies = operation.startsWith('verify');
    expect(messages(isAsync ? 'unwrap:asyncEnd' : 'unwrap:end')).toEqual([
      {
        operation,
        contextId: expect.any(Number),
        role: 'server',
        package: 'TestKerberos',
        targetName: undefined,
        inputBytes,
        ...(!verifies && { outputBytes: text.length, encrypted: true }),
        status: 'SEC_E_OK',
        ...aDuration,
      },
    ]);
  });

  test('a message that was signed only is told apart', async () => {
    using pair = await providerPair('TestKerberos');
    const { messages } = record('unwrap');
    pair.server.unwrap(pair.client.wrap(text, { encrypt: false }));
    expect(messages('unwrap:end')).toMatchObject([{ encrypted: false, outputBytes: 23 }]);
  });

  test('a call that fails publishes the error that it throws, before its end', async () => {
    using pair = await providerPair('TestKerberos');
    const sealed = pair.client.wrap(text);
    sealed.writeUInt8((sealed.at(-1) as number) ^ 1, sealed.length - 1);
    const { events, names } = record('unwrap');
    expect(() => pair.server.unwrap(sealed)).toThrow(MessageAlteredError);
    expect(names()).toEqual(['unwrap:start', 'unwrap:error', 'unwrap:end']);
    const { error, ...rest } = events[1]?.message ?? {};
    expect(error).toBeInstanceOf(MessageAlteredError);
    expect(rest).toMatchObject({ status: 'SEC_E_MESSAGE_ALTERED', ...aDuration });
    expect(rest).not.toHaveProperty('outputBytes');
  });

  test('a promise that rejects publishes its reason', async () => {
    provider.fail('AcquireCredentialsHandle', SEC_E_NO_CREDENTIALS);
    const { messages, names } = record();
    const refused = await Credentials.acquire({ package: 'TestScript' }).catch((error) => error);
    expect(refused).toBeInstanceOf(NoCredentialsError);
    expect(names()).toEqual([
      'acquire:start',
      'acquire:end',
      'acquire:error',
      'acquire:asyncStart',
      'acquire:asyncEnd',
    ]);
    expect(messages('acquire:error')[0]).toMatchObject({ status: 'SEC_E_NO_CREDENTIALS' });
    expect(messages('acquire:error')[0]?.error).toBe(refused);
  });

  test('an aborted call publishes the reason of its signal, and no status', async () => {
    using pair = await newProviderPair('TestScript');
    provider.hold('InitializeSecurityContext');
    const { messages } = record('step');
    const controller = new AbortController();
    const step = pair.client.step(undefined, { signal: controller.signal });
    await untilCalled('InitializeSecurityContext');
    controller.abort('no time');
    await expect(step).rejects.toBe('no time');
    expect(messages('step:asyncEnd')).toMatchObject([{ error: 'no time', leg: 1 }]);
    expect(messages('step:asyncEnd')[0]).not.toHaveProperty('status');
    provider.release('InitializeSecurityContext');
    pair.server.close();
    await untilNothingIsAlive();
  });

  test('a mistake of the caller has no status', async () => {
    using pair = await providerPair('TestKerberos');
    const { messages } = record('wrap', 'step');
    expect(() => pair.client.wrap('text' as never)).toThrow(TypeError);
    await expect(pair.client.step('text' as never)).rejects.toThrow(Error);
    for (const name of ['wrap:error', 'step:error']) {
      expect(messages(name)).toMatchObject([{ inputBytes: 0, error: expect.any(Error) }]);
      expect(messages(name)[0]).not.toHaveProperty('status');
    }
  });

  test.each([
    ['encryptMessageAsync', 'client'],
    ['makeSignatureAsync', 'client'],
    ['decryptMessageAsync', 'server'],
    ['verifySignatureAsync', 'server'],
  ] as const)(
    '%s rejects, and does not throw, where a buffer throws as it is read',
    async (name, side) => {
      using pair = await providerPair('TestKerberos');
      record('wrap', 'unwrap');
      const thrown = new Error('read');
      const buffer = {
        type: SECBUFFER_DATA,
        get data(): never {
          throw thrown;
        },
      };
      const result = pair[side][name]([buffer]);
      expect(result).toBeInstanceOf(Promise);
      await expect(result).rejects.toBe(thrown);
    },
  );

  test('arrays of buffers are counted without their methods', async () => {
    using pair = await providerPair('TestKerberos');
    const { messages } = record('wrap');
    const buffers = Object.assign([token(), data(text)], {
      filter: () => expect.unreachable('a method of the caller'),
    });
    pair.client.makeSignature(buffers);
    expect(messages('wrap:end')).toMatchObject([{ inputBytes: text.length }]);
  });

  test('one who listens to errors alone hears of them', async () => {
    using pair = await providerPair('TestScript');
    const heard: unknown[] = [];
    const listener = (message: unknown) => heard.push((message as { error: unknown }).error);
    const { error: errors } = tracingChannel('winsspi:wrap');
    errors.subscribe(listener);
    try {
      provider.fail('EncryptMessage', 0x80090317);
      expect(() => pair.client.wrap(text)).toThrow(SspiError);
      expect(heard).toEqual([expect.objectContaining({ code: 'SEC_E_CONTEXT_EXPIRED' })]);
    } finally {
      errors.unsubscribe(listener);
    }
  });

  test('a store that is bound to the start is there during the call and after it', async () => {
    const store = new AsyncLocalStorage<string>();
    const { start, asyncEnd } = tracingChannel<string, { operation: string }>('winsspi:step');
    const seen: unknown[] = [];
    const listener = () => seen.push(store.getStore());
    start.bindStore(store, ({ operation }) => `a span of ${operation}`);
    asyncEnd.subscribe(listener);
    try {
      using pair = await newProviderPair('TestScript');
      await pair.client.step();
      expect(seen).toEqual(['a span of step']);
      expect(store.getStore()).toBe(undefined);
    } finally {
      start.unbindStore(store);
      asyncEnd.unsubscribe(listener);
    }
  });

  test('a subscriber that closes what was closed hears of it once', async () => {
    using pair = await providerPair('TestKerberos');
    let heard = 0;
    const close = () => {
      heard++;
      pair.client.close();
      pair.server.close();
    };
    channel('winsspi:close').subscribe(close);
    pair.client.close();
    channel('winsspi:close').unsubscribe(close);
    expect(heard).toBe(2);
  });

  test('with subscribers, arguments are refused as without', async () => {
    using pair = await providerPair('TestKerberos');
    const { names } = record('wrap');
    const buffer = (type: unknown) => [{ type, data: Buffer.alloc(8) }] as never;
    for (const type of [1n, Symbol('type'), {}]) {
      expect(() => pair.client.encryptMessage(buffer(type))).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      );
    }
    expect(() => pair.client.encryptMessage(Array(200_000).fill({ type: 0, data: null }))).toThrow(
      expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' }),
    );
    pair.client.close();
    const before = names().length;
    expect(() => pair.client.encryptMessage(buffer(1))).toThrow('The context was closed');
    expect(names().length).toBe(before);
  });

  test('close is published once, and names what was closed', async () => {
    const { messages } = record();
    const pair = await newProviderPair('TestScript', { client: { targetName: 'HTTP/a' } });
    const credentials = { kind: 'credentials', package: 'TestScript' };
    expect(messages('close')).toEqual([
      { ...credentials, use: 'inbound' },
      { ...credentials, use: 'outbound' },
    ]);
    pair.client.close();
    pair.client.close();
    pair.server.close();
    expect(messages('close').slice(2)).toEqual([
      {
        kind: 'context',
        contextId: expect.any(Number),
        role: 'client',
        package: 'TestScript',
        targetName: 'HTTP/a',
      },
      expect.objectContaining({ kind: 'context', role: 'server', targetName: undefined }),
    ]);
  });

  test('nothing that is published holds bytes, a password, a token or a message', async () => {
    const { events } = record();
    const tokens: (Buffer | undefined)[] = [];
    using pair = await newProviderPair('TestKerberos', { identity });
    for (const leg of await handshake(pair.client, pair.server)) tokens.push(leg.token);
    for (const run of [...Object.values(incoming), ...Object.values(outgoing)]) await run(pair);
    expect(() => pair.server.unwrap(Buffer.from(text))).toThrow(SspiError);
    expect(events.length).toBeGreaterThan(60);
    const values = events.flatMap(({ message }) => Object.values(message));
    const kinds = new Set(values.filter((value) => !(value instanceof Error)).map((v) => typeof v));
    expect([...kinds].sort()).toEqual(['boolean', 'number', 'string', 'undefined']);
    const printed = inspect(events, { depth: Infinity, showHidden: true }) + JSON.stringify(events);
    for (const secret of [password, String(text), ...encodingsOf(text)]) {
      expect(printed).not.toContain(secret);
    }
    for (const bytes of tokens) {
      for (const secret of bytes ? encodingsOf(bytes) : []) expect(printed).not.toContain(secret);
    }
  });

  test('without anybody who listens nothing is published', async () => {
    const before = record();
    before[Symbol.dispose]();
    using pair = await providerPair('TestKerberos');
    pair.server.unwrap(pair.client.wrap(text));
    expect(before.events).toEqual([]);
  });
});

function encodingsOf(bytes: Buffer): string[] {
  return [bytes.toString('hex'), bytes.toString('base64'), inspect(bytes).slice(8, -1)];
}

const lines = `
  ${withProvider}
  import { Credentials, ClientContext, ServerContext } from 'winsspi';
  const identity = { user: 'alice', password: '${password}' };
  const credentials = await Credentials.acquire({ package: 'TestKerberos', identity });
  const inbound = await Credentials.acquire({ package: 'TestKerberos', use: 'inbound' });
  const client = new ClientContext(credentials, { targetName: 'HTTP/a' });
  const server = new ServerContext(inbound);
  const first = await client.step();
  const second = await server.step(first.token);
  if (second.token) await client.step(second.token);
  server.unwrap(await client.wrapAsync(Buffer.alloc(64), { encrypt: false }));
  try { server.unwrap(Buffer.alloc(80)); } catch {}
  provider.fail('AcquireCredentialsHandle', ${SEC_E_NO_CREDENTIALS});
  await Credentials.acquire({ package: 'TestKerberos' }).catch(() => {});
  await client.step(Buffer.alloc(1)).catch(() => {});
  provider.hold('AcquireCredentialsHandle');
  const controller = new AbortController();
  const aborted = Credentials.acquire({ package: 'TestKerberos', signal: controller.signal });
  controller.abort(Object.assign(new Error('${password}'), { code: 'EMINE' }));
  await aborted.catch(() => {});
  provider.release('AcquireCredentialsHandle');
  client.close(); server.close(); credentials.close();
`;

describe.skipIf(!providerInstalled)('NODE_DEBUG=winsspi', () => {
  test('prints a line for each call that has ended, and no secret', async () => {
    const { stdout, stderr, code } = await runModule(lines, { env: { NODE_DEBUG: 'winsspi' } });
    expect([code, stdout]).toEqual([0, '']);
    const printed = stderr.trim().split(/\r?\n/);
    const sizesAndTimes = /\d{2,}(?= bytes| to)|\d+\.\d{3}(?= ms)|(?<=^WINSSPI )\d+/g;
    expect(printed.map((line) => line.replace(sizesAndTimes, 'N').slice(0, 110))).toEqual([
      'WINSSPI N: acquire TestKerberos, outbound, of an identity: SEC_E_OK in N ms',
      'WINSSPI N: acquire TestKerberos, inbound, of the logged-on user: SEC_E_OK in N ms',
      'WINSSPI N: client 1 (TestKerberos) to HTTP/a step 1, 0 to N bytes: SEC_I_CONTINUE_NEEDED in N ms',
      'WINSSPI N: server 2 (TestKerberos) step 1, N to N bytes, done: SEC_E_OK in N ms',
      'WINSSPI N: client 1 (TestKerberos) to HTTP/a step 2, N to 0 bytes, done: SEC_E_OK in N ms',
      'WINSSPI N: client 1 (TestKerberos) to HTTP/a wrapAsync, N to N bytes: SEC_E_OK in N ms',
      'WINSSPI N: server 2 (TestKerberos) unwrap, N to N bytes, signed only: SEC_E_OK in N ms',
      'WINSSPI N: server 2 (TestKerberos) unwrap, N bytes: failed in N ms: DecryptMessage: SEC_E_INVALID_TOKEN (0x800',
      'WINSSPI N: acquire TestKerberos, outbound, of the logged-on user: failed in N ms: AcquireCredentialsHandle: SE',
      'WINSSPI N: client 1 (TestKerberos) to HTTP/a step 3, 1 bytes: failed in N ms: ERR_SSPI_CONTEXT_COMPLETE',
      'WINSSPI N: acquire TestKerberos, outbound, of the logged-on user: failed in N ms: EMINE',
      'WINSSPI N: client 1 (TestKerberos) to HTTP/a closed',
      'WINSSPI N: server 2 (TestKerberos) closed',
      'WINSSPI N: credentials (TestKerberos, outbound) closed',
    ]);
    expect(stderr).not.toContain(password);
  });

  test.each([[undefined], ['http']])('of %s prints nothing', async (value) => {
    const env = value === undefined ? {} : { NODE_DEBUG: value };
    expect(await runModule(lines, { env })).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
