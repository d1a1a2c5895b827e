import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, ServerContext } from 'winsspi';
import {
  type GssOptions,
  GssPeer,
  type GssStep,
  handshakeWithPeer,
} from '../harness/support/gss-peer.js';
import { establishedPair, handshake } from '../harness/support/handshake.js';
import { type Lab, lab, needsDomain, theLab } from '../harness/support/lab.js';

// A client hands a forwarded ticket to a server, and the server uses it. The process's own user is
// alice: whoever must not be mistaken for the process is bob.

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const kinds = [
  ['Kerberos', names.Kerberos, 'krb5'],
  ['Negotiate', names.Negotiate, 'spnego'],
] as const;
const target = 'HTTP@localhost';

interface ToPeer {
  readonly user?: keyof Lab['users'];
  readonly delegate?: boolean;
  readonly targetName?: string;
  readonly peer?: Partial<GssOptions>;
}

/** Our client meets the peer's acceptor. */
async function clientMeets(
  name: string,
  mech: GssOptions['mech'],
  { user = 'bob', delegate = true, targetName = theLab().service.spn, peer = {} }: ToPeer = {},
): Promise<{ context: ClientContext; peer: GssPeer; step: GssStep }> {
  using credentials = await Credentials.acquire({
    package: name,
    identity: theLab().users[user],
  });
  const context = new ClientContext(credentials, { targetName, flags: { delegate } });
  const acceptor = await GssPeer.open({ role: 'acceptor', mech, ...peer });
  return { context, peer: acceptor, step: await handshakeWithPeer(context, acceptor, 'context') };
}

/** The peer's initiator meets our server. */
async function serverMeets(
  name: string,
  mech: GssOptions['mech'],
  flags: string[],
): Promise<ServerContext> {
  using credentials = await Credentials.acquire({ package: name, use: 'inbound' });
  const context = new ServerContext(credentials);
  const { user, password } = theLab().users.bob;
  using peer = await GssPeer.open({
    ...{ role: 'initiator', mech, target, flags: ['mutual_authentication', ...flags] },
    ...{ user: `${user}@${theLab().realm}`, password },
  });
  await handshakeWithPeer(context, peer, 'peer');
  return context;
}

describe.skipIf(!lab).each(kinds)(`our %s client delegates (${needsDomain})`, (_, name, mech) => {
  test('to an acceptor that knows who, and both sides say so', async () => {
    const { context, peer, step } = await clientMeets(name, mech);
    expect(step.delegated).toBe('bob@CORP.TEST');
    expect(step.flags).toContain('delegate_to_peer');
    expect(context.flags.delegate).toBe(true);
    expect(context.queryAttribute('flags').delegate).toBe(true);
    peer.close();
  });

  test('and the acceptor goes on as the client: to our server', async () => {
    const { peer } = await clientMeets(name, mech);
    await peer.openDelegated({ mech, target });
    using credentials = await Credentials.acquire({ package: name, use: 'inbound' });
    using server = new ServerContext(credentials);
    await handshakeWithPeer(server, peer, 'peer');
    expect(server.queryAttribute('names').userName).toBe('CORP\\bob');
    peer.close();
  });

  test('and the acceptor goes on as the client: to another acceptor of GSS-API', async () => {
    const { peer } = await clientMeets(name, mech);
    using second = await GssPeer.open({ role: 'acceptor', mech });
    await peer.openDelegated({ mech, target });
    const answer = await second.step((await peer.step()).token);
    expect(answer.initiator).toBe('bob@CORP.TEST');
    expect((await peer.step(answer.token)).done).toBe(true);
    peer.close();
  });

  test('nothing without the flag', async () => {
    const { context, peer, step } = await clientMeets(name, mech, { delegate: false });
    expect(step.delegated).toBeNull();
    expect(step.flags).not.toContain('delegate_to_peer');
    expect(context.flags.delegate).toBe(false);
    await expect(peer.openDelegated({ mech, target })).rejects.toThrow('delegated nothing');
    peer.close();
  });

  test.each([
    ['to a service that the domain does not trust', () => theLab().untrustedService.spn, 'bob'],
    ['where the user may not be delegated', () => theLab().service.spn, 'sensitive'],
  ] as const)('nothing %s, and the flag says so', async (_, targetName, user) => {
    const options = { targetName: targetName(), user };
    const { context, peer, step } = await clientMeets(name, mech, options);
    expect([context.done, step.done]).toEqual([true, true]);
    expect(step.delegated).toBeNull();
    expect(step.flags).not.toContain('delegate_to_peer');
    expect(context.flags.delegate).toBe(false);
    peer.close();
  });
});

describe.skipIf(!lab)(`NTLM (${needsDomain})`, () => {
  test.each([
    ['alone', names.NTLM, 'ntlm', {}],
    ['within Negotiate', names.Negotiate, 'spnego', { mechs: ['ntlm'] }],
  ] as const)('%s delegates nothing, whoever asks', async (_, name, mech, options) => {
    const { context, peer, step } = await clientMeets(name, mech, {
      peer: 'mechs' in options ? { mechs: [...options.mechs] } : {},
    });
    expect(context.package).toBe('NTLM');
    expect(step.delegated).toBeNull();
    expect(context.flags.delegate).toBe(false);
    peer.close();
  });
});

