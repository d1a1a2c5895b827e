import { describe, expect, test } from 'vitest';
import { SECBUFFER_DATA } from 'winsspi';
import type { Pair } from '../../harness/support/handshake.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

// The memory of results: short ones share it.

const SEC_E_INTERNAL_ERROR = 0x80090304;
const secret = Buffer.from('what only one of two connections may see');
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
