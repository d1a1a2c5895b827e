import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { IncompleteMessageError, SECBUFFER_DATA, SECBUFFER_EMPTY } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { open, recordBuffers, seal } from '../../harness/support/tls.js';
import { tlsPair } from '../../harness/support/tls-pair.js';
import { onWine } from '../../harness/support/wine.js';

// Between a client of the Schannel package and Node's own TLS server.

const APPLICATION_DATA = 0x17;

describe('messages of Schannel', () => {
  test.each([[1], [100], [16384]])('of %d bytes go both ways', async (length) => {
    using pair = await tlsPair();
    const message = Buffer.alloc(length, 'x');
    const sealed = seal(pair.context, message);
    expect(sealed[0]).toBe(APPLICATION_DATA);
    expect(sealed.readUInt16BE(3)).toBe(sealed.length - 5);
    pair.client.socket.write(sealed);
    expect((await pair.received.take(length)).equals(message)).toBe(true);
    pair.peer.write(message);
    expect((await pair.client.receive()).equals(message)).toBe(true);
  });

  test('of a megabyte go there and back, record by record', async () => {
    proves(
      'EncryptMessage',
      'DecryptMessage',
      'SECBUFFER_STREAM_HEADER',
      'SECBUFFER_STREAM_TRAILER',
      'layouts of a message',
      'stream records',
    );
    using pair = await tlsPair();
    pair.peer.pipe(pair.peer);
    const bytes = randomBytes(64 * 16384);
    const back = createHash('sha256');
    const receiving = (async () => {
      for (let length = 0; length < bytes.length; ) {
        const message = await pair.client.receive();
        back.update(message);
        length += message.length;
      }
    })();
    for (let start = 0; start < bytes.length; start += 16384) {
      pair.client.send(bytes.subarray(start, start + 16384));
    }
    await receiving;
    expect(back.digest('hex')).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  test.skipIf(onWine)('of no bytes are sealed (Wine cannot)', async () => {
    using pair = await tlsPair();
    pair.client.send('');
    pair.client.send('next');
    expect((await pair.received.take(4)).toString()).toBe('next');
  });

  test('longer than the maximum are refused before the call', async () => {
    proves('longest message');
    using pair = await tlsPair();
    const { maximumMessage } = pair.context.queryAttribute('streamSizes');
    expect(() => seal(pair.context, Buffer.alloc(maximumMessage + 1))).toThrow(
      expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }),
    );
    // Had the package sealed it, the server would miss a record.
    pair.client.send('next');
    expect((await pair.received.take(4)).toString()).toBe('next');
  });

  test('are sealed and opened off the JavaScript thread', async () => {
    using pair = await tlsPair();
    const sealed = await pair.context.encryptMessageAsync(
      recordBuffers(pair.context, Buffer.from('hello')),
    );
    pair.client.socket.write(Buffer.concat(sealed.map(({ data }) => data ?? Buffer.alloc(0))));
    expect((await pair.received.take(5)).toString()).toBe('hello');
    pair.peer.write('olleh');
    const memory = await pair.client.reader.takeRecord();
    const empty = { type: SECBUFFER_EMPTY, data: null };
    const { buffers } = await pair.context.decryptMessageAsync([
      { type: SECBUFFER_DATA, data: memory },
      ...[empty, empty, empty],
    ]);
    expect(Buffer.from(buffers[1]?.data ?? []).toString()).toBe('olleh');
  });

  test('that are not whole say what is missing, and are opened when they are', async () => {
    proves('SECBUFFER_MISSING', 'stream records');
    using pair = await tlsPair();
    pair.peer.write('hello');
    const record = await pair.client.reader.takeRecord();
    for (let length = 5; length < record.length; length++) {
      // In memory of its own: the rest of the record must not lie behind it.
      const part = Uint8Array.prototype.slice.call(record, 0, length);
      const opening = () => open(pair.context, Buffer.from(part.buffer, 0, length));
      expect(opening).toThrow(IncompleteMessageError);
      expect(opening).toThrow(expect.objectContaining({ missing: record.length - length }));
    }
    expect(open(pair.context, record).message.toString()).toBe('hello');
  });

  test('in one read are opened one after the other', async () => {
    proves('SECBUFFER_EXTRA', 'stream records');
    using pair = await tlsPair();
    const texts = ['first', 'second', 'third'];
    const records: Buffer[] = [];
    for (const text of texts) {
      pair.peer.write(text);
      records.push(await pair.client.reader.takeRecord());
    }
    const part = records[0]?.subarray(0, 7) ?? Buffer.alloc(0);
    let rest: Buffer | undefined = Buffer.concat([...records, part]);
    for (const [index, text] of texts.entries()) {
      const opened = open(pair.context, rest as Buffer);
      expect(opened.message.toString()).toBe(text);
      expect(opened.extra).toEqual(Buffer.concat([...records.slice(index + 1), part]));
      rest = opened.extra;
    }
    expect(() => open(pair.context, rest as Buffer)).toThrow(IncompleteMessageError);
  });

  test('that were altered on the way are refused', async () => {
    using pair = await tlsPair();
    pair.peer.write('hello');
    const record = await pair.client.reader.takeRecord();
    record.writeUInt8(record.readUInt8(record.length - 1) ^ 1, record.length - 1);
    expect(() => open(pair.context, record)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(
          onWine ? /^SEC_E_INTERNAL_ERROR$/ : /^SEC_E_(MESSAGE_ALTERED|DECRYPT_FAILURE)$/,
        ),
        syscall: 'DecryptMessage',
      }),
    );
  });
});
