import { describe, expect, test } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_PADDING,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_STREAM,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecBuffer,
  type SecurityContext,
} from 'winsspi';
import { establishedPair, type Pair, type PairOptions } from '../support/handshake.js';
import { lab, needsDomain } from '../support/lab.js';

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const text = Buffer.from('the text of the message');
const named = (name: string) => expect.objectContaining({ name });

const fresh = (name: string, options: PairOptions = {}) =>
  establishedPair({ package: name, ...options });

/** TOKEN, DATA, PADDING in one run of memory, as a Windows program sends them. */
function seal(context: SecurityContext, message: Buffer, qop = 0): Buffer[] {
  const sizes = context.queryAttribute('sizes');
  const sealed = context.encryptMessage(
    [
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(sizes.securityTrailer) },
      { type: SECBUFFER_DATA, data: Buffer.from(message) },
      { type: SECBUFFER_PADDING, data: Buffer.alloc(sizes.blockSize) },
    ],
    { qop },
  );
  return sealed.map(({ data }) => Buffer.from(data as Uint8Array));
}

function openStream(context: SecurityContext, stream: Buffer) {
  const { qop, buffers } = context.decryptMessage([
    { type: SECBUFFER_STREAM, data: stream },
    { type: SECBUFFER_DATA, data: null },
  ]);
  const data = (buffers[1] as SecBuffer).data as Uint8Array;
  return { qop, message: Buffer.from(data), offset: data.byteOffset - stream.byteOffset, data };
}

const kinds: [string, string, number][] = [
  ['Kerberos', names.Kerberos, 60],
  ['Kerberos of Negotiate', names.Negotiate, 60],
  ['NTLM', names.NTLM, 16],
];

