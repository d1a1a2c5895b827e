import { describe, expect, test } from 'vitest';
import {
  type ClientContext,
  SCHANNEL_SHUTDOWN,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECBUFFER_TOKEN,
  type SecurityContext,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { handshake } from '../../harness/support/handshake.js';
import { never } from '../../harness/support/misbehaviours.js';
import {
  bufferAt,
  callsOf,
  checkProviderAfterEach,
  dataAt,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const ALERT = 0x15;
const HANDSHAKE = 0x16;
const withCode = (code: string) => expect.objectContaining({ code });

function shutdown(context: SecurityContext): void {
  const token = Buffer.alloc(4);
  token.writeUInt32LE(SCHANNEL_SHUTDOWN);
  context.applyControlToken([{ type: SECBUFFER_TOKEN, data: token }]);
}

function record(context: SecurityContext, message: Uint8Array = text): Buffer {
  const sealed = context.encryptMessage([
    { type: SECBUFFER_STREAM_HEADER, data: Buffer.alloc(5) },
    { type: SECBUFFER_DATA, data: Buffer.from(message) },
    { type: SECBUFFER_STREAM_TRAILER, data: Buffer.alloc(64) },
    { type: SECBUFFER_EMPTY, data: null },
  ]);
  return Buffer.concat([0, 1, 2].map((index) => dataAt(sealed, index)));
}

function open(context: SecurityContext, memory: Uint8Array) {
  const empty = { type: SECBUFFER_EMPTY, data: null };
  return context.decryptMessage([{ type: SECBUFFER_DATA, data: memory }, empty, empty, empty]);
}

describe.skipIf(!providerInstalled)('applyControlToken', () => {
  checkProviderAfterEach();

  test('passes the buffers, and the next step without a token gives what the peer is told', async () => {
    proves('ApplyControlToken');
    using pair = await providerPair('TestStream');
    shutdown(pair.client);
    expect(callsOf('ApplyControlToken')).toMatchObject([
      { buffers: [{ type: SECBUFFER_TOKEN, bytes: Buffer.from([1, 0, 0, 0]) }] },
    ]);
    const { token, done, status, extra } = await pair.client.step();
    expect({ done, status, extra }).toEqual({ done: true, status: 'SEC_E_OK', extra: undefined });
    // Without a token there is no input at all.
    expect(callsOf('InitializeSecurityContext').at(-1)?.buffers).toEqual([]);
    const opened = open(pair.server, token as Buffer);
    expect(opened.status).toBe('SEC_I_CONTEXT_EXPIRED');
    expect(dataAt(opened.buffers, 0)[0]).toBe(ALERT);
  });

  test('of a server gives its step without a token too', async () => {
    using pair = await providerPair('TestStream');
    shutdown(pair.server);
    const { token } = await pair.server.step();
    expect(open(pair.client, token as Buffer).status).toBe('SEC_I_CONTEXT_EXPIRED');
  });

  test('a step that says SEC_I_CONTEXT_EXPIRED with the last token is done', async () => {
    using pair = await providerPair('TestStream');
    provider.behave('shutdownExpired', 1);
    shutdown(pair.client);
    const { token, done, status } = await pair.client.step();
    expect([token?.[0], done, status]).toEqual([ALERT, true, 'SEC_I_CONTEXT_EXPIRED']);
    await expect(pair.client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_COMPLETE'));
  });

  test('allows one step; the next is ERR_SSPI_CONTEXT_COMPLETE', async () => {
    using pair = await providerPair('TestStream');
    await expect(pair.client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_COMPLETE'));
    shutdown(pair.client);
    await pair.client.step();
    await expect(pair.client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_COMPLETE'));
  });

  test('that the package refuses opens no step', async () => {
    proves('ApplyControlToken');
    using pair = await providerPair('TestStream');
    const token = { type: SECBUFFER_TOKEN, data: Buffer.from([9, 0, 0, 0]) };
    expect(() => pair.client.applyControlToken([token])).toThrow(
      expect.objectContaining({ name: 'InvalidTokenError', syscall: 'ApplyControlToken' }),
    );
    await expect(pair.client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_COMPLETE'));
    expect(open(pair.server, record(pair.client)).status).toBe('SEC_E_OK');
  });

  test('of a package without it is UnsupportedFunctionError', async () => {
    using pair = await providerPair('TestKerberos');
    expect(() => shutdown(pair.client)).toThrow(
      expect.objectContaining({ name: 'UnsupportedFunctionError' }),
    );
  });

  test('before the end of the handshake is ERR_SSPI_CONTEXT_INCOMPLETE', async () => {
    using pair = await newProviderPair('TestStream');
    expect(() => shutdown(pair.client)).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
    await pair.client.step();
    expect(() => shutdown(pair.client)).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
    expect(callsOf('ApplyControlToken')).toEqual([]);
  });

  test.each(['encryptMessageAsync', 'decryptMessageAsync'] as const)(
    'during %s it is ERR_SSPI_CONTEXT_BUSY, and so is a step',
    async (name) => {
      using pair = await providerPair('TestScript');
      shutdown(pair.client);
      const held = name === 'encryptMessageAsync' ? 'EncryptMessage' : 'DecryptMessage';
      provider.hold(held);
      const message = [
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
        { type: SECBUFFER_DATA, data: Buffer.from(text) },
      ];
      const call = pair.client[name](message).catch(() => {});
      await untilCalled(held);
      expect(() => shutdown(pair.client)).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
      await expect(pair.client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
      expect(() => pair.client.export()).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
      provider.release(held);
      await call;
      expect((await pair.client.step()).done).toBe(true);
    },
  );

  test('a message during the step is ERR_SSPI_CONTEXT_BUSY, and the context goes on after it', async () => {
    using pair = await providerPair('TestScript');
    shutdown(pair.client);
    provider.hold('InitializeSecurityContext');
    const step = pair.client.step();
    await untilCalled('InitializeSecurityContext', 3);
    expect(() => pair.client.wrap(text)).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    provider.release('InitializeSecurityContext');
    expect((await step).done).toBe(true);
    expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
  });
});

describe.skipIf(!providerInstalled)('SEC_I_RENEGOTIATE', () => {
  checkProviderAfterEach();

  test('of decryptMessage leaves the record in EXTRA, and a step takes it', async () => {
    proves('SECBUFFER_EXTRA', 'successes with a meaning');
    using pair = await providerPair('TestStream');
    provider.behave('recordType', HANDSHAKE);
    const ticket = record(pair.server);
    provider.behave('recordType', 0x17);
    const sealed = record(pair.server);
    const opened = open(pair.client, Buffer.concat([ticket, sealed]));
    expect(opened.status).toBe('SEC_I_RENEGOTIATE');
    expect(bufferAt(opened.buffers, 3).type).toBe(SECBUFFER_EXTRA);
    provider.behave('renegotiationToken', 1);
    const { token, done, status, extra } = await pair.client.step(dataAt(opened.buffers, 3));
    expect([token?.[0], done, status]).toEqual([HANDSHAKE, true, 'SEC_E_OK']);
    // What came behind it is a message.
    expect(dataAt(open(pair.client, extra as Buffer).buffers, 1)).toEqual(text);
    await expect(pair.client.step(ticket)).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_COMPLETE'));
  });

  test('allows a step without a token too, as a renegotiation of TLS 1.2 wants it', async () => {
    using pair = await providerPair('TestStream');
    provider.behave('recordType', HANDSHAKE);
    open(pair.client, record(pair.server));
    provider.behave('renegotiationToken', 1);
    const { token, done } = await pair.client.step();
    expect([token?.[0], done]).toEqual([HANDSHAKE, true]);
    expect(callsOf('InitializeSecurityContext').at(-1)?.buffers).toEqual([]);
  });

  test('of decryptMessageAsync opens a step too', async () => {
    using pair = await providerPair('TestStream');
    provider.behave('recordType', HANDSHAKE);
    const empty = { type: SECBUFFER_EMPTY, data: null };
    const sealed = { type: SECBUFFER_DATA, data: record(pair.server) };
    const opened = await pair.client.decryptMessageAsync([sealed, empty, empty, empty]);
    expect(opened.status).toBe('SEC_I_RENEGOTIATE');
    const next = Buffer.from([HANDSHAKE, 3, 3, 0, 0]);
    expect((await pair.client.step(next)).done).toBe(true);
  });

  test('a step that grants less than "requiredFlags" ends the context', async () => {
    using pair = await providerPair('TestStream', {
      client: { requiredFlags: ['confidentiality'] },
    });
    provider.behave('recordType', HANDSHAKE);
    open(pair.client, record(pair.server));
    provider.behave('flags', 2);
    await expect(pair.client.step(Buffer.from([HANDSHAKE, 3, 3, 0, 0]))).rejects.toThrow(
      withCode('ERR_SSPI_REQUIREMENT_NOT_MET'),
    );
    expect(() => pair.client.wrap(Buffer.alloc(1))).toThrow(
      withCode('ERR_SSPI_REQUIREMENT_NOT_MET'),
    );
  });

  test('a step that says nothing of flags leaves those of before', async () => {
    using pair = await providerPair('TestStream', {
      client: { requiredFlags: ['confidentiality'] },
    });
    provider.behave('recordType', HANDSHAKE);
    open(pair.client, record(pair.server));
    provider.behave('unwrittenFlags', 1);
    expect((await pair.client.step(Buffer.from([HANDSHAKE, 3, 3, 0, 0]))).done).toBe(true);
    expect(pair.client.flags.confidentiality).toBe(true);
  });

  test('until its last step the context is not done: it is not exported, and messages go on', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('DecryptMessage', 0x00090321);
    const [token, message] = [Buffer.alloc(60), Buffer.alloc(8)];
    const sealed = [
      { type: SECBUFFER_TOKEN, data: token },
      { type: SECBUFFER_DATA, data: message },
    ];
    expect(pair.client.decryptMessage(sealed).status).toBe('SEC_I_RENEGOTIATE');
    expect(pair.client.done).toBe(true);
    provider.fail('InitializeSecurityContext', 0x00090312);
    const step = await pair.client.step(token);
    expect([step.done, step.status]).toEqual([false, 'SEC_I_CONTINUE_NEEDED']);
    expect(pair.client.done).toBe(false);
    expect(() => pair.client.export()).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
    expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
    provider.fail('InitializeSecurityContext', 0);
    expect((await pair.client.step(token)).done).toBe(true);
    expect(pair.client.done).toBe(true);
    await expect(pair.client.step(token)).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_COMPLETE'));
  });

  test('and a control token do not take the place of one another', async () => {
    using pair = await providerPair('TestStream', {
      client: { requiredFlags: ['confidentiality'] },
    });
    provider.behave('recordType', HANDSHAKE);
    open(pair.client, record(pair.server));
    shutdown(pair.client);
    // The step without a token answers the control token, whatever flags it has.
    provider.behave('flags', 2);
    expect((await pair.client.step()).token?.[0]).toBe(ALERT);
    // That of the renegotiation is still there, and still has to grant what is required.
    provider.fail('InitializeSecurityContext', 0x00090321);
    await expect(pair.client.step(Buffer.from([HANDSHAKE, 3, 3, 0, 0]))).resolves.toMatchObject({
      done: false,
    });
  });

  test('keeps its steps from a control token that waits for its own', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('DecryptMessage', 0x00090321);
    const data = Buffer.alloc(60);
    pair.client.decryptMessage([{ type: SECBUFFER_TOKEN, data }]);
    shutdown(pair.client);
    provider.fail('InitializeSecurityContext', 0x00090312);
    expect((await pair.client.step(data)).done).toBe(false);
    expect(pair.client.done).toBe(false);
  });

  test('with a part of a record is IncompleteMessageError, and the context stays complete', async () => {
    using pair = await providerPair('TestStream');
    provider.behave('recordType', HANDSHAKE);
    open(pair.client, record(pair.server));
    const token = Buffer.from([HANDSHAKE, 3, 3, 0, 0]);
    await expect(pair.client.step(token.subarray(0, 2))).rejects.toMatchObject({
      name: 'IncompleteMessageError',
    });
    expect(pair.client.done).toBe(true);
    expect(record(pair.client).length).toBeGreaterThan(text.length);
    expect((await pair.client.step(token)).done).toBe(true);
  });

  test('gives the context another expiry', async () => {
    using pair = await providerPair('TestStream');
    expect(pair.client.expiry).toBeInstanceOf(Date);
    provider.behave('recordType', HANDSHAKE);
    open(pair.client, record(pair.server));
    provider.behave('expiry', never.zero);
    await pair.client.step(Buffer.from([HANDSHAKE, 3, 3, 0, 0]));
    expect(pair.client.expiry).toBe(undefined);
  });

  test('makes the sizes of the context be asked for again', async () => {
    using pair = await providerPair('TestStream');
    const asked = () =>
      callsOf('QueryContextAttributes').filter(({ attribute }) => attribute === 4).length;
    record(pair.client);
    record(pair.client);
    expect(asked()).toBe(1);
    shutdown(pair.client);
    await pair.client.step();
    record(pair.client);
    expect(asked()).toBe(2);
  });
});

describe.skipIf(!providerInstalled)('a step of a stream package', () => {
  checkProviderAfterEach();

  test('that says the session is over before it began is ContextExpiredError', async () => {
    using pair = await newProviderPair('TestScript');
    await pair.client.step();
    provider.fail('InitializeSecurityContext', 0x00090317);
    await expect(pair.client.step(text)).rejects.toMatchObject({
      name: 'ContextExpiredError',
      code: 'SEC_I_CONTEXT_EXPIRED',
      syscall: 'InitializeSecurityContext',
    });
    await expect(pair.client.step(text)).rejects.toMatchObject({ name: 'ContextExpiredError' });
  });

  test('that was complete waits for nobody who asks for the client: ERR_SSPI_CONTEXT_BUSY', async () => {
    using pair = await providerPair('TestScript');
    shutdown(pair.server);
    provider.hold('QuerySecurityContextToken');
    const asking = [pair.server.identity(), pair.server.isMemberOf('S-1-1-0')];
    await expect(pair.server.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    provider.release('QuerySecurityContextToken');
    await Promise.all(asking);
    const inside = pair.server.impersonate(() => [pair.server.step()]);
    await expect(inside[0]).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect((await pair.server.step()).done).toBe(true);
  });

  test('gets TOKEN, EMPTY, and channel bindings after them', async () => {
    proves('SECBUFFER_EMPTY', 'SECBUFFER_CHANNEL_BINDINGS', 'channel bindings');
    const bindings = { channelBindings: { applicationData: Buffer.from('tls-unique:x') } };
    using pair = await newProviderPair('TestStream', { client: bindings, server: bindings });
    await handshake(pair.client, pair.server);
    const types = callsOf('InitializeSecurityContext', 'AcceptSecurityContext').map(({ buffers }) =>
      buffers.map(({ type }) => type),
    );
    expect(types[0]).toEqual([14]);
    expect(types[1]).toEqual([SECBUFFER_TOKEN, SECBUFFER_EMPTY, 14]);
  });

  test('of the other packages gets no EMPTY', async () => {
    using _pair = await providerPair('TestKerberos');
    const [, accept] = callsOf('InitializeSecurityContext', 'AcceptSecurityContext');
    expect(accept?.buffers.map(({ type }) => type)).toEqual([SECBUFFER_TOKEN]);
  });

  test('gives back what it did not consume', async () => {
    proves('SECBUFFER_EXTRA', 'stream records');
    using pair = await newProviderPair('TestStream');
    const { token } = await pair.client.step();
    const rest = Buffer.from('what follows the record');
    const step = await pair.server.step(Buffer.concat([token as Buffer, rest]));
    expect(step.extra).toEqual(rest);
    expect(step.done).toBe(true);
    const answered = await pair.client.step(step.token);
    expect([answered.done, answered.extra]).toEqual([true, undefined]);
  });

  test('with application data behind the last token leaves it for decryptMessage', async () => {
    using pair = await newProviderPair('TestStream');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    const sealed = record(pair.server);
    const { done, extra } = await pair.client.step(Buffer.concat([answer as Buffer, sealed]));
    expect(done).toBe(true);
    const opened = open(pair.client, extra as Buffer);
    expect(dataAt(opened.buffers, 1)).toEqual(text);
    expect(bufferAt(opened.buffers, 3).type).not.toBe(SECBUFFER_EXTRA);
  });

  test('with a part of a record is IncompleteMessageError, tells what is missing, and goes on', async () => {
    proves('SECBUFFER_MISSING', 'stream records');
    using pair = await newProviderPair('TestStream');
    const token = (await pair.client.step()).token as Buffer;
    for (const length of [1, 4, 5, 6, token.length - 1]) {
      const missing = length < 5 ? 5 - length : token.length - length;
      await expect(pair.server.step(token.subarray(0, length))).rejects.toMatchObject({
        name: 'IncompleteMessageError',
        syscall: 'AcceptSecurityContext',
        missing,
      });
    }
    expect((await pair.server.step(token)).done).toBe(true);
  });

  test.each([[1], [100], [0x7fffffff]])(
    'that says it left %d bytes more than there were is ERR_SSPI_INVALID_BUFFER',
    async (beyond) => {
      proves('SECBUFFER_EXTRA');
      using pair = await newProviderPair('TestStream');
      const { token } = await pair.client.step();
      provider.behave('extraBeyond', beyond);
      await expect(pair.server.step(token)).rejects.toThrow(withCode('ERR_SSPI_INVALID_BUFFER'));
    },
  );

  test('that asks for credentials has consumed nothing', async () => {
    proves('successes with a meaning');
    using pair = await newProviderPair('TestStream');
    await pair.client.step();
    const context: ClientContext = pair.client;
    provider.fail('InitializeSecurityContext', 0x00090320);
    const token = Buffer.from('a token');
    const step = await context.step(token);
    expect(step).toEqual({
      token: undefined,
      done: false,
      status: 'SEC_I_INCOMPLETE_CREDENTIALS',
      extra: token,
    });
  });
});
