import { describe, expect, test } from 'vitest';
import {
  ClientContext,
  type ClientContextOptions,
  type ContextOptions,
  Credentials,
  SECBUFFER_DATA,
  SECBUFFER_STREAM,
  type SecBuffer,
  type SecurityContext,
  ServerContext,
} from 'winsspi';
import { proves } from '../harness/proofs/proves.js';
import { type GssOptions, GssPeer, handshakeWithPeer } from '../harness/support/gss-peer.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';

// The bridge's packages and an independent program, python3-gssapi: real SPNEGO on the wire.

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const text = Buffer.from('between two programs');

interface Meeting {
  readonly context: SecurityContext;
  readonly peer: GssPeer;
  readonly initiator: string | undefined;
}

const protection = [
  'mutual_authentication',
  'confidentiality',
  'integrity',
  'replay_detection',
  'out_of_sequence_detection',
];

async function clientMeets(
  packageName: string,
  peerOptions: Partial<GssOptions>,
  options: Partial<ClientContextOptions> = {},
): Promise<Meeting> {
  using credentials = await Credentials.acquire({
    package: packageName,
    identity: theLab().users.alice,
  });
  const context = new ClientContext(credentials, {
    targetName: theLab().service.spn,
    ...options,
  });
  const peer = await GssPeer.open({ role: 'acceptor', mech: 'krb5', ...peerOptions });
  const { initiator } = await handshakeWithPeer(context, peer, 'context');
  return { context, peer, initiator };
}

async function serverMeets(
  packageName: string,
  peerOptions: Partial<GssOptions>,
  options: ContextOptions = {},
): Promise<Meeting> {
  using credentials = await Credentials.acquire({ package: packageName, use: 'inbound' });
  const context = new ServerContext(credentials, options);
  const { user, password } = theLab().users.bob;
  const ntlm = peerOptions.mech === 'ntlm' || peerOptions.mechs?.includes('ntlm');
  const peer = await GssPeer.open({
    ...{ role: 'initiator', mech: 'krb5', target: 'HTTP@localhost', flags: protection },
    ...{ user: ntlm ? `CORP\\${user}` : `${user}@${theLab().realm}`, password },
    ...peerOptions,
  });
  await handshakeWithPeer(context, peer, 'peer');
  return { context, peer, initiator: undefined };
}

function openStream(context: SecurityContext, stream: Buffer) {
  const { buffers } = context.decryptMessage([
    { type: SECBUFFER_STREAM, data: stream },
    { type: SECBUFFER_DATA, data: null },
  ]);
  return Buffer.from((buffers[1] as SecBuffer).data as Uint8Array);
}

const meetings: [string, string, (more?: object) => Promise<Meeting>][] = [
  ['a Kerberos client', 'Kerberos', () => clientMeets(names.Kerberos, { mech: 'krb5' })],
  ['a Negotiate client', 'Kerberos', () => clientMeets(names.Negotiate, { mech: 'spnego' })],
  [
    'a Negotiate client and a peer without Kerberos',
    'NTLM',
    () => clientMeets(names.Negotiate, { mech: 'spnego', mechs: ['ntlm'] }),
  ],
  ['an NTLM client', 'NTLM', () => clientMeets(names.NTLM, { mech: 'ntlm' })],
  ['a Kerberos server', 'Kerberos', () => serverMeets(names.Kerberos, { mech: 'krb5' })],
  ['a Negotiate server', 'Kerberos', () => serverMeets(names.Negotiate, { mech: 'spnego' })],
  [
    'a Negotiate server and a peer without Kerberos',
    'NTLM',
    () => serverMeets(names.Negotiate, { mech: 'spnego', mechs: ['ntlm'] }),
  ],
  ['an NTLM server', 'NTLM', () => serverMeets(names.NTLM, { mech: 'ntlm' })],
];

