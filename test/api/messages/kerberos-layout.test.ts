import { describe, expect, test } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecurityContext,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { handshake } from '../../harness/support/handshake.js';
import {
  checkProviderAfterEach,
  dataAt,
  newProviderPair,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const altered = expect.objectContaining({ name: 'MessageAlteredError' });
const outOfSequence = expect.objectContaining({ name: 'OutOfSequenceError' });
const invalidToken = expect.objectContaining({ name: 'InvalidTokenError' });

const tokenRoom = () => ({ type: SECBUFFER_TOKEN, data: Buffer.alloc(76) });
const data = (bytes: Uint8Array, flags = 0) => ({
  type: (SECBUFFER_DATA | flags) >>> 0,
  data: bytes,
});

/** Seals a copy: the sealed token and data. */
function seal(context: SecurityContext, message: Uint8Array = text, qop = 0) {
  const buffers = [tokenRoom(), data(Buffer.from(message))];
  const sealed = context.encryptMessage(buffers, { qop });
  return { token: dataAt(sealed, 0), message: dataAt(sealed, 1) };
}

function open(context: SecurityContext, parts: { token: Buffer; message: Buffer }) {
  return context.decryptMessage([
    { type: SECBUFFER_TOKEN, data: Buffer.from(parts.token) },
    data(Buffer.from(parts.message)),
  ]);
}

describe.skipIf(!providerInstalled)("a package of Windows Kerberos's shape", () => {
  checkProviderAfterEach();

  test('takes one token each way', async () => {
    proves('InitializeSecurityContext', 'AcceptSecurityContext', 'end of the handshake');
    using pair = await newProviderPair('TestKerberos');
    const legs = await handshake(pair.client, pair.server);
    expect(legs.map(({ side, status, done }) => [side, status, done])).toEqual([
      ['client', 'SEC_I_CONTINUE_NEEDED', false],
      ['server', 'SEC_E_OK', true],
      ['client', 'SEC_E_OK', true],
    ]);
    expect(pair.client.package).toBe('TestKerberos');
    expect(pair.client.queryAttribute('sizes')).toEqual({
      maxToken: 48000,
      maxSignature: 40,
      blockSize: 1,
      securityTrailer: 76,
    });
  });

  test('encryptMessage returns the 60 bytes of the token and no padding', async () => {
    proves(
      'EncryptMessage',
      'SECBUFFER_TOKEN',
      'SECBUFFER_PADDING',
      'in-place encryption',
      'shrinking token',
    );
    using pair = await providerPair('TestKerberos');
    const token = tokenRoom();
    const message = Buffer.from(text);
    const padding = { type: SECBUFFER_PADDING, data: Buffer.alloc(1) };
    const sealed = pair.client.encryptMessage([token, data(message), padding]);
    expect(sealed.map(({ data }) => data?.length)).toEqual([60, text.length, 0]);
    expect(dataAt(sealed, 0).buffer).toBe(token.data.buffer);
    expect(sealed[1]?.data).toBe(message);
    expect(message.equals(text)).toBe(false);
  });

  test.each([[0], [1], [23], [65_536]])('wrapDetached compacts %d bytes', async (length) => {
    proves('shrinking token');
    using pair = await providerPair('TestKerberos');
    const message = Buffer.alloc(length, 'winsspi');
    const sealed = pair.client.wrapDetached(message);
    expect(sealed.token.length).toBe(60);
    expect(sealed.message.length).toBe(length);
    expect(sealed.padding.length).toBe(0);
    expect(pair.server.unwrapDetached(sealed)).toEqual({ message, encrypted: true });
  });

  test('TOKEN and DATA decrypt in place', async () => {
    proves(
      'DecryptMessage',
      'SECBUFFER_TOKEN',
      'SECBUFFER_DATA',
      'in-place encryption',
      'layouts of a message',
    );
    using pair = await providerPair('TestKerberos');
    const { token, message } = seal(pair.client);
    const { qop, status, buffers } = pair.server.decryptMessage([
      { type: SECBUFFER_TOKEN, data: token },
      data(message),
    ]);
    expect({ qop, status }).toEqual({ qop: 0, status: 'SEC_E_OK' });
    expect(buffers[1]?.data).toBe(message);
    expect(message).toEqual(text);
  });

  test('STREAM decrypts to a DATA buffer that is a view into the stream', async () => {
    proves('DecryptMessage', 'SECBUFFER_STREAM', 'layouts of a message', 'ranges of a stream');
    using pair = await providerPair('TestKerberos');
    const { token, message } = seal(pair.client);
    const stream = Buffer.concat([Buffer.alloc(7, '.'), token, message, Buffer.alloc(9, '.')]);
    const sealed = stream.subarray(7, -9);
    const { qop, buffers } = pair.server.decryptMessage([
      { type: SECBUFFER_STREAM, data: sealed },
      { type: SECBUFFER_DATA, data: null },
    ]);
    expect(qop).toBe(0);
    const opened = dataAt(buffers, 1);
    expect(opened).toEqual(text);
    expect(opened.buffer).toBe(stream.buffer);
    expect(opened.byteOffset).toBe(sealed.byteOffset + 60);
    expect(buffers[0]?.data).toBe(sealed);
    expect(stream.subarray(0, 7)).toEqual(Buffer.alloc(7, '.'));
    expect(stream.subarray(-9)).toEqual(Buffer.alloc(9, '.'));
  });

  test('an empty message decrypts from a STREAM to no bytes', async () => {
    proves('empty message');
    using pair = await providerPair('TestKerberos');
    const { token } = seal(pair.client, Buffer.alloc(0));
    const { buffers } = pair.server.decryptMessage([
      { type: SECBUFFER_STREAM, data: token },
      { type: SECBUFFER_DATA, data: null },
    ]);
    expect(buffers[1]?.type).toBe(SECBUFFER_DATA);
    expect(buffers[1]?.data?.length ?? 0).toBe(0);
  });

  test('several DATA buffers are one message, and an empty one is nothing of it', async () => {
    proves('SECBUFFER_DATA', 'in-place encryption', 'empty message');
    using pair = await providerPair('TestKerberos');
    const message = (token: Buffer, parts: Buffer[]) => [
      data(parts[0] as Buffer),
      { type: SECBUFFER_TOKEN, data: token },
      data(Buffer.alloc(0)),
      data(parts[1] as Buffer),
    ];
    const parts = [Buffer.from('one '), Buffer.from('two')];
    const sealed = pair.client.encryptMessage(message(Buffer.alloc(76), parts));
    expect(sealed.map(({ data }) => data?.length)).toEqual([4, 60, 0, 3]);
    expect(parts.map(String)).not.toContain('one ');
    expect(parts.map(String)).not.toContain('two');
    const token = dataAt(sealed, 1);
    const [first, second] = parts.map((part) => Buffer.from(part)) as [Buffer, Buffer];
    expect(() => pair.server.decryptMessage(message(token, [second, first]))).toThrow(altered);
    pair.server.decryptMessage(message(token, parts));
    expect(parts.map(String)).toEqual(['one ', 'two']);
  });

  test('SECQOP_WRAP_NO_ENCRYPT leaves the message readable and is reported', async () => {
    proves('EncryptMessage', 'DecryptMessage', 'wrap without encryption');
    using pair = await providerPair('TestKerberos');
    const sealed = seal(pair.client, text, SECQOP_WRAP_NO_ENCRYPT);
    expect(sealed.message).toEqual(text);
    expect(open(pair.server, sealed).qop).toBe(SECQOP_WRAP_NO_ENCRYPT);
    const parts = pair.client.wrapDetached(text, { encrypt: false });
    expect(parts.message).toEqual(text);
    expect(pair.server.unwrapDetached(parts)).toEqual({ message: text, encrypted: false });
    const changed = seal(pair.client, text, SECQOP_WRAP_NO_ENCRYPT);
    changed.message[0] = 0;
    expect(() => open(pair.server, changed)).toThrow(altered);
  });

  test.each([[1], [0x40000000], [0x80000000]])(
    'the quality of protection %d is refused',
    async (qop) => {
      proves('SEC_E_QOP_NOT_SUPPORTED');
      using pair = await providerPair('TestKerberos');
      const message = Buffer.from(text);
      expect(() => pair.client.encryptMessage([tokenRoom(), data(message)], { qop })).toThrow(
        expect.objectContaining({ name: 'QopNotSupportedError', syscall: 'EncryptMessage' }),
      );
      expect(message).toEqual(text);
      expect(open(pair.server, seal(pair.client)).qop).toBe(0);
    },
  );

  test('READONLY is neither encrypted nor covered by the checksum', async () => {
    proves('read-only buffers');
    using pair = await providerPair('TestKerberos');
    const [head, body] = [Buffer.from('head'), Buffer.from(text)];
    const sealed = pair.client.encryptMessage([
      data(head, SECBUFFER_READONLY),
      data(body),
      tokenRoom(),
    ]);
    expect(head.toString()).toBe('head');
    expect(body.equals(text)).toBe(false);
    pair.server.decryptMessage([
      data(Buffer.from('HEAD'), SECBUFFER_READONLY),
      data(body),
      { type: SECBUFFER_TOKEN, data: dataAt(sealed, 2) },
    ]);
    expect(body).toEqual(text);
  });

  test('the header signing of DCE covers head and tail and encrypts neither', async () => {
    proves('read-only buffers', 'DCE header signing');
    using pair = await providerPair('TestKerberos');
    const sign = SECBUFFER_READONLY_WITH_CHECKSUM;
    const message = (head: string, body: Buffer, token: Buffer) => [
      data(Buffer.from(head), sign),
      data(body),
      data(Buffer.from('tail'), sign),
      { type: SECBUFFER_TOKEN, data: token },
    ];
    const body = Buffer.from(text);
    const sealed = pair.client.encryptMessage(message('head', body, Buffer.alloc(76)));
    expect(sealed.map(({ type }) => type)).toEqual([
      SECBUFFER_DATA | sign,
      SECBUFFER_DATA,
      SECBUFFER_DATA | sign,
      SECBUFFER_TOKEN,
    ]);
    expect(dataAt(sealed, 0).toString() + dataAt(sealed, 2).toString()).toBe('headtail');
    expect(body.equals(text)).toBe(false);
    const token = dataAt(sealed, 3);
    expect(() => pair.server.decryptMessage(message('HEAD', body, token))).toThrow(altered);
    pair.server.decryptMessage(message('head', body, token));
    expect(body).toEqual(text);
  });

  test('without a TOKEN buffer all four functions throw InvalidTokenError', async () => {
    proves('SEC_E_INVALID_TOKEN', 'typed errors');
    using pair = await providerPair('TestKerberos');
    const message = Buffer.from(text);
    for (const name of [
      'encryptMessage',
      'decryptMessage',
      'makeSignature',
      'verifySignature',
    ] as const) {
      expect(() => pair.client[name]([data(message)])).toThrow(invalidToken);
    }
    expect(message).toEqual(text);
  });

  test('a replayed message is out of sequence, and the next one opens', async () => {
    using pair = await providerPair('TestKerberos');
    const first = seal(pair.client);
    open(pair.server, first);
    expect(() => open(pair.server, first)).toThrow(outOfSequence);
    expect(dataAt(open(pair.server, seal(pair.client)).buffers, 1)).toEqual(text);
  });

  test('a message after a gap is out of sequence, and the missing one still opens', async () => {
    using pair = await providerPair('TestKerberos');
    const [first, second] = [seal(pair.client), seal(pair.client)];
    expect(() => open(pair.server, second)).toThrow(outOfSequence);
    expect(dataAt(open(pair.server, first).buffers, 1)).toEqual(text);
    expect(dataAt(open(pair.server, second).buffers, 1)).toEqual(text);
  });

  test('every bit of token and message counts, and a failed call changes nothing', async () => {
    using pair = await providerPair('TestKerberos');
    const sealed = seal(pair.client, Buffer.from('abc'));
    for (const part of ['token', 'message'] as const) {
      for (let bit = 0; bit < 8 * sealed[part].length; bit++) {
        const changed = { ...sealed, [part]: Buffer.from(sealed[part]) };
        changed[part].writeUInt8(changed[part].readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(() => open(pair.server, changed)).toThrow(
          part === 'token' && bit < 16 ? invalidToken : altered,
        );
      }
    }
    expect(dataAt(open(pair.server, sealed).buffers, 1).toString()).toBe('abc');
  });

  test("a context's own message is not its peer's", async () => {
    using pair = await providerPair('TestKerberos');
    expect(() => open(pair.client, seal(pair.client))).toThrow(altered);
  });

  test('a signature has 28 bytes and shares its sequence with sealed messages', async () => {
    proves('MakeSignature', 'VerifySignature');
    using pair = await providerPair('TestKerberos');
    const signature = pair.client.sign(text);
    expect(signature.length).toBe(28);
    const sealed = seal(pair.client);
    expect(() => open(pair.server, sealed)).toThrow(outOfSequence);
    expect(() => pair.server.verify(Buffer.from('other'), signature)).toThrow(altered);
    pair.server.verify(text, signature);
    expect(() => pair.server.verify(text, signature)).toThrow(outOfSequence);
    open(pair.server, sealed);
  });
});
