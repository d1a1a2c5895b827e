import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { IncompleteMessageError, SspiError } from 'winsspi';
import { ByteReader, closeNotify, open, recordBuffers, seal, TlsClient } from '../support/tls.js';
import { NodeServer } from '../support/tls-server.js';
import { onWine, statusName } from '../support/wine.js';

// A client of the Schannel package against Node's own TLS server, in this process.

const CLOSE_ALERT = 0x15;
const APPLICATION_DATA = 0x17;

/** A complete connection: the client, and the server's end of it. */
async function connection(...[options]: Parameters<typeof NodeServer.listen>) {
  using server = await NodeServer.listen(options);
  const client = await TlsClient.open(server.address);
  const peer = await server.client;
  return {
    client,
    context: client.context,
    peer,
    received: new ByteReader(peer),
    [Symbol.dispose]() {
      client[Symbol.dispose]();
      peer.destroy();
    },
  };
}

describe('the handshake', () => {
  test.each([['Schannel'], ['Microsoft Unified Security Protocol Provider']])(
    'of the package %s',
    async (packageName) => {
      using server = await NodeServer.listen();
      using client = await TlsClient.connect(server.address, { package: packageName });
      await client.handshake();
      expect((await server.client).getProtocol()).toBe('TLSv1.2');
      expect(client.context.done).toBe(true);
      expect(client.context.flags).toMatchObject({
        stream: true,
        confidentiality: true,
        manualCredentialValidation: true,
      });
    },
  );

  test('byte by byte: each step says how much of the record is missing', async () => {
    using server = await NodeServer.listen();
    using client = await TlsClient.connect(server.address);
    const incomplete = await client.handshake({ pieces: 1 });
    expect(incomplete.length).toBeGreaterThan(1000);
    const wrong = incomplete.filter(({ input, missing }) => {
      const whole = input.length < 5 ? 5 : 5 + input.readUInt16BE(3);
      return missing !== whole - input.length;
    });
    expect(wrong).toEqual([]);
    client.send('hello');
    const received = new ByteReader(await server.client);
    expect((await received.take(5)).toString()).toBe('hello');
  });

  test('a step gives back the part of a record that it could not take yet', async () => {
    using server = await NodeServer.listen();
    using client = await TlsClient.connect(server.address);
    client.socket.write((await client.context.step()).token as Buffer);
    const [first, second] = [await client.reader.takeRecord(), await client.reader.takeRecord()];
    const part = second.subarray(0, 10);
    const result = await client.context.step(Buffer.concat([first, part]));
    expect(result).toEqual({
      token: undefined,
      done: false,
      status: 'SEC_I_CONTINUE_NEEDED',
      extra: part,
    });
    client.reader.putBack(second.subarray(10));
    await client.handshake({ ...(result.extra && { input: result.extra }) });
    expect(client.context.done).toBe(true);
  });

  test('the last step gives back the messages that came behind it', async () => {
    using server = await NodeServer.listen();
    using client = await TlsClient.connect(server.address);
    const sent = server.client.then((peer) => peer.write('early'));
    client.socket.write((await client.context.step()).token as Buffer);
    const flight: Buffer[] = [];
    do flight.push(await client.reader.takeRecord());
    while (flight.length < 4); // ServerHello, Certificate, ServerKeyExchange, ServerHelloDone
    client.socket.write((await client.context.step(Buffer.concat(flight))).token as Buffer);
    const last: Buffer[] = [];
    do last.push(await client.reader.takeRecord());
    while (last.at(-1)?.[0] !== APPLICATION_DATA);
    await sent;
    const { done, extra } = await client.context.step(Buffer.concat(last));
    expect({ done, extra }).toEqual({ done: true, extra: last.at(-1) });
    expect(open(client.context, extra as Buffer).message.toString()).toBe('early');
  });

  test('that the server refuses fails, and ends the context', async () => {
    using server = await NodeServer.listen({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' });
    using client = await TlsClient.connect(server.address);
    const refused = await client.handshake().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(SspiError);
    expect(refused).toMatchObject({
      syscall: 'InitializeSecurityContext',
      code: expect.stringMatching(onWine ? /^SEC_E_INTERNAL_ERROR$/ : /^SEC_E_/),
    });
    await expect(client.context.step(Buffer.alloc(5))).rejects.toBe(refused);
  });

  test('with a server that sends no handshake fails', async () => {
    using server = await NodeServer.listen();
    using client = await TlsClient.connect(server.address);
    await client.context.step();
    const record = Buffer.from([0x16, 3, 3, 0, 4, 2, 0, 0, 0]); // a ServerHello of no bytes
    await expect(client.context.step(record)).rejects.toMatchObject({
      syscall: 'InitializeSecurityContext',
      code: expect.not.stringContaining('INCOMPLETE'),
    });
    expect(() => client.context.queryAttribute('streamSizes')).toThrow(SspiError);
  });

  test.skipIf(onWine)(
    'refuses a certificate that nobody has signed (Wine checks none)',
    async () => {
      using server = await NodeServer.listen();
      using client = await TlsClient.connect(server.address, {
        flags: { manualCredentialValidation: false },
      });
      await expect(client.handshake()).rejects.toMatchObject({ code: 'SEC_E_UNTRUSTED_ROOT' });
    },
  );
});

describe('messages', () => {
  test.each([[1], [100], [16384]])('of %d bytes go both ways', async (length) => {
    using pair = await connection();
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
    using pair = await connection();
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
    using pair = await connection();
    pair.client.send('');
    pair.client.send('next');
    expect((await pair.received.take(4)).toString()).toBe('next');
  });

  test('longer than the maximum are refused before the call', async () => {
    using pair = await connection();
    const { maximumMessage } = pair.context.queryAttribute('streamSizes');
    expect(() => seal(pair.context, Buffer.alloc(maximumMessage + 1))).toThrow(
      expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }),
    );
    // Had the package sealed it, the server would miss a record.
    pair.client.send('next');
    expect((await pair.received.take(4)).toString()).toBe('next');
  });

  test('are sealed and opened off the JavaScript thread', async () => {
    using pair = await connection();
    const sealed = await pair.context.encryptMessageAsync(
      recordBuffers(pair.context, Buffer.from('hello')),
    );
    pair.client.socket.write(Buffer.concat(sealed.map(({ data }) => data ?? Buffer.alloc(0))));
    expect((await pair.received.take(5)).toString()).toBe('hello');
    pair.peer.write('olleh');
    const memory = await pair.client.reader.takeRecord();
    const empty = { type: 0, data: null };
    const { buffers } = await pair.context.decryptMessageAsync([
      { type: 1, data: memory },
      ...[empty, empty, empty],
    ]);
    expect(Buffer.from(buffers[1]?.data ?? []).toString()).toBe('olleh');
  });

  test('that are not whole say what is missing, and are opened when they are', async () => {
    using pair = await connection();
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
    using pair = await connection();
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
    using pair = await connection();
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

describe('close_notify', () => {
  test('from the server is a status of decryptMessage, without a message', async () => {
    using pair = await connection();
    pair.peer.end('last');
    expect((await pair.client.receive()).toString()).toBe('last');
    const alert = await pair.client.reader.takeRecord();
    expect(alert[0]).toBe(CLOSE_ALERT);
    // Wine 8 tells it by nothing but the record's type.
    const status = statusName('SEC_I_CONTEXT_EXPIRED', 'SEC_E_OK');
    expect(open(pair.context, alert)).toEqual({
      status,
      message: Buffer.alloc(0),
      extra: undefined,
    });
  });

  test('to the server is the token of the step behind applyControlToken', async () => {
    using pair = await connection();
    pair.client.send('last');
    const alert = await closeNotify(pair.context);
    expect(alert[0]).toBe(CLOSE_ALERT);
    expect(alert.length).toBe(5 + alert.readUInt16BE(3));
    pair.client.socket.write(alert);
    expect((await pair.received.take(4)).toString()).toBe('last');
    // The socket is still open: this end is the alert's.
    expect((await pair.received.read()).length).toBe(0);
  });

  test('goes both ways', async () => {
    using pair = await connection({ allowHalfOpen: true });
    pair.client.socket.write(await closeNotify(pair.context));
    expect((await pair.received.read()).length).toBe(0);
    pair.peer.end();
    expect((await pair.client.reader.takeRecord())[0]).toBe(CLOSE_ALERT);
    expect((await pair.client.reader.read()).length).toBe(0);
  });
});

describe.skipIf(onWine)('TLS 1.3 (Wine 8 has 1.2)', () => {
  test('session tickets ask for a step, which a complete context takes', async () => {
    using pair = await connection({ maxVersion: 'TLSv1.3' });
    expect(pair.peer.getProtocol()).toBe('TLSv1.3');
    pair.peer.write('hello');
    let opened = open(pair.context, await pair.client.reader.takeRecord());
    while (opened.status === 'SEC_I_RENEGOTIATE') {
      await pair.context.step(opened.extra);
      opened = open(pair.context, await pair.client.reader.takeRecord());
    }
    expect(opened.message.toString()).toBe('hello');
  });
});
