import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, type SecurityContext, ServerContext } from 'winsspi';
import { proves } from '../harness/proofs/proves.js';
import { type GssOptions, GssPeer, handshakeWithPeer } from '../harness/support/gss-peer.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';
import { gssMessage, sealedParts } from '../harness/support/wine.js';

// An independent peer: MIT's GSS-API and gss-ntlmssp on Linux, through python3-gssapi.

const target = 'HTTP@localhost';
const text = Buffer.from('between two implementations');
const messages = [text, Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(100_000, 'g')];

interface Meeting {
  readonly context: SecurityContext;
  readonly peer: GssPeer;
  /** Who the acceptor says the initiator is. */
  readonly initiator: string | undefined;
}

async function clientMeets(packageName: string, mech: GssOptions['mech']): Promise<Meeting> {
  using credentials = await Credentials.acquire({
    package: packageName,
    identity: theLab().users.alice,
  });
  const context = new ClientContext(credentials, { targetName: theLab().service.spn });
  const peer = await GssPeer.open({ role: 'acceptor', mech });
  const { initiator } = await handshakeWithPeer(context, peer, 'context');
  return { context, peer, initiator };
}

async function serverMeets(packageName: string, mech: GssOptions['mech']): Promise<Meeting> {
  using credentials = await Credentials.acquire({ package: packageName, use: 'inbound' });
  const context = new ServerContext(credentials);
  const { user, password } = theLab().users.bob;
  const peer = await GssPeer.open({
    role: 'initiator',
    mech,
    target,
    user: `${user}@${theLab().realm}`,
    password,
    flags: [
      'mutual_authentication',
      'confidentiality',
      'integrity',
      'replay_detection',
      'out_of_sequence_detection',
    ],
  });
  await handshakeWithPeer(context, peer, 'peer');
  return { context, peer, initiator: undefined };
}

const meetings: [string, number, () => Promise<Meeting>][] = [
  ['a Kerberos client', 60, () => clientMeets('Kerberos', 'krb5')],
  ['a Negotiate client that chose Kerberos', 60, () => clientMeets('Negotiate', 'krb5')],
  ['an NTLM client', 16, () => clientMeets('NTLM', 'ntlm')],
  ['a Kerberos server', 60, () => serverMeets('Kerberos', 'krb5')],
  ['a Negotiate server, through SPNEGO', 60, () => serverMeets('Negotiate', 'spnego')],
];

describe.skipIf(!lab).each(meetings)(
  `%s and a GSS-API peer (${needsDomain})`,
  (_, tokenLength, meet) => {
    test('complete a handshake', async () => {
      proves('InitializeSecurityContext', 'AcceptSecurityContext');
      const { context, peer } = await meet();
      expect(context.done).toBe(true);
      peer.close();
    });

    test('what we seal, GSS-API opens', async () => {
      proves('EncryptMessage');
      const { context, peer } = await meet();
      for (const message of messages) {
        const sealed = gssMessage(context.wrapDetached(message), context.package);
        expect(sealed.includes(text)).toBe(false);
        expect(await peer.unwrap(sealed)).toEqual({ message, encrypted: true });
      }
      peer.close();
    });

    test('what GSS-API seals, we open', async () => {
      proves('DecryptMessage');
      const { context, peer } = await meet();
      // gss-ntlmssp does not seal an empty message.
      const sealable = messages.filter(({ length }) => length > 0 || context.package !== 'NTLM');
      for (const message of sealable) {
        const parts = sealedParts(await peer.wrap(message), tokenLength, context.package);
        expect(context.unwrapDetached(parts)).toEqual({ message, encrypted: true });
      }
      peer.close();
    });

    test('each verifies what the other signs, and refuses another message', async () => {
      proves('MakeSignature', 'VerifySignature');
      const { context, peer } = await meet();
      await peer.verify(text, context.sign(text));
      context.verify(text, await peer.sign(text));
      await expect(peer.verify(Buffer.from('another'), context.sign(text))).rejects.toThrow();
      const signature = await peer.sign(text);
      expect(() => context.verify(Buffer.from('another'), signature)).toThrow(
        expect.objectContaining({ name: 'MessageAlteredError' }),
      );
      peer.close();
    });

    test('a message of GSS-API with a bit flipped is refused', async () => {
      const { context, peer } = await meet();
      const sealed = await peer.wrap(text);
      sealed.writeUInt8((sealed.at(-1) as number) ^ 1, sealed.length - 1);
      expect(() =>
        context.unwrapDetached(sealedParts(sealed, tokenLength, context.package)),
      ).toThrow(expect.objectContaining({ name: 'MessageAlteredError' }));
      peer.close();
    });
  },
);

describe.skipIf(!lab)(`wrap and unwrap of NTLM and a GSS-API peer (${needsDomain})`, () => {
  test('what wrap seals, GSS-API opens; what GSS-API seals, unwrap opens', async () => {
    proves('NTLM token size');
    const { context, peer } = await clientMeets('NTLM', 'ntlm');
    for (const message of messages.filter(({ length }) => length > 0)) {
      const sealed = context.wrap(message);
      expect(sealed.length).toBe(16 + message.length);
      expect(await peer.unwrap(sealed)).toEqual({ message, encrypted: true });
      expect(context.unwrap(await peer.wrap(message))).toEqual({ message, encrypted: true });
      expect(await peer.unwrap(await context.wrapAsync(message))).toMatchObject({ message });
      expect(await context.unwrapAsync(await peer.wrap(message))).toMatchObject({ message });
    }
    peer.close();
  });

  test('a sealed message that is shorter than a token is refused', async () => {
    const { context, peer } = await clientMeets('NTLM', 'ntlm');
    for (const length of [0, 1, 15, 16]) {
      expect(() => context.unwrap(Buffer.alloc(length))).toThrow(
        expect.objectContaining({ syscall: 'DecryptMessage' }),
      );
    }
    peer.close();
  });
});

describe.skipIf(!lab)(`what GSS-API sees (${needsDomain})`, () => {
  test('the acceptor knows the user that the identity names', async () => {
    expect((await clientMeets('Kerberos', 'krb5')).initiator).toBe('alice@CORP.TEST');
    expect((await clientMeets('NTLM', 'ntlm')).initiator).toMatch(/alice/);
  });

  test('a message that we only sign is readable, and known as such', async () => {
    proves('wrap without encryption');
    const { context, peer } = await clientMeets('Kerberos', 'krb5');
    const sealed = gssMessage(context.wrapDetached(text, { encrypt: false }), context.package);
    expect(sealed.includes(text)).toBe(true);
    expect(await peer.unwrap(sealed)).toEqual({ message: text, encrypted: false });
  });

  test('a message that GSS-API only signed says so when we open it', async () => {
    proves('wrap without encryption');
    const { context, peer } = await clientMeets('Kerberos', 'krb5');
    const parts = sealedParts(await peer.wrap(text, false), 28, context.package);
    expect(context.unwrapDetached(parts)).toEqual({ message: text, encrypted: false });
  });

  test('NTLM: a replayed message is refused, and the context goes on', async () => {
    const { context, peer } = await clientMeets('NTLM', 'ntlm');
    const first = sealedParts(await peer.wrap(text), 16, 'NTLM');
    expect(context.unwrapDetached(first).message).toEqual(text);
    expect(() => context.unwrapDetached(first)).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^SEC_E_(MESSAGE_ALTERED|OUT_OF_SEQUENCE)$/),
      }),
    );
  });
});
