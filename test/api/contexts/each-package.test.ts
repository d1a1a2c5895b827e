import { describe, expect } from 'vitest';
import { ClientContext, Credentials, querySecurityPackage, ServerContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import {
  errorOf,
  families,
  familiesOf,
  familiesThatChoose,
  meet,
  testOf,
  unmet,
} from '../../harness/support/families.js';
import type { Family } from '../../harness/support/family.js';
import {
  client as clientIdentity,
  handshake,
  type PairOptions,
} from '../../harness/support/handshake.js';
import { targetName } from '../../harness/support/lab.js';

async function legsOf(family: Family, options: PairOptions = {}) {
  const pair = await unmet(family, options);
  const legs = await handshake(pair.client, pair.server);
  return { ...pair, legs: legs.map(({ side, status, done }) => `${side} ${status} ${done}`) };
}

const twoLegs = [
  'client SEC_I_CONTINUE_NEEDED false',
  'server SEC_E_OK true',
  'client SEC_E_OK true',
];
const threeLegs = ({ lastStatus }: Family) => [
  'client SEC_I_CONTINUE_NEEDED false',
  'server SEC_I_CONTINUE_NEEDED false',
  'client SEC_E_OK true',
  `server ${lastStatus} true`,
];

const granted = (flags: object) =>
  Object.entries(flags)
    .filter(([, value]) => value)
    .map(([name]) => name)
    .sort();

describe.each(families)('$title', (family) => {
  const { chosen, model } = family;
  const options = { package: family.package };

  testOf(family)('is known to secur32, with the capabilities of its model', () => {
    const known = querySecurityPackage(family.package);
    const rpcId = { Negotiate: 9, NTLM: 10, Kerberos: 16 }[model];
    expect(known).toMatchObject({ name: family.package, rpcId, version: 1 });
    expect(known.capabilities).toEqual(
      expect.arrayContaining([
        ...['integrity', 'privacy', 'connection'],
        ...(model === 'Kerberos' ? ['mutualAuthentication', 'readonlyWithChecksum'] : []),
      ]),
    );
  });

  testOf(family, 'domain')('has the longest token that its contexts tell', () => {
    expect(querySecurityPackage(family.package).maxToken).toBe(family.sizes.maxToken);
  });

  testOf(family)('gives inbound and outbound credentials', async () => {
    for (const use of ['inbound', 'outbound'] as const) {
      using credentials = await Credentials.acquire({ ...options, use });
      expect(credentials).toMatchObject({ ...options, use });
    }
  });

  testOf(family, ...(model === 'Negotiate' ? (['domain'] as const) : []))(
    `a handshake has ${chosen === 'Kerberos' ? 'two' : 'three'} tokens`,
    async () => {
      proves('InitializeSecurityContext', 'AcceptSecurityContext', 'end of the handshake');
      const { client, server, legs } = await legsOf(family);
      expect(legs).toEqual(chosen === 'Kerberos' ? twoLegs : threeLegs(family));
      expect([client.package, server.package]).toEqual([chosen, chosen]);
    },
  );

  const mutual = chosen === 'Kerberos' ? ['mutualAuthentication'] : [];
  testOf(family, 'grantedFlags')('what was asked for is granted, and nothing else', async () => {
    for (const { flags } of Object.values(await meet(family))) {
      expect(granted(flags)).toEqual(
        ['confidentiality', 'integrity', ...mutual, 'replayDetect', 'sequenceDetect'].sort(),
      );
    }
  });

  testOf(family, 'manyAtOnce')(
    'thirty handshakes at once on the same credentials complete',
    async () => {
      const identity = clientIdentity && { identity: clientIdentity };
      using outbound = await Credentials.acquire({ ...options, ...identity });
      using inbound = await Credentials.acquire({ ...options, use: 'inbound' });
      const pairs = Array.from({ length: 30 }, () => ({
        client: new ClientContext(outbound, { targetName }),
        server: new ServerContext(inbound),
      }));
      await Promise.all(pairs.map(({ client, server }) => handshake(client, server)));
      expect(pairs.every(({ client, server }) => client.done && server.done)).toBe(true);
    },
  );
});

describe.each(familiesThatChoose('Kerberos'))('Kerberos of $title', (family) => {
  testOf(family)('a context expires with its ticket, ten hours from now', async () => {
    for (const { expiry } of Object.values(await meet(family))) {
      const hours = ((expiry as Date).getTime() - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(9.9);
      expect(hours).toBeLessThan(10.1);
    }
  });

  testOf(family)('IDENTIFY reaches the server, under its own number', async () => {
    const { client, server } = await meet(family, { client: { flags: { identify: true } } });
    expect([client.flags.identify, server.flags.identify]).toEqual([true, true]);
  });

  const { replayedToken } = family.refusals;
  testOf(family)(`a first token that comes twice is ${replayedToken} the second time`, async () => {
    const { client, server } = await unmet(family);
    const { token } = await client.step();
    expect((await server.step(token)).done).toBe(true);
    const { server: second } = await unmet(family);
    await expect(second.step(token)).rejects.toMatchObject({
      ...errorOf(family, 'replayedToken'),
      syscall: 'AcceptSecurityContext',
    });
  });
});

describe.each(familiesOf('Kerberos'))('$title alone', (family) => {
  testOf(family)('without mutual authentication, a handshake is one token', async () => {
    const { client, server, legs } = await legsOf(family, {
      client: { flags: { mutualAuthentication: false } },
    });
    expect(legs).toEqual(['client SEC_E_OK true', 'server SEC_E_OK true']);
    expect([client, server].map(({ flags }) => flags.mutualAuthentication)).toEqual([false, false]);
  });

  testOf(family)('with DCE_STYLE it is three tokens, and both sides say so', async () => {
    const flags = { dceStyle: true };
    const { client, server, legs } = await legsOf(family, { client: { flags }, server: { flags } });
    expect(legs).toEqual(threeLegs(family));
    expect([client.flags.dceStyle, server.flags.dceStyle]).toEqual([true, true]);
  });
});