describe.skipIf(!lab).each(kinds)(`our %s server (${needsDomain})`, (_, name, mech) => {
  test('knows that the peer has delegated, and that it has not', async () => {
    const delegated = await serverMeets(name, mech, ['delegate_to_peer']);
    expect(delegated.flags.delegate).toBe(true);
    expect((await delegated.identity()).impersonationLevel).toBe('delegation');
    const plain = await serverMeets(name, mech, []);
    expect(plain.flags.delegate).toBe(false);
    expect((await plain.identity()).impersonationLevel).toBe('impersonation');
  });

  test('agrees with our client on whether it has delegated', async () => {
    for (const delegate of [true, false]) {
      const { client, server } = await establishedPair({
        package: name,
        client: { flags: { delegate } },
      });
      expect([client.flags.delegate, server.flags.delegate]).toEqual([delegate, delegate]);
    }
  });
});

describe.skipIf(!lab).each(kinds)(
  `acquireCredentials() of a %s server (${needsDomain})`,
  (_, name, mech) => {
    /** As whom a second server sees the credentials. */
    const userOf = async (credentials: Credentials) => {
      using inbound = await Credentials.acquire({ package: name, use: 'inbound' });
      using client = new ClientContext(credentials, { targetName: theLab().service.spn });
      using server = new ServerContext(inbound);
      await handshake(client, server);
      return server.queryAttribute('names').userName;
    };
    const refused = {
      name: 'NoCredentialsError',
      code: 'SEC_E_NO_CREDENTIALS',
      syscall: 'AcquireCredentialsHandle',
    };

    test('gives those that the peer has delegated', async () => {
      using server = await serverMeets(name, mech, ['delegate_to_peer']);
      using credentials = await server.acquireCredentials({ package: name });
      expect(await userOf(credentials)).toBe('CORP\\bob');
    });

    test('gives those that our client has delegated, for Kerberos and for Negotiate', async () => {
      const { server } = await establishedPair({
        package: name,
        identity: theLab().users.bob,
        client: { flags: { delegate: true } },
      });
      for (const [, other] of kinds) {
        using inbound = await Credentials.acquire({ package: other, use: 'inbound' });
        using credentials = await server.acquireCredentials({ package: other });
        using client = new ClientContext(credentials, { targetName: theLab().service.spn });
        using second = new ServerContext(inbound);
        await handshake(client, second);
        expect(second.queryAttribute('names').userName).toBe('CORP\\bob');
      }
    });

    test('and they can be delegated again', async () => {
      const { server } = await establishedPair({
        package: name,
        identity: theLab().users.bob,
        client: { flags: { delegate: true } },
      });
      using credentials = await server.acquireCredentials({ package: name });
      using peer = await GssPeer.open({ role: 'acceptor', mech });
      const targetName = theLab().service.spn;
      using client = new ClientContext(credentials, { targetName, flags: { delegate: true } });
      const { initiator, delegated } = await handshakeWithPeer(client, peer, 'context');
      expect([initiator, delegated]).toEqual(['bob@CORP.TEST', 'bob@CORP.TEST']);
    });

    test('that outlive the context', async () => {
      const server = await serverMeets(name, mech, ['delegate_to_peer']);
      using credentials = await server.acquireCredentials({ package: name });
      server.close();
      expect(await userOf(credentials)).toBe('CORP\\bob');
    });

    test('of two clients at once are each one', async () => {
      const users = ['bob', 'websvc', 'bob', 'websvc'] as const;
      const servers = await Promise.all(
        users.map(async (user) => {
          const client = { flags: { delegate: true } };
          return (await establishedPair({ package: name, identity: theLab().users[user], client }))
            .server;
        }),
      );
      const acquired = await Promise.all(
        servers.map((server) => server.acquireCredentials({ package: name })),
      );
      const seen = [];
      for (const credentials of acquired) seen.push(await userOf(credentials));
      expect(seen).toEqual(users.map((user) => `CORP\\${user}`));
    });

    test('without the flag are NoCredentialsError, and the process is who it was', async () => {
      using server = await serverMeets(name, mech, []);
      await expect(server.acquireCredentials({ package: name })).rejects.toMatchObject(refused);
      using own = await Credentials.acquire({ package: name });
      expect(await userOf(own)).toBe('CORP\\alice');
    });

    test('for NTLM are NoCredentialsError: it has no tickets', async () => {
      using server = await serverMeets(name, mech, ['delegate_to_peer']);
      await expect(server.acquireCredentials({ package: names.NTLM })).rejects.toMatchObject(
        refused,
      );
    });
  },
);

describe.skipIf(!lab)(`acquireCredentials() of an NTLM server (${needsDomain})`, () => {
  test('is NoCredentialsError, whoever asks', async () => {
    const { server } = await establishedPair({
      package: names.NTLM,
      client: { flags: { delegate: true } },
    });
    expect(server.flags.delegate).toBe(false);
    for (const name of Object.values(names)) {
      await expect(server.acquireCredentials({ package: name })).rejects.toMatchObject({
        name: 'NoCredentialsError',
      });
    }
  });
});
