import { describe, expect, test } from 'vitest';
import { SspiError } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { ByteReader, closeNotify, open, TlsClient } from '../../harness/support/tls.js';
import { tlsPair } from '../../harness/support/tls-pair.js';
import { NodeServer } from '../../harness/support/tls-server.js';
import { onWine, statusName } from '../../harness/support/wine.js';

// A client of the Schannel package against Node's own TLS server, in this process.

const CLOSE_ALERT = 0x15;
const APPLICATION_DATA = 0x17;

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
    proves('InitializeSecurityContext', 'SECBUFFER_MISSING');
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
    proves('SECBUFFER_EXTRA');
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

describe('close_notify', () => {
  test('from the server is a status of decryptMessage, without a message', async () => {
    using pair = await tlsPair();
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
    proves('ApplyControlToken');
    using pair = await tlsPair();
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
    using pair = await tlsPair({ allowHalfOpen: true });
    pair.client.socket.write(await closeNotify(pair.context));
    expect((await pair.received.read()).length).toBe(0);
    pair.peer.end();
    expect((await pair.client.reader.takeRecord())[0]).toBe(CLOSE_ALERT);
    expect((await pair.client.reader.read()).length).toBe(0);
  });
});

describe.skipIf(onWine)('TLS 1.3 (Wine 8 has 1.2)', () => {
  test('session tickets ask for a step, which a complete context takes', async () => {
    using pair = await tlsPair({ maxVersion: 'TLSv1.3' });
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