describe.skipIf(!lab).each(kinds)(`messages of %s (${needsDomain})`, (_, name, tokenLength) => {
  const directions: [string, (pair: Pair) => [SecurityContext, SecurityContext]][] = [
    ['client to server', ({ client, server }) => [client, server]],
    ['server to client', ({ client, server }) => [server, client]],
  ];
  const lengths = name === names.NTLM ? [1, 15, 16, 17, 65_536] : [0, 1, 15, 16, 17, 65_536];

  describe.each(directions)('%s', (_, ends) => {
    test('a token shrinks to what is needed, and there is no padding', async () => {
      const [from] = ends(await fresh(name));
      const [token, data, padding] = seal(from, text) as [Buffer, Buffer, Buffer];
      expect([token.length, data.length, padding.length]).toEqual([tokenLength, text.length, 0]);
      expect(Buffer.concat([token, data]).includes(text)).toBe(false);
    });

    test('TOKEN, DATA and PADDING on end are a STREAM, and open within it', async () => {
      const [from, to] = ends(await fresh(name));
      for (const length of lengths) {
        const message = Buffer.alloc(length, 'stream');
        const stream = Buffer.concat(seal(from, message));
        const opened = openStream(to, stream);
        expect(opened.qop).toBe(0);
        expect(opened.message.equals(message)).toBe(true);
        if (length === 0) continue;
        expect(opened.data.buffer).toBe(stream.buffer);
        expect(opened.offset).toBe(name === names.NTLM ? 16 : 32);
      }
    });

    test('wrapDetached and unwrapDetached, which open TOKEN and DATA', async () => {
      const [from, to] = ends(await fresh(name));
      for (const length of lengths) {
        const message = Buffer.alloc(length, 'parts');
        const sealed = from.wrapDetached(message);
        expect([sealed.token.length, sealed.padding.length]).toEqual([tokenLength, 0]);
        expect(to.unwrapDetached(sealed)).toEqual({ message, encrypted: true });
      }
    });

    test('several DATA buffers are one message', async () => {
      const [from, to] = ends(await fresh(name));
      const sealed = from.encryptMessage([
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
        { type: SECBUFFER_DATA, data: Buffer.from('one ') },
        { type: SECBUFFER_DATA, data: Buffer.from('two ') },
        { type: SECBUFFER_DATA, data: Buffer.from('three') },
      ]);
      const { message } = openStream(to, Buffer.concat(sealed.map((b) => b.data as Uint8Array)));
      expect(message.toString()).toBe('one two three');
    });

    test('a signature is verified, and another message or signature is refused', async () => {
      const [from, to] = ends(await fresh(name));
      const signature = from.sign(text);
      expect(signature.length).toBe(name === names.NTLM ? 16 : 28);
      to.verify(text, signature);
      const second = from.sign(text);
      expect(() => to.verify(Buffer.from('another'), second)).toThrow(named('MessageAlteredError'));
      expect(() => to.verify(text, Buffer.alloc(signature.length))).toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^SEC_E_(MESSAGE_ALTERED|INVALID_TOKEN)$/),
        }),
      );
    });

    test('a signature covers several DATA buffers', async () => {
      const [from, to] = ends(await fresh(name));
      const data = ['one ', 'two'].map((part) => ({
        type: SECBUFFER_DATA,
        data: Buffer.from(part),
      }));
      const signed = from.makeSignature([
        ...data,
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(64) },
      ]);
      to.verify(Buffer.from('one two'), (signed[2] as SecBuffer).data as Uint8Array);
    });

    test('a changed byte is MessageAlteredError', async () => {
      const [from, to] = ends(await fresh(name));
      const stream = Buffer.concat(seal(from, text));
      stream.writeUInt8((stream.at(-1) as number) ^ 1, stream.length - 1);
      expect(() => openStream(to, stream)).toThrow(named('MessageAlteredError'));
    });

    test("another context's message is refused", async () => {
      const [from] = ends(await fresh(name));
      const [, to] = ends(await fresh(name));
      expect(() => openStream(to, Buffer.concat(seal(from, text)))).toThrow(
        named('MessageAlteredError'),
      );
    });
  });

  test.each([
    ['no TOKEN', [{ type: SECBUFFER_DATA, data: Buffer.from('x') }]],
    ['an EMPTY in its place', [{ type: SECBUFFER_EMPTY, data: Buffer.alloc(99) }]],
  ])('a message with %s is InvalidTokenError', async (_, buffers) => {
    const { client, server } = await fresh(name);
    expect(() => client.encryptMessage(buffers)).toThrow(named('InvalidTokenError'));
    expect(() => server.decryptMessage(buffers)).toThrow(named('InvalidTokenError'));
  });

  test('a quality of protection that does not exist is QopNotSupportedError', async () => {
    const { client } = await fresh(name);
    expect(() => seal(client, text, 1)).toThrow(named('QopNotSupportedError'));
  });
});

