import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type SecureVersion, type TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { tlsExporter, tlsServerEndPoint, tlsUnique } from 'winsspi';
import { channelBindings } from '../../lib/context/channel-bindings.js';
import { signatureHash } from '../../lib/context/signature-hash.js';
import { proves } from '../harness/proofs/proves.js';

const read = (name: string) =>
  readFileSync(
    fileURLToPath(new URL(`../harness/fixtures/certificates/${name}.pem`, import.meta.url)),
  );
const certificate = (name: string) => new X509Certificate(read(name));

// The right-hand sides are what `openssl x509 -outform DER | openssl dgst` printed.
const digests = [
  ['rsa-sha256', '00e73d314daafe7d0df2d0aac5bb723acb60cfb7fd5206e682a7495c76806511'],
  ['rsa-sha1', '00c69b499183ffc25a6f9e5a38e30247295febfa56c4438fdf87ee2bb25d4358'],
  ['rsa-md5', '79698ad3ca6ba40b5a8fc4a443ddb5f84d73bb8ed1f1d38c82636e9950699d95'],
  [
    'rsa-sha512',
    '250f06d603a1d3623b67cdbe1d0fefb176cd31f4c9426aae325b2dec9aed20813aab58cba4d56fed375bc693dda2c23544d7f99af2a274229450c0bf8b7b840c',
  ],
  [
    'ecdsa-sha384',
    'd4d715261f62740cb4ec6d351afc5142c3439ad38554ca828da4883f42d4b9c33d549c012b11321a4bb3b30567cbf651',
  ],
  [
    'rsa-pss-sha384',
    '9eedd58b25ce1c0698f8fd108c4aa87ab4adcbeb828d8762c2f30f9e0e60448f29a730e868d404659951fe4055d599e2',
  ],
] as const;

describe('tls-server-end-point', () => {
  test.each(digests)('of the certificate %s', (name, digest) => {
    proves('channel bindings');
    expect(Buffer.from(tlsServerEndPoint(certificate(name)).applicationData)).toEqual(
      Buffer.concat([Buffer.from('tls-server-end-point:'), Buffer.from(digest, 'hex')]),
    );
  });

  test('a signature without a hash function is refused', () => {
    expect(() => tlsServerEndPoint(certificate('ed25519'))).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
  });

  test('a certificate that is cut off has no hash', () => {
    const { raw } = certificate('rsa-pss-sha384');
    for (let length = 0; length < raw.length - 400; length++) {
      expect(signatureHash(raw.subarray(0, length))).toBeUndefined();
    }
  });
});

const credentials = { cert: read('rsa-sha256'), key: read('rsa-sha256.key') };

