import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, type SecurityContext, ServerContext } from 'winsspi';
import { runModule } from '../harness/support/child.js';
import { GssPeer, handshakeWithPeer } from '../harness/support/gss-peer.js';
import { establishedPair, newPair, type PairOptions } from '../harness/support/handshake.js';
import { lab, needsDomain, theLab } from '../harness/support/lab.js';

// A complete context goes on in another process, where the last one stopped.

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };

/** What a child did with a context that it imported. */
interface Report {
  readonly package: string;
  readonly userName: string;
  readonly flags: object;
  readonly sessionKey: string;
  /** Of a server. */
  readonly target: string | undefined;
  readonly opened: string[];
  readonly replay: string | undefined;
  readonly sealed: string[];
}

/**
 * Imports a context in a process of its own, which opens messages, the first of them twice, and
 * seals three of its own.
 */
async function goOnInChild(
  role: 'ClientContext' | 'ServerContext',
  packageName: string,
  exported: Buffer,
  sealed: Buffer[],
): Promise<Report> {
  const input = {
    packageName,
    exported: exported.toString('base64'),
    sealed: sealed.map((message) => message.toString('base64')),
  };
  const { code, stdout, stderr } = await runModule(`
    import { ${role} } from 'winsspi';
    const { packageName, exported, sealed } = ${JSON.stringify(input)};
    const bytes = (text) => Buffer.from(text, 'base64');
    const context = ${role}.import(packageName, bytes(exported));
    const opened = sealed.map((message) => context.unwrap(bytes(message)).message.toString());
    const ours = ['one', 'two', 'three'].map((text) => context.wrap(Buffer.from(text)));
    let replay;
    try {
      context.unwrap(bytes(sealed[0]));
    } catch (error) {
      replay = error.name;
    }
    console.log(JSON.stringify({
      package: context.package,
      userName: context.queryAttribute('names').userName,
      flags: context.flags,
      sessionKey: context.queryAttribute('sessionKey').toString('hex'),
      target: '${role}' === 'ServerContext'
        ? context.queryAttribute('clientSpecifiedTarget') : undefined,
      opened,
      replay,
      sealed: ours.map((message) => message.toString('base64')),
    }));`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
}

const open = (context: SecurityContext, messages: string[]) =>
  messages.map((message) => context.unwrap(Buffer.from(message, 'base64')).message.toString());

const clientTarget = (options: PairOptions) => options.client?.targetName ?? theLab().service.spn;

const packages: [string, string, string, PairOptions][] = [
  ['Kerberos', names.Kerberos, 'Kerberos', {}],
  ['Negotiate', names.Negotiate, 'Kerberos', {}],
  [
    'Negotiate that chose NTLM',
    names.Negotiate,
    'NTLM',
    { client: { targetName: 'HTTP/unknown.corp.test' } },
  ],
  ['NTLM', names.NTLM, 'NTLM', {}],
];

describe.skipIf(!lab).each(packages)(
  `an exported context of %s (${needsDomain})`,
  (_, name, chosen, options) => {
    const meet = () => establishedPair({ package: name, ...options });

    test.each([
      ['client', 'ClientContext'],
      ['server', 'ServerContext'],
    ] as const)('goes on in a child process, as a %s', async (side, role) => {
      const pair = await meet();
      const context = pair[side];
      const peer = side === 'client' ? pair.server : pair.client;
      // The messages of both directions are counted, and the first ones of them are here.
      for (const text of ['here 1', 'here 2']) {
        context.unwrap(peer.wrap(Buffer.from(text)));
        peer.unwrap(context.wrap(Buffer.from(text)));
      }
      const { flags } = context;
      const target = role === 'ServerContext' ? clientTarget(options) : undefined;
      const sessionKey = context.queryAttribute('sessionKey').toString('hex');
      const before = peer.wrap(Buffer.from('sealed before'));
      const exported = context.export();
      const after = peer.wrap(Buffer.from('sealed after'));

      const report = await goOnInChild(role, name, exported, [before, after]);
      expect(report).toMatchObject({
        ...{ package: chosen, userName: 'CORP\\alice', flags, sessionKey },
        ...(target && { target }),
        opened: ['sealed before', 'sealed after'],
      });
      expect(report.replay).toMatch(/^(OutOfSequence|MessageAltered)Error$/);
      expect(open(peer, report.sealed)).toEqual(['one', 'two', 'three']);
    });

    test('is closed here', async () => {
      const { client } = await meet();
      client.export();
      const closed = expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_CLOSED' });
      expect(() => client.wrap(Buffer.from('text'))).toThrow(closed);
      expect(() => client.export()).toThrow(closed);
    });

    test('is open here with keep, and both hold the same key', async () => {
      const { client, server } = await meet();
      const exported = client.export({ keep: true });
      using copy = ClientContext.import(name, exported);
      const key = client.queryAttribute('sessionKey');
      expect(copy.queryAttribute('sessionKey')).toEqual(key);
      expect(server.unwrap(client.wrap(Buffer.from('text'))).message.toString()).toBe('text');
    });

    test('is no context of another package, nor with a byte changed or missing', async () => {
      const { client } = await meet();
      const exported = client.export();
      const other = name === names.NTLM ? names.Kerberos : names.NTLM;
      const invalid = expect.objectContaining({ name: 'InvalidTokenError' });
      expect(() => ClientContext.import(other, exported)).toThrow(invalid);
      for (let i = 0; i < exported.length; i += 7) {
        const damaged = Buffer.from(exported);
        damaged.writeUInt8((damaged[i] as number) ^ 1, i);
        expect(() => ClientContext.import(name, damaged)).toThrow(invalid);
        expect(() => ClientContext.import(name, exported.subarray(0, i))).toThrow(invalid);
      }
      using context = ClientContext.import(name, exported);
      expect(context.done).toBe(true);
    });

    test('cannot be made before the handshake is over', async () => {
      const { client } = await newPair({ package: name });
      await client.step();
      expect(() => client.export()).toThrow(
        expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_INCOMPLETE' }),
      );
    });
  },
);

describe.skipIf(!lab)(`exported contexts and a GSS-API peer (${needsDomain})`, () => {
  const kinds = [
    ['Kerberos', names.Kerberos, 'krb5'],
    ['Negotiate', names.Negotiate, 'spnego'],
    ['NTLM', names.NTLM, 'ntlm'],
  ] as const;

  test.each(kinds)('%s: a client goes on in a child process', async (_, name, mech) => {
    const { client } = await newPair({ package: name });
    using peer = await GssPeer.open({ role: 'acceptor', mech });
    await handshakeWithPeer(client, peer, 'context');
    await peer.unwrap(client.wrap(Buffer.from('here')));
    const before = await peer.wrap(Buffer.from('sealed before'));
    const exported = client.export();
    const after = await peer.wrap(Buffer.from('sealed after'));
    const report = await goOnInChild('ClientContext', name, exported, [before, after]);
    expect(report.opened).toEqual(['sealed before', 'sealed after']);
    const opened = [];
    for (const message of report.sealed) {
      opened.push((await peer.unwrap(Buffer.from(message, 'base64'))).message.toString());
    }
    expect(opened).toEqual(['one', 'two', 'three']);
  });

  test.each(kinds)('%s: a server goes on in a child process', async (_, name, mech) => {
    using credentials = await Credentials.acquire({ package: name, use: 'inbound' });
    using server = new ServerContext(credentials);
    const { user, password } = theLab().users.bob;
    using peer = await GssPeer.open({
      ...{ role: 'initiator', mech, target: 'HTTP@localhost', password },
      user: mech === 'ntlm' ? `CORP\\${user}` : `${user}@${theLab().realm}`,
      flags: [
        'mutual_authentication',
        'confidentiality',
        'integrity',
        'replay_detection',
        'out_of_sequence_detection',
      ],
    });
    await handshakeWithPeer(server, peer, 'peer');
    const before = await peer.wrap(Buffer.from('sealed before'));
    const exported = server.export();
    const after = await peer.wrap(Buffer.from('sealed after'));
    const report = await goOnInChild('ServerContext', name, exported, [before, after]);
    expect(report.userName).toBe('CORP\\bob');
    expect(report.opened).toEqual(['sealed before', 'sealed after']);
    const opened = [];
    for (const message of report.sealed) {
      opened.push((await peer.unwrap(Buffer.from(message, 'base64'))).message.toString());
    }
    expect(opened).toEqual(['one', 'two', 'three']);
  });
});
