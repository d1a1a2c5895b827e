import { describe, expect, test } from 'vitest';
import { SECBUFFER_DATA, SECBUFFER_TOKEN, type SecurityContext } from 'winsspi';
import type { Pair } from '../../harness/support/handshake.js';
import { errorOf } from '../../harness/support/message-methods.js';
import {
  checkProviderAfterEach,
  dataAt,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

// The memory of results, of which short ones share it, and that of arguments.

const SEC_E_INTERNAL_ERROR = 0x80090304;
const secret = Buffer.from('what only one of two connections may see');
/** A copy with its last bit changed, where `flip` is 1. */
function flippedAtEnd(bytes: Buffer, flip: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ flip, copy.length - 1);
  return copy;
}

const failed = expect.objectContaining({ code: 'SEC_E_INTERNAL_ERROR' });

/** All memory that is sent where a message is. */
const allOf = (bytes: Buffer) => Buffer.from(bytes.buffer as ArrayBuffer);

/** What each method makes of a message without encrypting it, so that one would see it. */
const results: Record<string, (pair: Pair, message: Buffer) => Buffer> = {
  wrap: ({ client }, message) => client.wrap(message, { encrypt: false }),
  unwrap: ({ client, server }, message) => server.unwrap(client.wrap(message)).message,
  sign: ({ client }, message) => client.sign(message),
};

describe.skipIf(!providerInstalled)('the memory of a short result', () => {
  checkProviderAfterEach();

  test.each(Object.entries(results))('of %s holds nothing of another context', async (_, make) => {
    using one = await providerPair('TestKerberos');
    using other = await providerPair('TestKerberos');
    const first = make(one, secret);
    const harmless = make(other, Buffer.from('harmless'));
    const second = make(one, secret);
    expect(allOf(structuredClone(harmless)).includes(secret)).toBe(false);
    // It is shared: within one context this is what makes short messages fast.
    expect(second.buffer).toBe(first.buffer);
  });

  test.each(Object.entries(results))('of %s is zeroed behind the call', async (_, make) => {
    using pair = await providerPair('TestKerberos');
    const result = make(pair, secret);
    // The room for a token and padding, into which a shorter message has moved.
    const end = result.byteOffset + result.length + pair.client.wrapOverhead;
    const rest = allOf(result).subarray(end);
    expect(rest.length).toBeGreaterThan(4096);
    expect(rest.equals(Buffer.alloc(rest.length))).toBe(true);
  });

  test('holds nothing of a message that wrap could not encrypt', async () => {
    using pair = await providerPair('TestKerberos');
    const before = pair.client.sign(Buffer.alloc(0));
    provider.fail('EncryptMessage', SEC_E_INTERNAL_ERROR);
    expect(() => pair.client.wrap(secret)).toThrow(failed);
    expect(allOf(before).includes(secret)).toBe(false);
  });

  test('holds nothing of a message that unwrap could not verify', async () => {
    using pair = await providerPair('TestKerberos');
    const readable = pair.client.wrap(secret, { encrypt: false });
    const before = pair.server.sign(Buffer.alloc(0));
    provider.fail('DecryptMessage', SEC_E_INTERNAL_ERROR);
    expect(() => pair.server.unwrap(readable)).toThrow(failed);
    expect(readable.includes(secret)).toBe(true);
    expect(allOf(before).includes(secret)).toBe(false);
  });

  test('is that of the next result where the caller has taken it away', async () => {
    using pair = await providerPair('TestKerberos');
    const first = pair.client.wrap(secret);
    const copy = Buffer.from(first);
    (first.buffer as ArrayBuffer).transfer();
    const second = pair.client.wrap(secret);
    expect(first.length).toBe(0);
    expect(pair.server.unwrap(copy).message).toEqual(secret);
    expect(pair.server.unwrap(second).message).toEqual(secret);
  });
});

