import { describe, expect, test } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
} from 'winsspi';
import { proves } from '../proofs/proves.js';
import { establishedPair } from '../support/handshake.js';
import { lab, needsDomain } from '../support/lab.js';
import { onWine, statusName } from '../support/wine.js';

const text = Buffer.from('the text of the message');
const withCode = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

// Kerberos needs a domain in which the tests' service has an account.
const packageName = lab ? 'Kerberos' : 'Negotiate';
const kerberosTest = test.skipIf(!lab);
const fresh = () => establishedPair({ package: packageName });
const { client, server } = await fresh();

/** Room for a token whatever the sizes say. */
const tokenRoom = () => ({ type: SECBUFFER_TOKEN, data: Buffer.alloc(128) });

describe('wrapDetached and unwrapDetached', () => {
  test.each([
    ['client to server', client, server],
    ['server to client', server, client],
  ])('%s: what one seals the other opens', (_, from, to) => {
    proves('EncryptMessage', 'DecryptMessage');
    const sealed = from.wrapDetached(text);
    expect(Buffer.concat([sealed.token, sealed.message]).includes(text)).toBe(false);
    expect(sealed.message.length).toBe(text.length);
    expect(to.unwrapDetached(sealed)).toEqual({ message: text, encrypted: true });
  });

  test.each([[0], [1], [15], [16], [17], [65_536], [1_048_576]])('%d bytes', (length) => {
    if (length === 0) proves('fact 2.9');
    const message = Buffer.alloc(length, 'winsspi');
    const sealed = client.wrapDetached(message);
    expect(sealed.message.length).toBe(length);
    const opened = server.unwrapDetached(sealed);
    expect(opened.message.equals(message)).toBe(true);
    expect(opened.encrypted).toBe(true);
  });

  test('what was passed stays as it is', () => {
    const message = Buffer.from(text);
    const sealed = client.wrapDetached(message);
    const copies = { token: Buffer.from(sealed.token), message: Buffer.from(sealed.message) };
    server.unwrapDetached(sealed);
    expect(message).toEqual(text);
    expect([sealed.token, sealed.message]).toEqual([copies.token, copies.message]);
  });

  kerberosTest(
    `a message that is not encrypted is readable, opens, and says so (${needsDomain})`,
    () => {
      const sealed = client.wrapDetached(text, { encrypt: false });
      expect(Buffer.concat([sealed.message, sealed.token]).includes(text)).toBe(true);
      expect(server.unwrapDetached(sealed)).toEqual({ message: text, encrypted: false });
    },
  );

  kerberosTest(
    `a message that is not encrypted cannot be changed unseen (${needsDomain})`,
    async () => {
      const pair = await fresh();
      const sealed = pair.client.wrapDetached(text, { encrypt: false });
      const start = text.subarray(0, 4);
      const part = sealed.message.includes(start) ? sealed.message : sealed.token;
      flip(part, part.indexOf(start));
      expect(() => pair.server.unwrapDetached(sealed)).toThrow(
        expect.objectContaining({ name: 'MessageAlteredError', syscall: 'DecryptMessage' }),
      );
    },
  );

  test.skipIf(!onWine)('a token is sealed that is longer than the package says (Wine)', () => {
    proves('fact 2.3');
    const { securityTrailer } = client.queryAttribute('sizes');
    const sealed = client.wrapDetached(text);
    expect([securityTrailer, sealed.token.length]).toEqual([49, 60]);
    expect(server.unwrapDetached(sealed).message).toEqual(text);
  });

  test("two contexts do not open each other's messages", async () => {
    const [one, other] = [await fresh(), await fresh()];
    const sealed = one.client.wrapDetached(text);
    expect(() => other.server.unwrapDetached(sealed)).toThrow(
      expect.objectContaining({ name: 'MessageAlteredError' }),
    );
    expect(one.server.unwrapDetached(sealed).message).toEqual(text);
  });
});

