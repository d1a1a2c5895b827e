import { describe, expect, test } from 'vitest';
import { tlsServerEndPoint } from 'winsspi';
import { proves } from '../harness/proofs/proves.js';
import { lab, theLab } from '../harness/support/lab.js';
import { closeNotify, open, TlsClient } from '../harness/support/tls.js';
import { certificate } from '../harness/support/tls-server.js';
import { statusName } from '../harness/support/wine.js';

// A client of the Schannel package against OpenSSL's own server, which reverses lines.

describe.skipIf(!lab)('Schannel and openssl s_server (needs the lab)', () => {
  const connected = () => TlsClient.open(theLab().tls);

  test('lines go there and come back reversed', async () => {
    proves('EncryptMessage', 'DecryptMessage', 'layouts of a message');
    using client = await connected();
    for (const [line, reversed] of [
      ['hello', 'olleh'],
      ['', ''],
      ['a'.repeat(5000).concat('b'), 'b'.concat('a'.repeat(5000))],
    ]) {
      client.send(`${line}\n`);
      expect((await client.receive()).toString()).toBe(`${reversed}\n`);
    }
  });

  test('its handshake can come byte by byte', async () => {
    proves('InitializeSecurityContext', 'SECBUFFER_MISSING');
    using client = await TlsClient.connect(theLab().tls);
    const incomplete = await client.handshake({ pieces: 1 });
    expect(incomplete[0]).toEqual({ input: Buffer.from([0x16]), missing: 4 });
    client.send('hello\n');
    expect((await client.receive()).toString()).toBe('olleh\n');
  });

  test('a line of many records comes back as one', async () => {
    using client = await connected();
    for (const letter of 'hello\n') client.send(letter);
    expect((await client.receive()).toString()).toBe('olleh\n');
  });

  test('records in one read are opened one after the other', async () => {
    using client = await connected();
    client.send('one\ntwo\n');
    const records = [await client.reader.takeRecord(), await client.reader.takeRecord()];
    const first = open(client.context, Buffer.concat(records));
    expect(first.message.toString()).toBe('eno\n');
    expect(first.extra).toEqual(records[1]);
    expect(open(client.context, first.extra as Buffer).message.toString()).toBe('owt\n');
  });

  test('its close_notify is a status, and ours ends the connection', async () => {
    proves('ApplyControlToken');
    using client = await connected();
    client.send('last\nCLOSE\n');
    expect((await client.receive()).toString()).toBe('tsal\n');
    const closed = open(client.context, await client.reader.takeRecord());
    expect(closed.status).toBe(statusName('SEC_I_CONTEXT_EXPIRED', 'SEC_E_OK'));
    expect(closed.message).toEqual(Buffer.alloc(0));
    client.socket.write(await closeNotify(client.context));
    expect((await client.reader.read()).length).toBe(0);
  });

  test('its certificate and its bindings are attributes', async () => {
    using client = await connected();
    const shown = client.context.queryAttribute('remoteCertContext');
    expect(shown.raw).toEqual(certificate.raw);
    expect(client.context.queryAttribute('endpointBindings')).toEqual(
      tlsServerEndPoint(certificate),
    );
  });
});
