import { createRequire } from 'node:module';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  ClientContext,
  Credentials,
  configureThreads,
  SECBUFFER_DATA,
  SECBUFFER_TOKEN,
} from 'winsspi';
import type { Binding } from '../../../lib/addon/binding.js';
import { proves } from '../../harness/proofs/proves.js';
import { outside } from '../../harness/support/misbehaviours.js';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
  untilReturned,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const withCode = (code: string) => expect.objectContaining({ code });

describe.skipIf(!providerInstalled)('a step', () => {
  checkProviderAfterEach();

  test('runs off the JavaScript thread, CompleteAuthToken with it', async () => {
    proves('InitializeSecurityContext', 'AcceptSecurityContext', 'CompleteAuthToken');
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    provider.behave('complete', 1);
    await pair.client.step(answer);
    const calls = callsOf(
      'InitializeSecurityContext',
      'AcceptSecurityContext',
      'CompleteAuthToken',
    );
    expect(calls.length).toBe(4);
    for (const { thread } of calls) expect(thread).not.toBe(provider.thread());
    expect(calls[3]?.thread).toBe(calls[2]?.thread);
  });

  test('that is held does not block the event loop; meanwhile the context is busy', async () => {
    using pair = await newProviderPair('TestScript');
    provider.hold('InitializeSecurityContext');
    let settled = false;
    const step = pair.client.step().finally(() => {
      settled = true;
    });
    expect((await untilCalled('InitializeSecurityContext')).status).toBe(undefined);
    // Timers and other calls come and go meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 1));
    using _other = await newProviderPair('TestScript');
    expect(settled).toBe(false);
    await expect(pair.client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(() => pair.client.queryAttribute('sizes')).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(() => pair.client.sign(text)).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(callsOf('InitializeSecurityContext').length).toBe(1);
    provider.release('InitializeSecurityContext');
    expect((await step).status).toBe('SEC_I_CONTINUE_NEEDED');
  });

  test('of one context that is held does not hold another', async () => {
    using pair = await newProviderPair('TestScript');
    provider.hold('AcceptSecurityContext');
    const { token } = await pair.client.step();
    const server = pair.server.step(token);
    await untilCalled('AcceptSecurityContext');
    using other = await newProviderPair('TestScript');
    expect((await other.client.step()).done).toBe(false);
    provider.release('AcceptSecurityContext');
    expect((await server).done).toBe(true);
  });

  test('that is held outlives close(), which frees the context after it', async () => {
    proves('DeleteSecurityContext', 'FreeCredentialsHandle');
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    provider.hold('InitializeSecurityContext');
    const step = pair.client.step(answer);
    await untilCalled('InitializeSecurityContext', 2);
    pair.client.close();
    expect(callsOf('DeleteSecurityContext')).toEqual([]);
    expect(provider.counters()).toMatchObject({ contexts: 2, credentials: 2 });
    provider.release('InitializeSecurityContext');
    await expect(step).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
    expect(provider.counters()).toMatchObject({ contexts: 1, credentials: 1, errors: [] });
  });

  test('that starts a context and outlives close() leaves nothing', async () => {
    const credentials = await Credentials.acquire({ package: 'TestScript' });
    const context = new ClientContext(credentials, { targetName: 'HTTP/a' });
    provider.hold('InitializeSecurityContext');
    const step = context.step();
    await untilCalled('InitializeSecurityContext');
    context.close();
    credentials.close();
    expect(provider.counters().credentials).toBe(1);
    provider.release('InitializeSecurityContext');
    await expect(step).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
    expect(provider.counters()).toMatchObject({ contexts: 0, credentials: 0 });
  });

  test('that was given a token is not changed by what happens to it later', async () => {
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    const copy = Buffer.from(token as Buffer);
    provider.hold('AcceptSecurityContext');
    const step = pair.server.step(copy);
    copy.fill(0);
    await untilCalled('AcceptSecurityContext');
    provider.release('AcceptSecurityContext');
    expect((await step).done).toBe(true);
    expect(callsOf('AcceptSecurityContext')[0]?.buffers[0]?.bytes).toEqual(token);
  });
});

describe.skipIf(!providerInstalled)('an asynchronous message function', () => {
  checkProviderAfterEach();
  afterEach(() => {
    configureThreads({ max: 64 });
  });

  const message = () => [
    { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
    { type: SECBUFFER_DATA, data: Buffer.from(text) },
  ];

  test('runs off the JavaScript thread', async () => {
    proves('EncryptMessage', 'DecryptMessage', 'MakeSignature', 'VerifySignature');
    using pair = await providerPair('TestScript');
    const sealed = await pair.client.encryptMessageAsync(message());
    const { buffers } = await pair.server.decryptMessageAsync(sealed);
    expect(buffers[1]?.data).toEqual(text);
    const signed = await pair.client.makeSignatureAsync(message());
    await pair.server.verifySignatureAsync(signed);
    const calls = callsOf('EncryptMessage', 'DecryptMessage', 'MakeSignature', 'VerifySignature');
    expect(calls.length).toBe(4);
    for (const { thread } of calls) expect(thread).not.toBe(provider.thread());
  });

  test('waits for the one before it in the same direction, and gets the next number', async () => {
    proves('one call in each direction');
    using pair = await providerPair('TestScript');
    const numbers = [0, 1, 2, 3, 4, 5, 6, 7];
    configureThreads({ max: 2 });
    provider.hold('EncryptMessage');
    const sealing = numbers.map(() => pair.client.wrapAsync(text));
    await untilCalled('EncryptMessage');
    expect(() => pair.client.sign(text)).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(callsOf('MakeSignature')).toEqual([]);
    // The second thread is free: had one of those that wait been given to it, it would be held too.
    using other = await newProviderPair('TestScript');
    expect((await other.client.step()).done).toBe(false);
    expect(callsOf('EncryptMessage').length).toBe(1);
    provider.release('EncryptMessage');
    const sealed = await Promise.all(sealing);
    expect(sealed.map((bytes) => bytes.readUInt32BE(12))).toEqual(numbers);
    for (const bytes of sealed) expect(pair.server.unwrap(bytes).message).toEqual(text);
  });

  test('waits for the one before it in the addon too', async () => {
    const addon = '../../../prebuilds/win32-x64/node.napi.node';
    const binding: Binding = createRequire(import.meta.url)(addon);
    using pair = await providerPair('TestScript');
    const messageAsync = vi.spyOn(binding, 'messageAsync');
    await pair.client.wrapAsync(text);
    const [context] =
      messageAsync.mock.lastCall ?? expect.fail('wrapAsync has not called the addon');
    messageAsync.mockRestore();
    provider.hold('EncryptMessage');
    // The words of native/call_frame.h: wrap of 128 bytes between room for a token and for padding.
    const frames = [1, 2].map(() => {
      const frame = new Uint32Array(binding.callFrame.length);
      frame.set([5, 0, 0, 0, 0, 64, 64, 0, 0, ...[0, 0, 0, 256], ...[0, 1, 64, 128]]);
      return frame;
    });
    const wrapping = frames.map(
      (frame) =>
        new Promise((settle) => {
          binding.messageAsync(context, settle, frame, Buffer.alloc(256), 2);
        }),
    );
    configureThreads({ max: 3 });
    await untilCalled('EncryptMessage', 2);
    // By the third thread, which takes them when the second one has taken its call.
    for (let i = 0; i < 50; i++) (await Credentials.acquire({ package: 'TestScript' })).close();
    expect(callsOf('EncryptMessage').length).toBe(2);
    provider.release('EncryptMessage');
    expect(await Promise.all(wrapping)).toEqual([undefined, undefined]);
    // Done, and the length of a token of 60 bytes and the message.
    expect(frames.map((frame) => [frame[1], frame[8]])).toEqual(Array(2).fill([1, 60 + 128]));
    expect(callsOf('EncryptMessage').length).toBe(3);
  });

  test('overlaps with one in the other direction', async () => {
    proves('EncryptMessage', 'DecryptMessage', 'one call in each direction');
    using pair = await providerPair('TestScript');
    const sealed = pair.server.wrap(text);
    provider.hold('EncryptMessage');
    const sealing = pair.client.wrapAsync(text);
    await untilCalled('EncryptMessage', 2);
    expect((await pair.client.unwrapAsync(sealed)).message).toEqual(text);
    expect(callsOf('EncryptMessage')[1]?.status).toBe(undefined);
    provider.release('EncryptMessage');
    expect(pair.server.unwrap(await sealing).message).toEqual(text);
  });

  test('that is held outlives close(), which deletes the context after it', async () => {
    using pair = await providerPair('TestScript');
    provider.hold('EncryptMessage');
    const sealing = pair.client.wrapAsync(text).then(
      () => 'sealed',
      (error) => error.code,
    );
    await untilCalled('EncryptMessage');
    pair.client.close();
    expect(callsOf('DeleteSecurityContext')).toEqual([]);
    provider.release('EncryptMessage');
    expect(await sealing).toBe('ERR_SSPI_CONTEXT_CLOSED');
    await untilReturned('DeleteSecurityContext');
    expect(provider.counters().errors).toEqual([]);
  });

  test.each(Object.entries(outside))('refuses a DATA range %s', async (_, place) => {
    proves('ranges of a stream');
    using pair = await providerPair('TestScript');
    const sealed = await pair.client.encryptMessageAsync(message());
    const before = sealed.map(({ data }) => Buffer.from(data ?? []));
    provider.behave('outside', place);
    await expect(pair.server.decryptMessageAsync(sealed)).rejects.toThrow(
      withCode('ERR_SSPI_INVALID_BUFFER'),
    );
    // Nothing was written.
    expect(sealed.map(({ data }) => Buffer.from(data ?? []))).toEqual(before);
  });
});