describe('a message that is not what was sent', () => {
  test.each([
    ['the message', (parts: Parts) => flip(parts.message, 20)],
    ['the token', (parts: Parts) => flip(parts.token, 40)],
  ])(
    'decrypting with a bit of %s flipped throws MessageAlteredError and leaves the context usable',
    async (_, tamper) => {
      const pair = await fresh();
      const tampered = pair.client.wrapDetached(text);
      const intact = { token: Buffer.from(tampered.token), message: Buffer.from(tampered.message) };
      tamper(tampered);
      expect(() => pair.server.unwrapDetached(tampered)).toThrow(
        expect.objectContaining({ name: 'MessageAlteredError', code: 'SEC_E_MESSAGE_ALTERED' }),
      );
      expect(pair.server.unwrapDetached(intact).message).toEqual(text);
    },
  );

  test.each([
    ['the token', ({ token, message }: Parts) => ({ token: token.subarray(0, -1), message })],
    ['the message', ({ token, message }: Parts) => ({ token, message: message.subarray(0, -1) })],
    ['all of the token', ({ message }: Parts) => ({ token: Buffer.alloc(0), message })],
    ['all of the message', ({ token }: Parts) => ({ token, message: Buffer.alloc(0) })],
  ])('without the end of %s it is refused, and the whole one still opens', async (_, cut) => {
    const pair = await fresh();
    const parts = pair.client.wrapDetached(text);
    expect(() => pair.server.unwrapDetached(cut(parts))).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^SEC_E_(MESSAGE_ALTERED|INVALID_TOKEN)$/),
      }),
    );
    expect(pair.server.unwrapDetached(parts).message).toEqual(text);
  });

  kerberosTest(`a replayed message is refused (${needsDomain})`, async () => {
    const pair = await fresh();
    const parts = pair.client.wrapDetached(text);
    pair.server.unwrapDetached(parts);
    expect(() => pair.server.unwrapDetached(parts)).toThrow(
      withCode(statusName('SEC_E_OUT_OF_SEQUENCE', 'SEC_E_INVALID_TOKEN')),
    );
    expect(pair.server.unwrapDetached(pair.client.wrapDetached(text)).message).toEqual(text);
  });

  kerberosTest(`a message after a gap is refused as out of sequence (${needsDomain})`, async () => {
    const pair = await fresh();
    pair.client.wrapDetached(text);
    expect(() => pair.server.unwrapDetached(pair.client.wrapDetached(text))).toThrow(
      expect.objectContaining({ name: 'OutOfSequenceError', code: 'SEC_E_OUT_OF_SEQUENCE' }),
    );
    expect(pair.server.unwrapDetached(pair.client.wrapDetached(text)).message).toEqual(text);
  });
});

describe('sign and verify', () => {
  test('a signature is good for its message, in both directions', () => {
    const fromClient = client.sign(text);
    expect(fromClient.length).toBeGreaterThan(0);
    expect(fromClient.length).toBeLessThanOrEqual(client.queryAttribute('sizes').maxSignature);
    server.verify(text, fromClient);
    client.verify(text, server.sign(text));
  });

  test('the message and the signature stay as they are', () => {
    const message = Buffer.from(text);
    const signature = client.sign(message);
    const copy = Buffer.from(signature);
    server.verify(message, signature);
    expect([message, signature]).toEqual([text, copy]);
  });

  test('another message is refused with MessageAlteredError, and the context goes on', () => {
    const signature = client.sign(text);
    expect(() => server.verify(Buffer.from('another text'), signature)).toThrow(
      expect.objectContaining({ name: 'MessageAlteredError', syscall: 'VerifySignature' }),
    );
    server.verify(text, signature);
  });

  test('an empty signature is refused', () => {
    expect(() => server.verify(text, Buffer.alloc(0))).toThrow(
      expect.objectContaining({ syscall: 'VerifySignature' }),
    );
  });

  test('an empty message can be signed', () => {
    server.verify(Buffer.alloc(0), client.sign(Buffer.alloc(0)));
  });
});