/** The two ends of a connection over TLS. */
async function connection(
  version: SecureVersion,
): Promise<{ client: TLSSocket; server: TLSSocket }> {
  const listener = createServer({ ...credentials, minVersion: version, maxVersion: version });
  const accepted = once(listener.listen(0, '127.0.0.1'), 'secureConnection');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  const [server] = await accepted;
  if (!client.getProtocol()) await once(client, 'secureConnect');
  listener.close();
  return { client, server };
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('the two ends of a %s connection', (version) => {
  const unique = version === 'TLSv1.2';

  test('have the same bindings', async () => {
    const { client, server } = await connection(version);
    const expected = tlsServerEndPoint(certificate('rsa-sha256'));
    expect(tlsServerEndPoint(client, 'client')).toEqual(expected);
    expect(tlsServerEndPoint(client, 'client')).toEqual(expected); // and as often as it is asked
    expect(tlsServerEndPoint(server, 'server')).toEqual(expected);
    const ends = unique
      ? [tlsUnique(client, 'client'), tlsUnique(server, 'server')]
      : [tlsExporter(client), tlsExporter(server)];
    expect(ends[0]).toEqual(ends[1]);
    const text = Buffer.from(ends[0]?.applicationData as Uint8Array).toString('latin1');
    expect(text).toMatch(unique ? /^tls-unique:.{12}$/s : /^tls-exporter:.{32}$/s);
    client.destroy();
    server.destroy();
  });

  test('have what the RFC of their kind says', async () => {
    const { client, server } = await connection(version);
    const label = 'EXPORTER-Channel-Binding';
    const [bindings, value] = unique
      ? [tlsUnique(server, 'server'), client.getFinished() as Buffer]
      : [tlsExporter(server), client.exportKeyingMaterial(32, label, Buffer.alloc(0))];
    const prefix = Buffer.from(unique ? 'tls-unique:' : 'tls-exporter:');
    expect(bindings.applicationData).toEqual(Buffer.concat([prefix, value]));
    client.destroy();
    server.destroy();
  });

  test('refuse the kind of the other versions', async () => {
    const { client, server } = await connection(version);
    const other = unique ? () => tlsExporter(client) : () => tlsUnique(client, 'client');
    expect(other).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    client.destroy();
    server.destroy();
  });

  test('differ from another connection', async () => {
    const [one, two] = [await connection(version), await connection(version)];
    const of = (socket: TLSSocket) => (unique ? tlsUnique(socket, 'client') : tlsExporter(socket));
    expect(of(one.client)).not.toEqual(of(two.client));
    for (const socket of [one.client, one.server, two.client, two.server]) socket.destroy();
  });
});

test('tls-unique of a session of TLS 1.2 that is resumed is the Finished message of the server', async () => {
  const listener = createServer({ ...credentials, maxVersion: 'TLSv1.2' });
  await once(listener.listen(0, '127.0.0.1'), 'listening');
  const { port } = listener.address() as AddressInfo;
  const open = async (session?: Buffer) => {
    const accepted = once(listener, 'secureConnection');
    const client = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, session });
    const [given, [server]] = await Promise.all([
      session ? once(client, 'secureConnect') : once(client, 'session'),
      accepted,
    ]);
    return { client, server: server as TLSSocket, given };
  };
  const first = await open();
  const { client, server } = await open(first.given[0]);
  expect(client.isSessionReused()).toBe(true);
  const expected = Buffer.concat([Buffer.from('tls-unique:'), server.getFinished() as Buffer]);
  expect(tlsUnique(client, 'client').applicationData).toEqual(expected);
  expect(tlsUnique(server, 'server').applicationData).toEqual(expected);
  for (const socket of [first.client, first.server, client, server]) socket.destroy();
  listener.close();
});

describe('misuse', () => {
  test('what is no TLS socket is refused', () => {
    for (const value of [undefined, null, {}, 'text', Buffer.alloc(1)]) {
      const refused = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' });
      expect(() => tlsServerEndPoint(value as never, 'client')).toThrow(refused);
      expect(() => tlsUnique(value as never, 'client')).toThrow(refused);
      expect(() => tlsExporter(value as never)).toThrow(refused);
    }
  });

  test('a socket needs a role', async () => {
    const { client, server } = await connection('TLSv1.3');
    expect(() => tlsServerEndPoint(client, undefined as never)).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
    );
    expect(() => tlsServerEndPoint(client, 'server')).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
    client.destroy();
    server.destroy();
  });
});

describe('channel bindings as an option', () => {
  test('are a copy', () => {
    const applicationData = Uint8Array.of(1, 2, 3);
    const read = channelBindings({ applicationData }, 'options.channelBindings');
    applicationData.fill(0);
    expect(Buffer.from(read.applicationData)).toEqual(Buffer.of(1, 2, 3));
  });

  test.each([
    [
      0,
      'ERR_INVALID_ARG_VALUE',
      /^The property 'options.channelBindings.applicationData' must not be empty/,
    ],
    [65_536, 'ERR_OUT_OF_RANGE', /"options.channelBindings.applicationData.byteLength"/],
  ])('of %d bytes are refused', (length, code, message) => {
    const applicationData = new Uint8Array(length);
    expect(() => channelBindings({ applicationData }, 'options.channelBindings')).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test.each([1, 65_535])('of %d bytes are taken', (length) => {
    const read = channelBindings({ applicationData: new Uint8Array(length) }, 'a');
    expect(read.applicationData.length).toBe(length);
  });
});
