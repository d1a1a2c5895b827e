import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Credentials, ServerContext } from 'winsspi';
import { proves } from '../proofs/proves.js';
import { GssPeer } from '../support/gss-peer.js';
import { handshake, newPair } from '../support/handshake.js';
import { lab, needsDomain, theLab } from '../support/lab.js';
import { refusal, refusedLogons, secret } from '../support/refusal.js';
import { statusName } from '../support/wine.js';

describe.skipIf(!lab)(`logons that the domain refuses (${needsDomain})`, () => {
  test.each(refusedLogons)(
    "NTLM with %s: the server's step is LogonDeniedError",
    async (_, identity) => {
      const error = await refusal('NTLM', identity());
      expect(error).toMatchObject({
        name: 'LogonDeniedError',
        code: 'SEC_E_LOGON_DENIED',
        status: 0x8009030c,
        syscall: 'AcceptSecurityContext',
      });
      expect(error.message).toContain('Check user, domain and password');
    },
  );

  test.each(refusedLogons)(
    'Kerberos with %s: the client is refused before the server hears of it',
    async (_, identity) => {
      proves('fact 3.12');
      const error = await refusal('Kerberos', identity());
      expect(error.code).toBe(statusName('SEC_E_LOGON_DENIED', 'STATUS_UNSUCCESSFUL'));
      expect(error.syscall).toBe(
        statusName('InitializeSecurityContext', 'AcquireCredentialsHandle'),
      );
      expect(error.message).toMatch(/Check (the )?user/);
    },
  );

  test.each(refusedLogons)('Negotiate with %s is refused', async (_, identity) => {
    const error = await refusal('Negotiate', identity());
    expect(error.code).toBe(statusName('SEC_E_LOGON_DENIED', 'SEC_E_INTERNAL_ERROR'));
  });

  test('no error holds the password', async () => {
    for (const name of ['NTLM', 'Kerberos', 'Negotiate']) {
      const error = await refusal(name, { ...theLab().users.alice, password: secret });
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain(secret);
    }
  });

  test('the right password is accepted after a wrong one', async () => {
    await refusal('NTLM', { ...theLab().users.alice, password: secret });
    const { client, server } = await newPair({ package: 'NTLM' });
    await handshake(client, server);
    expect(server.done).toBe(true);
  });
});

describe.skipIf(!lab)(`targets that do not fit (${needsDomain})`, () => {
  test('Kerberos to a target that no account owns is refused at the client', async () => {
    const error = await refusal('Kerberos', theLab().users.alice, 'HTTP/unknown.corp.test');
    expect(error.syscall).toBe('InitializeSecurityContext');
    expect(error.code).toBe(statusName('SEC_E_TARGET_UNKNOWN', 'SEC_E_INTERNAL_ERROR'));
  });

  test('Kerberos with a ticket for another account is refused at the server', async () => {
    const error = await refusal('Kerberos', theLab().users.alice, 'cifs/dc1.corp.test');
    expect(error.syscall).toBe('AcceptSecurityContext');
    expect(error.code).toBe(statusName('SEC_E_WRONG_PRINCIPAL', 'SEC_E_INTERNAL_ERROR'));
  });
});

describe.skipIf(!lab)(`clocks that differ (${needsDomain})`, () => {
  test('a client ten minutes ahead is refused by our server', async () => {
    using peer = await GssPeer.open({
      role: 'initiator',
      mech: 'krb5',
      target: 'HTTP@localhost',
      clock: '+600s',
    });
    const { token } = await peer.step();
    using credentials = await Credentials.acquire({ package: 'Kerberos', use: 'inbound' });
    using server = new ServerContext(credentials);
    await expect(server.step(token)).rejects.toMatchObject({
      syscall: 'AcceptSecurityContext',
      code: statusName('SEC_E_TIME_SKEW', 'SEC_E_INTERNAL_ERROR'),
    });
  });

  test('a server ten minutes ahead refuses our client, whose step fails on its answer', async () => {
    const { client } = await newPair({ package: 'Kerberos' });
    const { token } = await client.step();
    using peer = await GssPeer.open({ role: 'acceptor', mech: 'krb5', clock: '+600s' });
    const refused = await peer.step(token).catch((error) => error);
    expect(refused.message).toMatch(/clock skew/i);
    await expect(client.step(refused.token)).rejects.toMatchObject({
      syscall: 'InitializeSecurityContext',
      code: statusName('SEC_E_TIME_SKEW', 'SEC_E_INTERNAL_ERROR'),
    });
  });

  test('a client whose clock is right is accepted by the same server', async () => {
    using peer = await GssPeer.open({ role: 'initiator', mech: 'krb5', target: 'HTTP@localhost' });
    const { token } = await peer.step();
    using credentials = await Credentials.acquire({ package: 'Kerberos', use: 'inbound' });
    using server = new ServerContext(credentials);
    expect((await server.step(token)).done).toBe(true);
  });
});