describe('SecBuffer arrays', () => {
  test("encryptMessage works in the caller's memory and returns what the package left", () => {
    proves('EncryptMessage', 'fact 1.2');
    const token = tokenRoom();
    const data = Buffer.from(text);
    const [sealedToken, sealedData] = client.encryptMessage([
      token,
      { type: SECBUFFER_DATA, data },
    ]);
    expect(sealedData?.data).toBe(data);
    expect(data.equals(text)).toBe(false);
    expect(sealedToken?.type).toBe(SECBUFFER_TOKEN);
    expect(sealedToken?.data?.length).toBeLessThan(128);
    expect(sealedToken?.data?.buffer).toBe(token.data.buffer);
    expect(sealedToken?.data?.byteOffset).toBe(token.data.byteOffset);

    const { qop, status, buffers } = server.decryptMessage([
      sealedToken as { type: number; data: Buffer },
      { type: SECBUFFER_DATA, data },
    ]);
    expect({ qop, status }).toEqual({ qop: 0, status: 'SEC_E_OK' });
    expect(buffers[1]?.data).toBe(data);
    expect(data).toEqual(text);
  });

  test('the memory of a subarray is sealed, and not a byte beside it', () => {
    proves('fact 1.2');
    const memory = Buffer.alloc(64, '.');
    const data = memory.subarray(16, 48);
    const [token] = client.encryptMessage([tokenRoom(), { type: SECBUFFER_DATA, data }]);
    expect(memory.subarray(0, 16)).toEqual(Buffer.alloc(16, '.'));
    expect(memory.subarray(48)).toEqual(Buffer.alloc(16, '.'));
    server.decryptMessage([
      { type: SECBUFFER_TOKEN, data: token?.data ?? null },
      { type: SECBUFFER_DATA, data },
    ]);
    expect(memory).toEqual(Buffer.alloc(64, '.'));
  });

  test('a sequence number changes nothing: the package counts for itself', () => {
    proves('fact 1.6');
    const sealed = client.encryptMessage(
      [tokenRoom(), { type: SECBUFFER_DATA, data: Buffer.from(text) }],
      { sequenceNumber: 7 },
    );
    server.decryptMessage(sealed, { sequenceNumber: 70 });
    expect(Buffer.from(sealed[1]?.data ?? [])).toEqual(text);
  });

  test('a plain Uint8Array is taken as well as a Buffer', () => {
    const data = new Uint8Array(text);
    const [token, sealed] = client.encryptMessage([tokenRoom(), { type: SECBUFFER_DATA, data }]);
    expect(sealed?.data).toBe(data);
    const token8 = new Uint8Array(token?.data ?? []);
    server.decryptMessage([
      { type: SECBUFFER_TOKEN, data: token8 },
      { type: SECBUFFER_DATA, data },
    ]);
    expect(Buffer.from(data)).toEqual(text);
  });

  kerberosTest(
    `SECQOP_WRAP_NO_ENCRYPT signs only, and decryptMessage reports it (${needsDomain})`,
    () => {
      proves('fact 1.1');
      const data = Buffer.from(text);
      const [token] = client.encryptMessage(
        [
          tokenRoom(),
          { type: SECBUFFER_DATA, data },
          { type: SECBUFFER_PADDING, data: Buffer.alloc(16) },
        ],
        { qop: SECQOP_WRAP_NO_ENCRYPT },
      );
      const { qop } = server.decryptMessage([
        { type: SECBUFFER_TOKEN, data: token?.data ?? null },
        { type: SECBUFFER_DATA, data },
      ]);
      expect(qop).toBe(SECQOP_WRAP_NO_ENCRYPT);
      expect(data).toEqual(text);
    },
  );

  kerberosTest(
    `a read-only buffer is passed with its flag and comes back unchanged (${needsDomain})`,
    async () => {
      proves('fact 1.3');
      const pair = await establishedPair({
        package: 'Kerberos',
        client: { flags: { dceStyle: true } },
        server: { flags: { dceStyle: true } },
      });
      const header = Buffer.from('header');
      const body = Buffer.from('the body of the call');
      const readonly = SECBUFFER_DATA | SECBUFFER_READONLY_WITH_CHECKSUM;
      const [first] = pair.client.encryptMessage([
        { type: readonly, data: header },
        { type: SECBUFFER_DATA, data: body },
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(128) },
      ]);
      expect(first).toEqual({ type: readonly, data: Buffer.from('header') });
      expect(body.equals(Buffer.from('the body of the call'))).toBe(false);
    },
  );

  kerberosTest(
    `a DCE style token starts as Windows's does and has 76 bytes (${needsDomain})`,
    async () => {
      proves('fact 2.8');
      const pair = await establishedPair({
        package: 'Kerberos',
        client: { flags: { dceStyle: true } },
        server: { flags: { dceStyle: true } },
      });
      expect(pair.client.flags.dceStyle).toBe(true);
      const sealed = pair.client.wrapDetached(Buffer.alloc(32, 'd'));
      expect(sealed.token.length).toBe(76);
      expect(sealed.token.subarray(0, 8).toString('hex')).toBe('050406ff0010001c');
      expect(pair.server.unwrapDetached(sealed).message).toEqual(Buffer.alloc(32, 'd'));
    },
  );

  test('makeSignature and verifySignature', () => {
    proves('MakeSignature', 'VerifySignature');
    const data = Buffer.from(text);
    const [, token] = client.makeSignature([{ type: SECBUFFER_DATA, data }, tokenRoom()]);
    expect(data).toEqual(text);
    expect(
      server.verifySignature([
        { type: SECBUFFER_DATA, data },
        { type: SECBUFFER_TOKEN, data: token?.data ?? null },
      ]),
    ).toEqual({ qop: 0 });
  });

  test('a message without a TOKEN buffer is SEC_E_INVALID_TOKEN', () => {
    proves('SEC_E_INVALID_TOKEN', 'fact 1.9');
    expect(() =>
      client.encryptMessage([{ type: SECBUFFER_DATA, data: Buffer.from(text) }]),
    ).toThrow(expect.objectContaining({ name: 'InvalidTokenError', syscall: 'EncryptMessage' }));
  });

  test('an unknown quality of protection is refused by the package', () => {
    const buffers = [tokenRoom(), { type: SECBUFFER_DATA, data: Buffer.from(text) }];
    expect(() => client.encryptMessage(buffers, { qop: 77 })).toThrow(
      withCode(statusName('SEC_E_QOP_NOT_SUPPORTED', 'SEC_E_UNSUPPORTED_FUNCTION')),
    );
  });

  test.skipIf(onWine)(
    'STREAM and an empty DATA: the plaintext is a range of the stream (Windows only)',
    () => {
      const sealed = client.wrapDetached(text);
      const stream = Buffer.concat([sealed.token, sealed.message, sealed.padding]);
      const { buffers } = server.decryptMessage([
        { type: SECBUFFER_STREAM, data: stream },
        { type: SECBUFFER_DATA, data: null },
      ]);
      expect(buffers[1]?.data?.buffer).toBe(stream.buffer);
      expect(buffers[1]?.data).toEqual(text);
    },
  );
});

interface Parts {
  token: Buffer;
  message: Buffer;
}

function flip(bytes: Buffer, at: number): void {
  bytes.writeUInt8((bytes[at] as number) ^ 1, at);
}
