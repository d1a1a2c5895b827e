import { describe, expect, test } from 'vitest';
import * as winsspi from 'winsspi';
import {
  ISC_REQ_CONFIDENTIALITY,
  ISC_REQ_USE_DCE_STYLE,
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_TOKEN,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { type BufferSubject, buffers as bufferSubjects } from '../../harness/proofs/subjects.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');

describe.skipIf(!providerInstalled)('the types of buffers', () => {
  checkProviderAfterEach();

  test.each(Object.entries(bufferSubjects) as [BufferSubject, { number: number }][])(
    '%s reaches the package and comes back, with each flag',
    async (name, { number }) => {
      proves(name, 'types and attribute bits');
      expect(winsspi).toHaveProperty(name, number);
      using pair = await providerPair('TestScript');
      for (const flags of [0, SECBUFFER_READONLY, SECBUFFER_READONLY_WITH_CHECKSUM, 0xf0000000]) {
        const buffer = { type: number + flags, data: Buffer.alloc(80, 'x') };
        // MISSING has a length and no memory.
        const returned = name === 'SECBUFFER_MISSING' ? { ...buffer, data: null } : buffer;
        for (const syscall of ['EncryptMessage', 'DecryptMessage'] as const) {
          provider.fail(syscall, 0); // succeeds, and does nothing
          const method = syscall === 'EncryptMessage' ? 'encryptMessage' : 'decryptMessage';
          const result = pair.client[method]([buffer]);
          expect('buffers' in result ? result.buffers : result).toEqual([returned]);
          expect(callsOf(syscall).at(-1)?.buffers).toMatchObject([
            { type: buffer.type, length: 80 },
          ]);
        }
      }
    },
  );
});

describe.skipIf(!providerInstalled)('the buffers of a message', () => {
  checkProviderAfterEach();

  test('what is refused for its length says which limit, and where to find it', async () => {
    proves('longest message', 'short token buffer');
    using pair = await providerPair('TestScript');
    const seal = (token: number, message: number) => () =>
      pair.client.encryptMessage([
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(token) },
        { type: SECBUFFER_DATA, data: Buffer.alloc(message) },
      ]);
    const refusal = (message: string) =>
      expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE', message });
    expect(seal(75, 1)).toThrow(
      refusal(
        'The value of "buffers[0].data.byteLength" is out of range. It must be >= 76, the most that ' +
          'the package may write (the attributes sizes and streamSizes). Received 75',
      ),
    );
    expect(seal(76, 16385)).toThrow(
      refusal(
        'The value of "buffers" is out of range. It must be <= 16384 bytes ' +
          '(streamSizes.maximumMessage). Received 16385 bytes',
      ),
    );
    expect(callsOf('EncryptMessage')).toEqual([]);
  });

  test.each([
    ['64 bytes', 'TestNtlm', 0, 64],
    [
      '128 bytes with DCE_STYLE',
      'TestScript',
      ISC_REQ_USE_DCE_STYLE | ISC_REQ_CONFIDENTIALITY,
      128,
    ],
  ] as const)('wrapDetached gives the token %s at least', async (_, name, granted, room) => {
    proves('minimum token size');
    if (granted > 0) provider.behave('flags', granted);
    using pair = await providerPair(name);
    expect(pair.client.queryAttribute('sizes').securityTrailer).toBeLessThan(room);
    pair.client.wrapDetached(text);
    expect(callsOf('EncryptMessage')[0]?.buffers[0]).toMatchObject({
      type: SECBUFFER_TOKEN,
      length: room,
    });
  });

  test('PADDING of cbBlockSize from wrap and wrapDetached, in an array only as passed', async () => {
    proves('SECBUFFER_PADDING', 'padding buffer');
    using pair = await providerPair('TestScript');
    pair.client.wrap(text);
    pair.client.wrapDetached(text);
    await pair.client.wrapAsync(text);
    pair.client.encryptMessage([
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ]);
    const calls = callsOf('EncryptMessage').map((call) =>
      call.buffers.map(({ type, length }) => [type, length]),
    );
    const array = [
      [SECBUFFER_TOKEN, 76],
      [SECBUFFER_DATA, text.length],
    ];
    const padded = [...array, [SECBUFFER_PADDING, 1]];
    expect(calls).toEqual([padded, padded, padded, array]);
  });

  test('wrapDetached with padding: false passes no PADDING, and returns none', async () => {
    proves('detached messages');
    using pair = await providerPair('TestScript');
    const { token, message, padding } = pair.client.wrapDetached(text, { padding: false });
    expect(callsOf('EncryptMessage').map(({ buffers }) => buffers.map(({ type }) => type))).toEqual(
      [[SECBUFFER_TOKEN, SECBUFFER_DATA]],
    );
    expect(padding).toEqual(Buffer.alloc(0));
    expect(pair.server.unwrapDetached({ token, message })).toEqual({
      message: text,
      encrypted: true,
    });
    const signed = pair.client.wrapDetached(text, { padding: false, encrypt: false });
    expect(pair.server.unwrapDetached(signed)).toEqual({ message: text, encrypted: false });
  });

  test('wrapDetached takes only a boolean for padding', async () => {
    using pair = await providerPair('TestScript');
    for (const padding of [null, 0, 'false']) {
      expect(() => pair.client.wrapDetached(text, { padding: padding as never })).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARG_TYPE',
          message: expect.stringMatching(/^The "options.padding" property must be of type boolean/),
        }),
      );
    }
    expect(callsOf('EncryptMessage')).toEqual([]);
  });

  test('wrapDetached lays token, message and padding on end', async () => {
    proves('contiguous memory');
    using pair = await providerPair('TestScript');
    provider.behave('fullOutput', 1);
    const { token, message, padding } = pair.client.wrapDetached(text);
    expect([message.buffer, padding.buffer]).toEqual([token.buffer, token.buffer]);
    expect(message.byteOffset).toBe(token.byteOffset + token.length);
    expect(padding.byteOffset).toBe(message.byteOffset + message.length);
    expect(padding.length).toBe(1);
  });

  test('unwrapDetached passes PADDING where there is one', async () => {
    proves('SECBUFFER_PADDING', 'detached messages');
    using pair = await providerPair('TestScript');
    const { token, message } = pair.client.wrapDetached(text);
    const padding = Buffer.alloc(3);
    expect(pair.server.unwrapDetached({ token, message, padding }).message).toEqual(text);
    const next = pair.client.wrapDetached(text);
    pair.server.unwrapDetached({ token: next.token, message: next.message });
    const types = callsOf('DecryptMessage').map(({ buffers }) => buffers.map(({ type }) => type));
    expect(types).toEqual([
      [SECBUFFER_TOKEN, SECBUFFER_DATA, SECBUFFER_PADDING],
      [SECBUFFER_TOKEN, SECBUFFER_DATA],
    ]);
  });
});