describe.skipIf(!lab).each(meetings)(
  `%s and a GSS-API peer (${needsDomain})`,
  (who, chosen, meet) => {
    // gss-ntlmssp does not seal an empty message.
    const messages = [text, Buffer.alloc(1), Buffer.alloc(100_000, 'g')].concat(
      chosen === 'NTLM' ? [] : [Buffer.alloc(0)],
    );

    test('complete a handshake, and know who is who', async () => {
      proves('InitializeSecurityContext', 'AcceptSecurityContext', 'SECPKG_ATTR_NAMES');
      const { context, peer, initiator } = await meet();
      expect(context.done).toBe(true);
      expect(context.package).toBe(chosen);
      if (initiator !== undefined) {
        expect(initiator).toBe(chosen === 'NTLM' ? 'CORP\\alice' : 'alice@CORP.TEST');
      }
      const user = context instanceof ServerContext ? 'bob' : 'alice';
      expect(context.queryAttribute('names').userName).toBe(`CORP\\${user}`);
      peer.close();
    });

    test("GSS-API opens what we seal, in Windows's order: TOKEN, DATA, PADDING", async () => {
      proves('EncryptMessage', 'order on the wire');
      // Kerberos was offered first: the choice of NTLM is confirmed by a mechListMIC.
      if (who.startsWith('a Negotiate') && chosen === 'NTLM') proves('messages after mechListMIC');
      const { context, peer } = await meet();
      for (const message of messages) {
        const { token, message: data, padding } = context.wrapDetached(message);
        const sealed = Buffer.concat([token, data, padding]);
        expect(await peer.unwrap(sealed)).toEqual({ message, encrypted: true });
      }
      peer.close();
    });

    test('we open what GSS-API seals, as a STREAM', async () => {
      proves('DecryptMessage', 'SECBUFFER_STREAM', 'layouts of a message');
      const { context, peer } = await meet();
      for (const message of messages) {
        expect(openStream(context, await peer.wrap(message)).equals(message)).toBe(true);
      }
      peer.close();
    });

    test('each verifies what the other signs', async () => {
      proves('MakeSignature', 'VerifySignature');
      const { context, peer } = await meet();
      await peer.verify(text, context.sign(text));
      context.verify(text, await peer.sign(text));
      await expect(peer.verify(Buffer.from('another'), context.sign(text))).rejects.toThrow();
      peer.close();
    });

    test('a message of GSS-API with a bit flipped is MessageAlteredError', async () => {
      const { context, peer } = await meet();
      const sealed = await peer.wrap(text);
      sealed.writeUInt8((sealed.at(-1) as number) ^ 1, sealed.length - 1);
      expect(() => openStream(context, sealed)).toThrow(
        expect.objectContaining({ name: 'MessageAlteredError' }),
      );
      peer.close();
    });
  },
);

describe.skipIf(!lab)(`channel bindings with a GSS-API peer (${needsDomain})`, () => {
  const applicationData = Buffer.from('tls-server-end-point:0123456789');
  const peerBindings = (data: Buffer) => ({ channelBindings: data.toString('base64') });
  const kinds = [
    ['Kerberos', names.Kerberos, { mech: 'krb5' }],
    ['Negotiate', names.Negotiate, { mech: 'spnego' }],
    ['NTLM', names.NTLM, { mech: 'ntlm' }],
  ] as const;

  test.each(kinds)("%s: our client's are the peer's", async (_, name, mech) => {
    proves('channel bindings');
    const options = { channelBindings: { applicationData } };
    const same = await clientMeets(name, { ...mech, ...peerBindings(applicationData) }, options);
    expect(same.context.done).toBe(true);
    await expect(
      clientMeets(name, { ...mech, ...peerBindings(Buffer.from('other')) }, options),
    ).rejects.toThrow();
  });

  test.each(kinds)(
    "%s: the peer's are our server's, or BadBindingsError",
    async (_, name, mech) => {
      proves('channel bindings');
      const options = { channelBindings: { applicationData } };
      const same = await serverMeets(name, { ...mech, ...peerBindings(applicationData) }, options);
      expect(same.context.done).toBe(true);
      await expect(
        serverMeets(name, { ...mech, ...peerBindings(Buffer.from('other')) }, options),
      ).rejects.toMatchObject({ name: 'BadBindingsError' });
    },
  );
});