describe.skipIf(!providerInstalled)('the memory that a package leaves unwritten', () => {
  checkProviderAfterEach();

  const SEC_E_OK = 0; // The package does nothing, and says that it succeeded.

  /** Uses the memory of results, so that what comes behind lies in memory that was written. */
  function useMemory(client: SecurityContext): void {
    const wrapped = client.wrap(Buffer.alloc(200, 'x'));
    expect(wrapped.length).toBeLessThan(200 + client.wrapOverhead);
  }

  test.each<[string, (context: SecurityContext) => Uint8Array | Promise<Uint8Array>]>([
    ['wrap', (context) => context.wrap(secret)],
    ['wrapAsync', (context) => context.wrapAsync(secret)],
    [
      'wrapInto',
      (context) => {
        const target = Buffer.alloc(secret.length + context.wrapOverhead, 0xaa);
        return target.subarray(0, context.wrapInto(target, secret));
      },
    ],
    [
      'wrapDetached',
      (context) => {
        const { token, message, padding } = context.wrapDetached(secret);
        return Buffer.concat([token, message, padding]);
      },
    ],
  ])('is zeroed before and behind the message in what %s returns', async (_, wrap) => {
    using pair = await providerPair('TestKerberos');
    const { securityTrailer, blockSize } = pair.client.queryAttribute('sizes');
    useMemory(pair.client);
    provider.fail('EncryptMessage', SEC_E_OK);
    expect(Buffer.from(await wrap(pair.client))).toEqual(
      Buffer.concat([Buffer.alloc(securityTrailer), secret, Buffer.alloc(blockSize)]),
    );
  });

  test('is zeroed in what sign returns', async () => {
    using pair = await providerPair('TestKerberos');
    useMemory(pair.client);
    provider.fail('MakeSignature', SEC_E_OK);
    expect(pair.client.sign(secret)).toEqual(Buffer.alloc(64));
  });
});

describe.skipIf(!providerInstalled)('what the caller passed to be opened', () => {
  checkProviderAfterEach();

  const altered = { name: 'MessageAlteredError' };

  /** The arguments of each method, and the method over them. `flip` changes a bit of the message. */
  const cases: Record<string, (pair: Pair, flip: number) => { given: Buffer[]; open(): unknown }> =
    {
      unwrap: ({ client, server }, flip) => {
        const wrapped = flippedAtEnd(client.wrap(secret), flip);
        return { given: [wrapped], open: () => server.unwrap(wrapped) };
      },
      unwrapAsync: ({ client, server }, flip) => {
        const wrapped = flippedAtEnd(client.wrap(secret), flip);
        return { given: [wrapped], open: () => server.unwrapAsync(wrapped) };
      },
      unwrapDetached: ({ client, server }, flip) => {
        const { token, message } = client.wrapDetached(secret);
        const parts = { token, message: flippedAtEnd(message, flip) };
        return { given: [token, parts.message], open: () => server.unwrapDetached(parts) };
      },
      verify: ({ client, server }, flip) => {
        const [message, signature] = [flippedAtEnd(secret, flip), client.sign(secret)];
        return { given: [message, signature], open: () => server.verify(message, signature) };
      },
    };

  describe.each(['TestKerberos', 'TestNtlm'] as const)('under %s', (name) => {
    test.each(Object.entries(cases))('stays as it was when %s opens it', async (_, prepare) => {
      provider.behave('overwritesToken', 1);
      using pair = await providerPair(name);
      const { given, open } = prepare(pair, 0);
      const before = given.map((bytes) => Buffer.from(bytes));
      expect(await errorOf(open)).toBeUndefined();
      expect(given).toEqual(before);
    });

    test.each(Object.entries(cases))('stays as it was when %s refuses it', async (_, prepare) => {
      provider.behave('overwritesToken', 1);
      using pair = await providerPair(name);
      const { given, open } = prepare(pair, 1);
      const before = given.map((bytes) => Buffer.from(bytes));
      expect(await errorOf(open)).toMatchObject(altered);
      expect(given).toEqual(before);
    });
  });

  test.each([
    ['decryptMessageAsync', 'encryptMessage'],
    ['verifySignatureAsync', 'makeSignature'],
  ] as const)('stays as it was when %s refuses it', async (open, protect) => {
    provider.behave('overwritesToken', 1);
    using pair = await providerPair('TestKerberos');
    const buffers = pair.client[protect]([
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
      { type: SECBUFFER_DATA, data: Buffer.from(secret) },
    ]);
    const message = dataAt(buffers, 1);
    message.writeUInt8(message.readUInt8(0) ^ 1);
    const before = [0, 1].map((index) => Buffer.from(dataAt(buffers, index)));
    expect(await errorOf(() => pair.server[open](buffers))).toMatchObject(altered);
    expect([dataAt(buffers, 0), message]).toEqual(before);
  });
});

describe.skipIf(!providerInstalled)('memory that there is not', () => {
  checkProviderAfterEach();

  const names = [
    'encryptMessageAsync',
    'decryptMessageAsync',
    'makeSignatureAsync',
    'verifySignatureAsync',
  ] as const;

  test.each(names)('rejects %s with a code, and the process lives', async (name) => {
    using pair = await providerPair('TestKerberos');
    // One run of memory, of which no page is touched: its copies would be 32 GiB.
    const data = new Uint8Array(2 ** 30);
    const buffers = Array.from({ length: 32 }, () => ({ type: SECBUFFER_DATA, data }));
    await expect(pair.client[name](buffers)).rejects.toThrow(
      expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }),
    );
  });
});
