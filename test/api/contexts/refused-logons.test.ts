import { inspect } from 'node:util';
import { describe, expect } from 'vitest';
import { Credentials } from 'winsspi';
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
import { GssPeer } from '../../harness/support/gss-peer.js';
import { theLab } from '../../harness/support/lab.js';
import { refusal, refusedLogons, secret } from '../../harness/support/refusal.js';

describe.each(families)('logons that the domain refuses to $title', (family) => {
  const { logon } = family.refusals;
  const wrongPassword = () => ({ ...theLab().users.alice, password: secret });

  for (const [what, identity] of refusedLogons) {
    testOf(family, 'domain')(`${what} is ${logon}`, async () => {
      if (logon.startsWith('STATUS_')) proves('unnamed statuses');
      const error = await refusal(family.package, identity());
      expect(error).toMatchObject({
        ...errorOf(family, 'logon'),
        syscall: family.logonRefusedBy,
        message: expect.stringMatching(/\. (Check (the )?user|Look for the cause)/),
      });
    });
  }

  testOf(family, 'domain')('no error holds the password', async () => {
    const error = await refusal(family.package, wrongPassword());
    expect(inspect(error, { depth: null, showHidden: true })).not.toContain(secret);
  });

  testOf(family, 'domain')('the right password is accepted after a wrong one', async () => {
    await refusal(family.package, wrongPassword());
    const { client, server } = await meet(family);
    expect([client.done, server.done]).toEqual([true, true]);
  });

  testOf(
    family,
    'domain',
    'lateLogon',
  )('credentials are acquired without a look at the password, as on Windows', async () => {
    using credentials = await Credentials.acquire({
      package: family.package,
      identity: wrongPassword(),
    });
    expect(credentials.package).toBe(family.package);
  });
});

describe.each(familiesOf('Kerberos'))('$title', (family) => {
  const { realm, target } = family.refusals;

  testOf(family, 'domain')(`a realm without a domain controller is ${realm}`, async () => {
    const identity = { ...theLab().users.alice, domain: 'OTHER.TEST' };
    expect(await refusal(family.package, identity)).toMatchObject({
      ...errorOf(family, 'realm'),
      syscall: family.logonRefusedBy,
    });
  });

  for (const name of [
    'HTTP/unknown.corp.test',
    'nothing',
    'HTTP/localhost/corp.test/more',
    'nobody@CORP.TEST',
  ]) {
    testOf(family, 'domain')(`no account owns the target ${name}: ${target}`, async () => {
      expect(await refusal(family.package, theLab().users.alice, name)).toMatchObject({
        ...errorOf(family, 'target'),
        syscall: 'InitializeSecurityContext',
      });
    });
  }
});

describe.each(familiesThatChoose('Kerberos'))('tickets for $title', (family) => {
  const { clock, principal } = family.refusals;
  const negotiate = { mech: 'spnego', mechs: ['krb5'] } as const;
  const kerberos = { mech: 'krb5' } as const;
  const client = {
    ...(family.model === 'Negotiate' ? negotiate : kerberos),
    ...({ role: 'initiator', target: 'HTTP@localhost' } as const),
  };
  const server = {
    ...(family.model === 'Negotiate' && !family.lacks.spnego ? negotiate : kerberos),
    role: 'acceptor',
  } as const;

  testOf(family, 'domain')(`of another account are ${principal} at the server`, async () => {
    const error = await refusal(family.package, theLab().users.alice, 'cifs/dc1.corp.test');
    expect(error).toMatchObject({
      ...errorOf(family, 'principal'),
      syscall: 'AcceptSecurityContext',
    });
  });

  testOf(family, 'domain')(`a client ten minutes ahead is ${clock} at our server`, async () => {
    using peer = await GssPeer.open({ ...client, clock: '+600s' });
    const { server: ours } = await unmet(family);
    await expect(ours.step((await peer.step()).token)).rejects.toMatchObject({
      ...errorOf(family, 'clock'),
      syscall: 'AcceptSecurityContext',
    });
  });

  testOf(family, 'domain')('a client whose clock is right is accepted', async () => {
    using peer = await GssPeer.open(client);
    const { server: ours } = await unmet(family);
    expect((await ours.step((await peer.step()).token)).done).toBe(true);
  });

  testOf(family, 'domain')(
    `a server ten minutes ahead refuses our client: ${clock} on its answer`,
    async () => {
      const { client: ours } = await unmet(family);
      using peer = await GssPeer.open({ ...server, clock: '+600s' });
      const refused = await peer.step((await ours.step()).token).catch((error) => error);
      expect(refused.message).toMatch(/clock skew/i);
      await expect(ours.step(refused.token)).rejects.toMatchObject({
        ...errorOf(family, 'clock'),
        syscall: 'InitializeSecurityContext',
      });
    },
  );
});
