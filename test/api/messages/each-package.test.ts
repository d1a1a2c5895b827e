import { describe, expect } from 'vitest';
import { SECBUFFER_DATA, SECBUFFER_EMPTY, SECBUFFER_TOKEN, type SecBuffer } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { errorOf, families, meet, testOf } from '../../harness/support/families.js';
import {
  directions,
  flipped,
  openings,
  openParts,
  openStream,
  type Sealed,
  seal,
} from '../../harness/support/sealing.js';

const text = Buffer.from('the text of the message');
const named = (name: string) => expect.objectContaining({ name });
const refused = expect.objectContaining({
  code: expect.stringMatching(/^SEC_E_(MESSAGE_ALTERED|INVALID_TOKEN)$/),
});

describe.each(families)('messages of $title', (family) => {
  const isNtlm = family.chosen === 'NTLM';
  const tokenLength = isNtlm ? 16 : 60;
  const lengths = isNtlm ? [1, 15, 16, 17, 65_536] : [0, 1, 15, 16, 17, 65_536];

  describe.each(directions)('%s', (_, ends, sealing) => {
    testOf(family, ...sealing)(
      'a token shrinks to what is needed, and the text is not in the message',
      async () => {
        if (!isNtlm) proves('shrinking token');
        const [from] = ends(await meet(family));
        const { token, data } = seal(from, text);
        expect([token.length, data.length]).toEqual([tokenLength, text.length]);
        expect(Buffer.concat([data, token]).includes(text)).toBe(false);
      },
    );

    testOf(family, 'noPadding')('there is no padding', async () => {
      const [from] = ends(await meet(family));
      expect(seal(from, text).padding.length).toBe(0);
      expect(from.wrapDetached(text).padding.length).toBe(0);
    });

    testOf(
      family,
      'stream',
      'messages',
    )('TOKEN, DATA and PADDING on end are a STREAM, and open within it', async () => {
      proves('DecryptMessage', 'SECBUFFER_STREAM', 'layouts of a message');
      const [from, to] = ends(await meet(family));
      for (const length of lengths) {
        const message = Buffer.alloc(length, 'stream');
        const { token, data, padding } = seal(from, message);
        const stream = Buffer.concat([token, data, padding]);
        const opened = openStream(to, stream);
        expect(opened.qop).toBe(0);
        expect(opened.message.equals(message)).toBe(true);
        if (length === 0) continue;
        expect(opened.data.buffer).toBe(stream.buffer);
        expect(opened.offset).toBe(isNtlm ? 16 : 32);
      }
    });

    testOf(family, 'messages')(
      'wrapDetached and unwrapDetached, which open TOKEN and DATA',
      async () => {
        proves('EncryptMessage', 'DecryptMessage', 'layouts of a message');
        proves(isNtlm ? 'NTLM token size' : 'empty message');
        const [from, to] = ends(await meet(family));
        for (const length of [...lengths, 1 << 20]) {
          const message = Buffer.alloc(length, 'parts');
          const sealed = from.wrapDetached(message);
          expect([sealed.token.length, sealed.message.length]).toEqual([tokenLength, length]);
          const opened = to.unwrapDetached(sealed);
          expect(opened.message.equals(message)).toBe(true);
          expect(opened.encrypted).toBe(true);
        }
      },
    );

    testOf(
      family,
      'messages',
      'severalData',
    )('several DATA buffers are one message', async () => {
      const [from, to] = ends(await meet(family));
      const [token, ...data] = from
        .encryptMessage([
          { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
          { type: SECBUFFER_DATA, data: Buffer.from('one ') },
          { type: SECBUFFER_DATA, data: Buffer.from('two ') },
          { type: SECBUFFER_DATA, data: Buffer.from('three') },
        ])
        .map((buffer) => buffer.data as Buffer) as [Buffer, ...Buffer[]];
      const sealed = { token, data: Buffer.concat(data), padding: Buffer.alloc(0) };
      expect(openParts(to, sealed).message.toString()).toBe('one two three');
    });

    testOf(family, 'messages')(
      'a signature is verified, and another message or signature is refused',
      async () => {
        proves('MakeSignature', 'VerifySignature');
        const [from, to] = ends(await meet(family));
        const signature = from.sign(text);
        expect(signature.length).toBe(isNtlm ? 16 : 28);
        to.verify(text, signature);
        const second = from.sign(text);
        expect(() => to.verify(Buffer.from('another'), second)).toThrow(
          expect.objectContaining({ name: 'MessageAlteredError', syscall: 'VerifySignature' }),
        );
        expect(() => to.verify(text, Buffer.alloc(signature.length))).toThrow(refused);
        expect(() => to.verify(text, Buffer.alloc(0))).toThrow(
          expect.objectContaining({ syscall: 'VerifySignature' }),
        );
      },
    );

    testOf(
      family,
      'messages',
      'severalData',
    )('a signature covers several DATA', async () => {
      const [from, to] = ends(await meet(family));
      const [, , token] = from.makeSignature([
        { type: SECBUFFER_DATA, data: Buffer.from('one ') },
        { type: SECBUFFER_DATA, data: Buffer.from('two') },
        { type: SECBUFFER_TOKEN, data: Buffer.alloc(64) },
      ]);
      to.verify(Buffer.from('one two'), (token as SecBuffer).data as Uint8Array);
    });

    for (const [layout, behaviours, open] of openings) {
      testOf(family, ...behaviours)(
        `${layout}: a changed byte is MessageAlteredError`,
        async () => {
          const [from, to] = ends(await meet(family));
          expect(open(to, seal(from, text)).message).toEqual(text);
          const sealed = seal(from, text);
          const changed: Sealed = { ...sealed, data: flipped(sealed.data) };
          expect(() => open(to, changed)).toThrow(named('MessageAlteredError'));
        },
      );

      testOf(family, ...behaviours)(
        `${layout}: another context's message is refused, and its own opens`,
        async () => {
          const [from, owner] = ends(await meet(family));
          const [, other] = ends(await meet(family));
          const sealed = seal(from, text);
          expect(() => open(other, sealed)).toThrow(named('MessageAlteredError'));
          expect(open(owner, sealed).message).toEqual(text);
        },
      );
    }
  });

  for (const [what, type] of [
    ['no TOKEN', SECBUFFER_DATA],
    ['an EMPTY in its place', SECBUFFER_EMPTY],
  ] as const) {
    testOf(family)(`a message with ${what} is InvalidTokenError`, async () => {
      proves('SEC_E_INVALID_TOKEN', 'typed errors');
      const { client, server } = await meet(family);
      const buffers = [{ type, data: Buffer.alloc(99) }];
      expect(() => client.encryptMessage(buffers)).toThrow(
        expect.objectContaining({ name: 'InvalidTokenError', syscall: 'EncryptMessage' }),
      );
      expect(() => server.decryptMessage(buffers)).toThrow(
        expect.objectContaining({ name: 'InvalidTokenError', syscall: 'DecryptMessage' }),
      );
    });
  }

  const { qop } = family.refusals;
  testOf(family, 'qop')(`a quality of protection that does not exist is ${qop}`, async () => {
    if (qop === 'QopNotSupportedError') proves('SEC_E_QOP_NOT_SUPPORTED', 'typed errors');
    const { client } = await meet(family);
    for (const number of [1, 77]) {
      expect(() => seal(client, text, number)).toThrow(
        expect.objectContaining(errorOf(family, 'qop')),
      );
    }
  });
});
