import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Credentials, ServerContext } from 'winsspi';
import { GssPeer } from '../support/gss-peer.js';
import { handshake, newPair } from '../support/handshake.js';
import { lab, needsDomain, theLab } from '../support/lab.js';
import { refusal, refusedLogons, secret } from '../support/refusal.js';

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };

describe.skipIf(!lab)(`logons that the domain refuses (${needsDomain})`, () => {
  const sides: [string, string, string][] = [
    ['Kerberos', names.Kerberos, 'InitializeSecurityContext'],
    ['Negotiate', names.Negotiate, 'InitializeSecurityContext'],
    ['NTLM', names.NTLM, 'AcceptSecurityContext'],
  ];

  describe.each(sides)('%s', (_, name, syscall) => {
    test.each(refusedLogons)('%s is LogonDeniedError', async (_, identity) => {
      expect(await refusal(name, identity())).toMatchObject({
        name: 'LogonDeniedError',
        code: 'SEC_E_LOGON_DENIED',
        syscall,
      });
    });

    test('no error holds the password', async () => {
      const error = await refusal(name, { ...theLab().users.alice, password: secret });
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(secret);
    });

    test('the right password is accepted after a wrong one', async () => {
      await refusal(name, { ...theLab().users.alice, password: secret });
      const { client, server } = await newPair({ package: name });
      await handshake(client, server);
      expect(server.done).toBe(true);
    });
  });

  test('credentials are acquired without a look at the password, as on Windows', async () => {
    for (const name of Object.values(names)) {
      using credentials = await Credentials.acquire({
        package: name,
        identity: { ...theLab().users.alice, password: secret },
      });
      expect(credentials.package).toBe(name);
    }
  });

  test('a realm without a domain controller is NoAuthorityError', async () => {
    const identity = { ...theLab().users.alice, domain: 'OTHER.TEST' };
    expect(await refusal(names.Kerberos, identity)).toMatchObject({
      name: 'NoAuthorityError',
      syscall: 'InitializeSecurityContext',
    });
  });
});

describe.skipIf(!lab)(`targets that do not fit (${needsDomain})`, () => {
  test.each([
    ['HTTP/unknown.corp.test'],
    ['nothing'],
    ['HTTP/localhost/corp.test/more'],
    ['nobody@CORP.TEST'],
  ])('Kerberos: no account owns %s: TargetUnknownError', async (targetName) => {
    expect(await refusal(names.Kerberos, theLab().users.alice, targetName)).toMatchObject({
      name: 'TargetUnknownError',
      syscall: 'InitializeSecurityContext',
    });
  });

  test.each([
    ['Kerberos', names.Kerberos],
    ['Negotiate', names.Negotiate],
  ])('%s: a ticket for another account is WrongPrincipalError at the server', async (_, name) => {
    expect(await refusal(name, theLab().users.alice, 'cifs/dc1.corp.test')).toMatchObject({
      name: 'WrongPrincipalError',
      syscall: 'AcceptSecurityContext',
    });
  });
});

describe.skipIf(!lab).each([
  ['Kerberos', names.Kerberos, 'krb5'],
  ['Negotiate', names.Negotiate, 'spnego'],
] as const)(`%s and clocks that differ (${needsDomain})`, (_, name, mech) => {
  const mechs = mech === 'spnego' ? { mechs: ['krb5'] } : {};

  test('a client ten minutes ahead is TimeSkewError at our server', async () => {
    using peer = await GssPeer.open({
      ...{ role: 'initiator', mech, target: 'HTTP@localhost', clock: '+600s' },
      ...mechs,
    });
    const { token } = await peer.step();
    using credentials = await Credentials.acquire({ package: name, use: 'inbound' });
    using server = new ServerContext(credentials);
    await expect(server.step(token)).rejects.toMatchObject({
      name: 'TimeSkewError',
      syscall: 'AcceptSecurityContext',
    });
  });

  test('a server ten minutes ahead refuses our client: TimeSkewError on its answer', async () => {
    const { client } = await newPair({ package: name });
    const { token } = await client.step();
    using peer = await GssPeer.open({ role: 'acceptor', mech, clock: '+600s', ...mechs });
    const refused = await peer.step(token).catch((error) => error);
    expect(refused.message).toMatch(/clock skew/i);
    await expect(client.step(refused.token)).rejects.toMatchObject({
      syscall: 'InitializeSecurityContext',
      name: 'TimeSkewError',
    });
  });
});
