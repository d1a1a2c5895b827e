import { describe, expect } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_READONLY,
  SECBUFFER_READONLY_WITH_CHECKSUM,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
  type SecBuffer,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { errorOf, familiesThatChoose, meet, testOf } from '../../harness/support/families.js';
import {
  flipped,
  openings,
  openParts,
  openStream,
  type Sealed,
  seal,
} from '../../harness/support/sealing.js';

// What Kerberos does and NTLM does not, by itself and chosen by Negotiate.

const text = Buffer.from('the text of the message');
const named = (name: string) => expect.objectContaining({ name });
const ofKerberos = familiesThatChoose('Kerberos');

describe.each(ofKerberos)('messages of $title that are only signed', (family) => {
  testOf(family)('are readable, open, and say so', async () => {
    proves('wrap without encryption');
    const { client, server } = await meet(family);
    const sealed = client.wrapDetached(text, { encrypt: false });
    expect(Buffer.concat([sealed.message, sealed.token]).includes(text)).toBe(true);
    expect(server.unwrapDetached(sealed)).toEqual({ message: text, encrypted: false });
    const parts = seal(client, text, SECQOP_WRAP_NO_ENCRYPT);
    expect(openParts(server, parts)).toEqual({ qop: SECQOP_WRAP_NO_ENCRYPT, message: text });
  });

  testOf(family, 'signedInPlace')(
    'leave DATA as it was, and take a TOKEN of 28 bytes',
    async () => {
      const { client } = await meet(family);
      const { token, data } = seal(client, text, SECQOP_WRAP_NO_ENCRYPT);
      expect(token.length).toBe(28);
      expect(data).toEqual(text);
    },
  );

  testOf(family, 'stream')('open as a STREAM', async () => {
    const { client, server } = await meet(family);
    const { token, data } = seal(client, text, SECQOP_WRAP_NO_ENCRYPT);
    const { qop, message } = openStream(server, Buffer.concat([token, data]));
    expect({ qop, message }).toEqual({ qop: SECQOP_WRAP_NO_ENCRYPT, message: text });
  });

  testOf(family)('cannot be changed unseen', async () => {
    const { client, server } = await meet(family);
    const sealed = client.wrapDetached(text, { encrypt: false });
    const start = text.subarray(0, 4);
    const name = sealed.message.includes(start) ? 'message' : 'token';
    const changed = { ...sealed, [name]: flipped(sealed[name], sealed[name].indexOf(start)) };
    expect(() => server.unwrapDetached(changed)).toThrow(
      expect.objectContaining({ name: 'MessageAlteredError', syscall: 'DecryptMessage' }),
    );
  });
});

describe.each(ofKerberos)('the order of messages of $title', (family) => {
  const { replayedMessage } = family.refusals;
  const replay = expect.objectContaining(errorOf(family, 'replayedMessage'));

  for (const [layout, behaviours, open] of openings) {
    testOf(family, ...behaviours)(
      `${layout}: a replay is ${replayedMessage}, a gap and an old message are OutOfSequenceError`,
      async () => {
        const { client, server } = await meet(family);
        const sealed = Array.from({ length: 4 }, () => seal(client, text));
        const opened = (index: number) => open(server, sealed[index] as Sealed).message;
        expect(opened(0)).toEqual(text);
        expect(() => opened(0)).toThrow(replay);
        expect(() => opened(2)).toThrow(named('OutOfSequenceError')); // gap
        expect(() => opened(1)).toThrow(named('OutOfSequenceError')); // old
        expect(opened(3)).toEqual(text);
      },
    );

    for (const [what, change] of [
      ['byte of DATA', (sealed: Sealed) => ({ ...sealed, data: flipped(sealed.data) })],
      ['byte of TOKEN', (sealed: Sealed) => ({ ...sealed, token: flipped(sealed.token, 40) })],
    ] as const) {
      testOf(family, ...behaviours)(
        `${layout}: a changed ${what} is MessageAlteredError and leaves the context usable`,
        async () => {
          const { client, server } = await meet(family);
          const sealed = seal(client, text);
          expect(() => open(server, change(sealed))).toThrow(named('MessageAlteredError'));
          expect(open(server, sealed).message).toEqual(text);
        },
      );
    }
  }

  const nothing = Buffer.alloc(0);
  for (const [what, cut] of [
    ['the end of the token', (s: Sealed) => ({ ...s, token: s.token.subarray(0, -1) })],
    ['the end of the message', (s: Sealed) => ({ ...s, data: s.data.subarray(0, -1) })],
    ['the token', (s: Sealed) => ({ ...s, token: nothing })],
    ['the message', (s: Sealed) => ({ ...s, data: nothing })],
  ] as const) {
    testOf(family)(`without ${what} it is refused, and the whole one still opens`, async () => {
      const { client, server } = await meet(family);
      const sealed = seal(client, text);
      expect(() => openParts(server, cut(sealed))).toThrow(
        expect.objectContaining({
          code: expect.stringMatching(/^SEC_E_(MESSAGE_ALTERED|INVALID_TOKEN)$/),
        }),
      );
      expect(openParts(server, sealed).message).toEqual(text);
    });
  }

  testOf(family)('an empty message is signed too', async () => {
    const { client, server } = await meet(family);
    server.verify(Buffer.alloc(0), client.sign(Buffer.alloc(0)));
    client.verify(Buffer.alloc(0), server.sign(Buffer.alloc(0)));
  });

  testOf(family)(`a signature that comes twice is ${replayedMessage}`, async () => {
    const { client, server } = await meet(family);
    const signature = client.sign(text);
    server.verify(text, signature);
    expect(() => server.verify(text, signature)).toThrow(replay);
  });
});

describe.each(ofKerberos)('protection by $title', (family) => {
  const withHeader = (flag: number) => [
    { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
    { type: SECBUFFER_DATA + flag, data: Buffer.from('header') },
    { type: SECBUFFER_DATA, data: Buffer.from(text) },
  ];

  testOf(family, 'checksum')(
    'a READONLY_WITH_CHECKSUM buffer is not encrypted; its change is MessageAlteredError',
    async () => {
      proves('read-only buffers');
      const { client, server } = await meet(family);
      const sealed = client.encryptMessage(withHeader(SECBUFFER_READONLY_WITH_CHECKSUM));
      const header = (sealed[1] as SecBuffer).data as Buffer;
      expect(header.toString()).toBe('header');
      header.write('H');
      expect(() => server.decryptMessage(sealed)).toThrow(named('MessageAlteredError'));
    },
  );

  testOf(family)('a READONLY buffer is not encrypted; its change is not seen', async () => {
    proves('read-only buffers');
    const { client, server } = await meet(family);
    const sealed = client.encryptMessage(withHeader(SECBUFFER_READONLY));
    const header = (sealed[1] as SecBuffer).data as Buffer;
    expect(header.toString()).toBe('header');
    header.write('H');
    expect((server.decryptMessage(sealed).buffers[2] as SecBuffer).data).toEqual(text);
  });

  testOf(family, 'unsealed')(
    'without confidentiality, a message is not encrypted, and signing works',
    async () => {
      const flags = { confidentiality: false };
      const { client, server } = await meet(family, { client: { flags }, server: { flags } });
      expect(client.flags.confidentiality).toBe(false);
      expect(() => client.wrapDetached(text)).toThrow(
        expect.objectContaining({ code: 'ERR_SSPI_NOT_GRANTED' }),
      );
      server.verify(text, client.sign(text));
    },
  );
});
