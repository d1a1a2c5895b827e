import { describe, expect, test } from 'vitest';
import {
  ClientContext,
  type ContextOptions,
  Credentials,
  type SecurityContext,
  ServerContext,
  type ServerContextFlags,
} from 'winsspi';
import { type GssOptions, GssPeer, handshakeWithPeer } from '../harness/support/gss-peer.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';

// More of the bridge's packages and python3-gssapi: the bytes-level calls, messages that are only
// signed, the order of messages, and channel bindings, for each mechanism in both roles.

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const text = Buffer.from('between two programs');
const BAD_BINDINGS = 4;
const DEFECTIVE_TOKEN = 9;

interface Met {
  readonly context: SecurityContext;
  readonly peer: GssPeer;
  readonly initiator: string | undefined;
}

const bytes = (data: string) => Buffer.from(`tls-server-end-point:${data}`);
const bindings = (data: string) => ({ channelBindings: { applicationData: bytes(data) } });
const peerBindings = (data: string) => ({ channelBindings: bytes(data).toString('base64') });

type Meet = (options?: ContextOptions, peer?: Partial<GssOptions>) => Promise<Met>;

const ourClient =
  (name: string, mech: Partial<GssOptions>): Meet =>
  async (options = {}, more = {}) => {
    using credentials = await Credentials.acquire({
      package: name,
      identity: theLab().users.bob,
    });
    const targetName = theLab().service.spn;
    const context = new ClientContext(credentials, { targetName, ...options });
    const peer = await GssPeer.open({ role: 'acceptor', mech: 'krb5', ...mech, ...more });
    const { initiator } = await handshakeWithPeer(context, peer, 'context');
    return { context, peer, initiator };
  };

const ourServer =
  (name: string, mech: Partial<GssOptions>): Meet =>
  async (options = {}, more = {}) => {
    using credentials = await Credentials.acquire({ package: name, use: 'inbound' });
    const context = new ServerContext(credentials, options);
    const { user, password } = theLab().users.bob;
    const ntlm = mech.mech === 'ntlm' || mech.mechs?.includes('ntlm');
    const peer = await GssPeer.open({
      ...{ role: 'initiator', mech: 'krb5', target: 'HTTP@localhost', flags: protection },
      ...{ user: ntlm ? `CORP\\${user}` : `${user}@${theLab().realm}`, password },
      ...mech,
      ...more,
    });
    await handshakeWithPeer(context, peer, 'peer');
    return { context, peer, initiator: undefined };
  };

const protection = [
  'mutual_authentication',
  'confidentiality',
  'integrity',
  'replay_detection',
  'out_of_sequence_detection',
];

const mechanisms = [
  ['Kerberos', 'Kerberos', names.Kerberos, { mech: 'krb5' }],
  ['Kerberos within SPNEGO', 'Kerberos', names.Negotiate, { mech: 'spnego', mechs: ['krb5'] }],
  ['NTLM within SPNEGO', 'NTLM', names.Negotiate, { mech: 'spnego', mechs: ['ntlm'] }],
  ['NTLM', 'NTLM', names.NTLM, { mech: 'ntlm' }],
] as [string, 'Kerberos' | 'NTLM', string, Partial<GssOptions>][];

const cases = mechanisms.flatMap(([mechanism, chosen, name, mech]) => [
  { role: 'client', mechanism, chosen, meet: ourClient(name, mech) },
  { role: 'server', mechanism, chosen, meet: ourServer(name, mech) },
]);