describe.skipIf(!lab).each(kinds.slice(0, 2))(`%s only (${needsDomain})`, (_, name) => {
  test('a message that is signed only is readable, and its qop says so', async () => {
    const { client, server } = await fresh(name);
    const [token, data] = seal(client, text, SECQOP_WRAP_NO_ENCRYPT) as [Buffer, Buffer];
    expect(token.length).toBe(28);
    expect(data).toEqual(text);
    const opened = openStream(server, Buffer.concat([token, data]));
    expect(opened.message).toEqual(text);
    expect(opened.qop).toBe(SECQOP_WRAP_NO_ENCRYPT);
    const sealed = client.wrapDetached(text, { encrypt: false });
    expect(server.unwrapDetached(sealed)).toEqual({ message: text, encrypted: false });
  });

  test('a replay, a gap and an old message are OutOfSequenceError, and the context goes on', async () => {
    const { client, server } = await fresh(name);
    const streams = Array.from({ length: 4 }, () => Buffer.concat(seal(client, text)));
    const stream = (index: number) => Buffer.from(streams[index] as Buffer);
    expect(openStream(server, stream(0)).message).toEqual(text);
    expect(() => openStream(server, stream(0))).toThrow(named('OutOfSequenceError')); // replay
    expect(() => openStream(server, stream(2))).toThrow(named('OutOfSequenceError')); // gap
    expect(() => openStream(server, stream(1))).toThrow(named('OutOfSequenceError')); // old
    expect(openStream(server, stream(3)).message).toEqual(text);
  });

  test('a signature of a replay is OutOfSequenceError', async () => {
    const { client, server } = await fresh(name);
    const signature = client.sign(text);
    server.verify(text, signature);
    expect(() => server.verify(text, signature)).toThrow(named('OutOfSequenceError'));
  });

  test('a changed message leaves the context usable', async () => {
    const { client, server } = await fresh(name);
    const stream = Buffer.concat(seal(client, text));
    const changed = Buffer.from(stream);
    changed.writeUInt8((changed.at(-1) as number) ^ 1, changed.length - 1);
    expect(() => openStream(server, changed)).toThrow(named('MessageAlteredError'));
    expect(openStream(server, stream).message).toEqual(text);
  });

  test.each([
    ['READONLY_WITH_CHECKSUM', 'MessageAlteredError', SECBUFFER_READONLY_WITH_CHECKSUM],
    ['READONLY', 'not seen', SECBUFFER_READONLY],
  ])('a %s buffer is not encrypted; its change is %s', async (_, seen, flag) => {
    const { client, server } = await fresh(name);
    const header = Buffer.from('header');
    const sealed = client.encryptMessage([
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
      { type: SECBUFFER_DATA + flag, data: header },
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ]);
    expect(header.toString()).toBe('header');
    header.write('H');
    const open = () => server.decryptMessage(sealed);
    if (seen !== 'not seen') return expect(open).toThrow(named(seen));
    expect((open().buffers[2] as SecBuffer).data).toEqual(text);
  });

  test('without confidentiality, sealing is QopNotSupportedError and signing works', async () => {
    const flags = { confidentiality: false };
    const { client, server } = await fresh(name, { client: { flags }, server: { flags } });
    expect(client.flags.confidentiality).toBe(false);
    expect(() => client.wrapDetached(text)).toThrow(named('QopNotSupportedError'));
    server.verify(text, client.sign(text));
  });
});

describe.skipIf(!lab)(`DCE_STYLE with header signing (${needsDomain})`, () => {
  const flags = { dceStyle: true };
  const layout = (message: string) =>
    [
      [SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM, Buffer.from('request header')],
      [SECBUFFER_DATA, Buffer.from(message)],
      [SECBUFFER_DATA + SECBUFFER_READONLY_WITH_CHECKSUM, Buffer.from('trailer')],
      [SECBUFFER_TOKEN, Buffer.alloc(76)],
    ].map(([type, data]) => ({ type, data }) as SecBuffer);
  const bytes = (buffers: SecBuffer[], index: number) =>
    Buffer.from((buffers[index] as SecBuffer).data as Uint8Array);

  test('a token takes 76 bytes and begins as on Windows; the stub is encrypted in place', async () => {
    const { client, server } = await fresh(names.Kerberos, {
      client: { flags },
      server: { flags },
    });
    const stub = 'a stub of 32 bytes, padded by RPC';
    const sealed = client.encryptMessage(layout(stub));
    expect(bytes(sealed, 3).length).toBe(76);
    expect(bytes(sealed, 3).subarray(0, 8).toString('hex')).toBe('050406ff0010001c');
    expect(bytes(sealed, 0).toString()).toBe('request header');
    expect(bytes(sealed, 1).includes('stub')).toBe(false);
    expect(bytes(server.decryptMessage(sealed).buffers, 1).toString()).toBe(stub);
  });

  test('a changed header is MessageAlteredError', async () => {
    const { client, server } = await fresh(names.Negotiate, {
      client: { flags },
      server: { flags },
    });
    const sealed = client.encryptMessage(layout('0123456789abcdef'));
    ((sealed[0] as SecBuffer).data as Buffer).write('R');
    expect(() => server.decryptMessage(sealed)).toThrow(named('MessageAlteredError'));
  });
});
