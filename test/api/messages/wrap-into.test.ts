import { describe, expect, test } from 'vitest';
import type { SecurityContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { outside, outsideType } from '../../harness/support/misbehaviours.js';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderPackage,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const outOfRange = expect.objectContaining({ code: 'ERR_OUT_OF_RANGE' });

describe.skipIf(!providerInstalled)('wrapInto', () => {
  checkProviderAfterEach();

  describe.each<[ProviderPackage, number, number, number]>([
    ['TestKerberos', 60, 77, 100_000], // 76 and a block of 1
    ['TestNtlm', 16, 64, 100_000],
    ['TestScript', 60, 77, 16_384],
  ])('%s', (name, token, overhead, longest) => {
    const open = (context: SecurityContext, sealed: Buffer) =>
      context.unwrapDetached({ token: sealed.subarray(0, token), message: sealed.subarray(token) });

    test('seals as wrap does, at the start of the target, and leaves the message alone', async () => {
      proves('shrinking token');
      using pair = await providerPair(name);
      expect(pair.client.wrapOverhead).toBe(overhead);
      for (const length of [0, 1, 23, 4096, longest]) {
        const message = Buffer.alloc(length, 'message');
        const target = Buffer.alloc(length + overhead + 9, 0xaa);
        const written = pair.client.wrapInto(target, message);
        expect(written).toBe(token + length);
        expect(open(pair.server, target.subarray(0, written))).toEqual({
          message,
          encrypted: true,
        });
        // Nothing is written past the room that was asked for.
        expect(target.subarray(length + overhead)).toEqual(Buffer.alloc(9, 0xaa));
        expect(message).toEqual(Buffer.alloc(length, 'message'));
      }
    });

    test('takes a message from anywhere in the target', async () => {
      using pair = await providerPair(name);
      for (const place of [0, 1, token - 1, token, token + 1, overhead - 1, overhead]) {
        const target = Buffer.alloc(text.length + overhead);
        const message = target.subarray(place, place + text.length);
        text.copy(message);
        const written = pair.client.wrapInto(target, message);
        expect(open(pair.server, target.subarray(0, written)).message).toEqual(text);
      }
    });

    test('a target with one byte too few is refused before the call', async () => {
      using pair = await providerPair(name);
      const target = Buffer.alloc(text.length + overhead - 1);
      expect(() => pair.client.wrapInto(target, text)).toThrow(outOfRange);
      expect(callsOf('EncryptMessage')).toEqual([]);
    });
  });

  test('signs only, where encrypt is false', async () => {
    using pair = await providerPair('TestKerberos');
    const target = Buffer.alloc(text.length + pair.client.wrapOverhead);
    const written = pair.client.wrapInto(target, text, { encrypt: false });
    expect(target.subarray(0, written).includes(text)).toBe(true);
    expect(pair.server.unwrap(target.subarray(0, written))).toEqual({
      message: text,
      encrypted: false,
    });
  });

  test('a failure is the status of EncryptMessage, and the context goes on', async () => {
    using pair = await providerPair('TestScript');
    const target = Buffer.alloc(text.length + pair.client.wrapOverhead);
    provider.fail('EncryptMessage', 0x8009030a);
    expect(() => pair.client.wrapInto(target, text)).toThrow(
      expect.objectContaining({ name: 'QopNotSupportedError', syscall: 'EncryptMessage' }),
    );
    const written = pair.client.wrapInto(target, text);
    expect(pair.server.unwrap(target.subarray(0, written)).message).toEqual(text);
  });

  test('a success that is not SEC_E_OK has not sealed: an error', async () => {
    proves('successes with a meaning');
    using pair = await providerPair('TestScript');
    const target = Buffer.alloc(text.length + pair.client.wrapOverhead);
    provider.fail('EncryptMessage', 0x00090317);
    expect(() => pair.client.wrapInto(target, text)).toThrow(
      expect.objectContaining({ code: 'SEC_I_CONTEXT_EXPIRED' }),
    );
  });

  // Before the message lies the token's memory, and before the padding the message's.
  // One byte before the start, only the TOKEN is outside of the target. Without memory a buffer is empty.
  const places = Object.entries(outsideType).flatMap(([name, type]) =>
    Object.entries(outside)
      .filter(([place]) => name === 'TOKEN' || place !== 'one byte before the start')
      .filter(([place]) => place !== 'without memory')
      .map(([title, place]) => [name, title, type, place] as const),
  );

  test.each(places)(
    'a %s %s is refused, and nothing of it is read',
    async (_name, _title, type, place) => {
      using pair = await providerPair('TestScript');
      const target = Buffer.alloc(text.length + pair.client.wrapOverhead);
      provider.behave('fullOutput', 1);
      provider.behave('outsideType', type);
      provider.behave('outside', place);
      expect(() => pair.client.wrapInto(target, text)).toThrow(
        expect.objectContaining({ code: 'ERR_SSPI_INVALID_BUFFER' }),
      );
    },
  );

  test('buffers that are filled to the end come out whole', async () => {
    using pair = await providerPair('TestScript');
    const target = Buffer.alloc(text.length + pair.client.wrapOverhead);
    provider.behave('fullOutput', 1);
    expect(pair.client.wrapInto(target, text)).toBe(target.length);
  });

  test.each([
    ['no target', undefined, text],
    ['a target that is an array', [], text],
    ['a message that is text', Buffer.alloc(200), 'text'],
    ['shared memory', new Uint8Array(new SharedArrayBuffer(200)), text],
  ])('%s is refused', async (_, target, message) => {
    using pair = await providerPair('TestKerberos');
    expect(() => pair.client.wrapInto(target as never, message as never)).toThrow(TypeError);
  });

  test('during an asynchronous call in the same direction: ERR_SSPI_CONTEXT_BUSY', async () => {
    using pair = await providerPair('TestScript');
    const target = Buffer.alloc(text.length + pair.client.wrapOverhead);
    provider.hold('EncryptMessage');
    const sealing = pair.client.wrapAsync(text);
    expect(() => pair.client.wrapInto(target, text)).toThrow(
      expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_BUSY' }),
    );
    provider.release('EncryptMessage');
    expect(pair.server.unwrap(await sealing).message).toEqual(text);
  });

  test('wants a complete context', async () => {
    using pair = await providerPair('TestKerberos');
    pair.client.close();
    expect(() => pair.client.wrapInto(Buffer.alloc(200), text)).toThrow(
      expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_CLOSED' }),
    );
    expect(() => pair.client.wrapOverhead).toThrow(
      expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_CLOSED' }),
    );
  });
});