describe.skipIf(!lab).each(cases)(
  `our $role and a GSS-API peer, $mechanism (${needsDomain})`,
  ({ role, chosen, meet }) => {
    const refused = expect.objectContaining({
      name: expect.stringMatching(/^(MessageAltered|OutOfSequence)Error$/),
    });

    test('choose the mechanism, and agree on who the client is', async () => {
      const { context, peer, initiator } = await meet();
      expect(context.package).toBe(chosen);
      expect(context.queryAttribute('names').userName).toBe('CORP\\bob');
      if (role === 'client') {
        expect(initiator).toBe(chosen === 'NTLM' ? 'CORP\\bob' : 'bob@CORP.TEST');
      }
      peer.close();
    });

    test('wrap and unwrap are wrap and unwrap of GSS-API', async () => {
      const { context, peer } = await meet();
      for (const message of [text, Buffer.alloc(1), Buffer.alloc(70_000, 'p')]) {
        const sealed = context.wrap(message);
        expect(sealed.includes(message.subarray(0, 20)) && message.length > 1).toBe(false);
        expect(await peer.unwrap(sealed)).toEqual({ message, encrypted: true });
        expect(context.unwrap(await peer.wrap(message))).toEqual({ message, encrypted: true });
        expect(await peer.unwrap(await context.wrapAsync(message))).toMatchObject({ message });
        expect(await context.unwrapAsync(await peer.wrap(message))).toMatchObject({ message });
      }
      peer.close();
    });

    test('a message that is only signed is readable, and both sides know', async () => {
      const { context, peer } = await meet();
      const ours = context.wrap(text, { encrypt: false });
      const theirs = await peer.wrap(text, false);
      // NTLM has no such message: what it protects, it encrypts.
      if (chosen === 'Kerberos') {
        expect(ours.includes(text)).toBe(true);
        expect(await peer.unwrap(ours)).toEqual({ message: text, encrypted: false });
        expect(context.unwrap(theirs)).toEqual({ message: text, encrypted: false });
      } else {
        expect(ours.includes(text)).toBe(false);
        expect(await peer.unwrap(ours)).toEqual({ message: text, encrypted: true });
      }
      peer.close();
    });

    test('signatures: another message and a flipped bit are MessageAlteredError', async () => {
      const { context, peer } = await meet();
      const signature = await peer.sign(text);
      const flipped = Buffer.from(signature);
      flipped.writeUInt8((flipped.at(-5) as number) ^ 1, flipped.length - 5);
      const altered = expect.objectContaining({ name: 'MessageAlteredError' });
      expect(() => context.verify(text, flipped)).toThrow(altered);
      await expect(peer.verify(Buffer.from('other'), context.sign(text))).rejects.toThrow();
      peer.close();
    });

    test('a message that comes twice is refused, on both sides', async () => {
      const { context, peer } = await meet();
      const theirs = await peer.wrap(text);
      expect(context.unwrap(theirs).message).toEqual(text);
      expect(() => context.unwrap(theirs)).toThrow(refused);
      const ours = context.wrap(text);
      expect(await peer.unwrap(ours)).toMatchObject({ message: text });
      await expect(peer.unwrap(ours)).rejects.toThrow();
      peer.close();
    });

    test('a message before its turn is refused, on both sides', async () => {
      const { context, peer } = await meet();
      await peer.wrap(text);
      const theirs = await peer.wrap(text);
      expect(() => context.unwrap(theirs)).toThrow(refused);
      context.wrap(text);
      await expect(peer.unwrap(context.wrap(text))).rejects.toThrow();
      peer.close();
    });

    describe('channel bindings', () => {
      test('that are the same are accepted', async () => {
        const { context, peer } = await meet(bindings('one'), peerBindings('one'));
        expect(context.done).toBe(true);
        expect(await peer.unwrap(context.wrap(text))).toMatchObject({ message: text });
        peer.close();
      });

      test('that differ are refused by the server', async () => {
        const meeting = meet(bindings('one'), peerBindings('other'));
        if (role === 'server') {
          await expect(meeting).rejects.toMatchObject({
            name: 'BadBindingsError',
            syscall: 'AcceptSecurityContext',
          });
          return;
        }
        // gss-ntlmssp has no code of its own for them.
        const routine = chosen === 'NTLM' ? DEFECTIVE_TOKEN : BAD_BINDINGS;
        await expect(meeting).rejects.toMatchObject({ routine });
      });

      test('of the client alone leave the server as it is', async () => {
        const { context, peer } =
          role === 'client' ? await meet(bindings('one')) : await meet({}, peerBindings('one'));
        expect(context.done).toBe(true);
        peer.close();
      });
    });
  },
);

describe.skipIf(!lab).each(cases.filter(({ role }) => role === 'server'))(
  `our server with channel bindings and a GSS-API peer without, $mechanism (${needsDomain})`,
  ({ meet }) => {
    test('refuses the peer, unless they may be missing', async () => {
      await expect(meet(bindings('one'))).rejects.toMatchObject({
        name: 'BadBindingsError',
        syscall: 'AcceptSecurityContext',
      });
      const flags: ServerContextFlags = { allowMissingBindings: true };
      const { context, peer } = await meet({ ...bindings('one'), flags });
      expect(context.done).toBe(true);
      peer.close();
    });
  },
);
