import { describe, expect, test } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { handshake } from '../../harness/support/handshake.js';
import {
  checkProviderAfterEach,
  dataAt,
  newProviderPair,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const altered = expect.objectContaining({ name: 'MessageAlteredError' });

describe.skipIf(!providerInstalled)("a package of Windows NTLM's shape", () => {
  checkProviderAfterEach();

  test('takes three tokens', async () => {
    proves('InitializeSecurityContext', 'AcceptSecurityContext', 'end of the handshake');
    using pair = await newProviderPair('TestNtlm');
    const legs = await handshake(pair.client, pair.server);
    expect(legs.map(({ side, status, done, token }) => [side, status, done, !!token])).toEqual([
      ['client', 'SEC_I_CONTINUE_NEEDED', false, true],
      ['server', 'SEC_I_CONTINUE_NEEDED', false, true],
      ['client', 'SEC_E_OK', true, true],
      ['server', 'SEC_E_OK', true, false],
    ]);
    expect(pair.server.package).toBe('TestNtlm');
  });

  test('seals with a token of 16 bytes, without padding', async () => {
    proves('NTLM token size');
    using pair = await providerPair('TestNtlm');
    const sealed = pair.client.wrapDetached(text);
    expect([sealed.token.length, sealed.message.length, sealed.padding.length]).toEqual([
      16,
      text.length,
      0,
    ]);
    expect(sealed.token.readUInt32LE()).toBe(1);
    expect(pair.server.unwrapDetached(sealed)).toEqual({ message: text, encrypted: true });
  });

  test('encrypts even where it was asked not to, and says so', async () => {
    proves('wrap without encryption');
    using pair = await providerPair('TestNtlm');
    const data = Buffer.from(text);
    const sealed = pair.client.encryptMessage(
      [
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(16) },
        { type: SECBUFFER_DATA, data },
      ],
      { qop: SECQOP_WRAP_NO_ENCRYPT },
    );
    expect(data.equals(text)).toBe(false);
    expect(pair.server.decryptMessage(sealed).qop).toBe(0);
    expect(data).toEqual(text);
    const parts = pair.client.wrapDetached(text, { encrypt: false });
    expect(pair.server.unwrapDetached(parts)).toEqual({ message: text, encrypted: true });
  });

  test('opens a message in one piece, and points DATA into it', async () => {
    using pair = await providerPair('TestNtlm');
    const { token, message } = pair.client.wrapDetached(text);
    const stream = Buffer.concat([token, message]);
    const { qop, buffers } = pair.server.decryptMessage([
      { type: SECBUFFER_STREAM, data: stream },
      { type: SECBUFFER_DATA, data: null },
    ]);
    expect(qop).toBe(0);
    expect(dataAt(buffers, 1)).toEqual(text);
    expect(dataAt(buffers, 1).byteOffset).toBe(stream.byteOffset + 16);
  });

  test.each([
    ['READONLY', SECBUFFER_READONLY],
    ['READONLY_WITH_CHECKSUM', SECBUFFER_READONLY_WITH_CHECKSUM],
  ])('covers a %s buffer and does not encrypt it', async (_, flag) => {
    proves('read-only buffers');
    using pair = await providerPair('TestNtlm');
    const [head, body] = [Buffer.from('head'), Buffer.from(text)];
    const sealed = pair.client.encryptMessage([
      { type: (SECBUFFER_DATA | flag) >>> 0, data: head },
      { type: SECBUFFER_DATA, data: body },
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(16) },
    ]);
    expect(head.toString()).toBe('head');
    expect(body.equals(text)).toBe(false);
    head.write('HEAD');
    expect(() => pair.server.decryptMessage(sealed)).toThrow(altered);
    head.write('head');
    pair.server.decryptMessage(sealed);
    expect(dataAt(sealed, 1)).toEqual(text);
  });

  const empty = Buffer.alloc(0);

  // Called NTLM, the token is split off the message; else the package finds it in the stream.
  describe.each([
    ['TestNtlm', 0],
    ['NTLM', 1],
  ] as const)('and called %s', (name, windowsNames) => {
    test.each<[string, (pair: ProviderPair) => unknown]>([
      ['unwrap', ({ client, server }) => server.unwrap(client.wrap(empty))],
      [
        'unwrapAsync',
        async ({ client, server }) => server.unwrapAsync(await client.wrapAsync(empty)),
      ],
      ['unwrapDetached', ({ client, server }) => server.unwrapDetached(client.wrapDetached(empty))],
    ])('%s opens a message of no bytes', async (_, open) => {
      proves('empty message');
      provider.behave('windowsNames', windowsNames);
      using pair = await providerPair('TestNtlm');
      expect(pair.client.package).toBe(name);
      expect(await open(pair)).toEqual({ message: empty, encrypted: true });
    });
  });

  test.each(['', 'Async'] as const)(
    'encryptMessage%s and decryptMessage%s take a message of no bytes',
    async (suffix) => {
      proves('empty message');
      using pair = await providerPair('TestNtlm');
      const encrypted = await pair.client[`encryptMessage${suffix}`]([
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(16) },
        { type: SECBUFFER_DATA, data: Buffer.alloc(0) },
      ]);
      expect(encrypted.map(({ data }) => data?.length)).toEqual([16, 0]);
      const { status, buffers } = await pair.server[`decryptMessage${suffix}`](encrypted);
      expect([status, buffers[1]?.data?.length]).toEqual(['SEC_E_OK', 0]);
    },
  );

  test('signs a message of no bytes', async () => {
    proves('empty message');
    using pair = await providerPair('TestNtlm');
    const signature = pair.client.sign(empty);
    expect(signature.length).toBe(16);
    expect(() => pair.server.verify(text, signature)).toThrow(altered);
    pair.server.verify(empty, signature);
  });

  test('signs with 16 bytes', async () => {
    proves('MakeSignature', 'VerifySignature');
    using pair = await providerPair('TestNtlm');
    const signature = pair.server.sign(text);
    expect(signature.length).toBe(16);
    expect(() => pair.client.verify(Buffer.from('other'), signature)).toThrow(altered);
    pair.client.verify(text, signature);
    expect(() => pair.client.verify(text, signature)).toThrow(
      expect.objectContaining({ name: 'OutOfSequenceError' }),
    );
  });
});
