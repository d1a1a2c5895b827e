import { describe, expect, test } from 'vitest';
import { establishedPair, newPair } from '../../harness/support/handshake.js';
import { lab, needsDomain, theLab } from '../../harness/support/lab.js';

// Attributes that say who the client is, what it wants, and how far it has got.

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const unsupported = expect.objectContaining({ name: 'UnsupportedFunctionError' });

describe.skipIf(!lab).each([
  ['Kerberos', names.Kerberos, 'Kerberos'],
  ['Negotiate', names.Negotiate, 'Kerberos'],
  ['NTLM', names.NTLM, 'NTLM'],
] as const)(`attributes of %s about the client (${needsDomain})`, (key, name, chosen) => {
  const meet = () => establishedPair({ package: name, identity: theLab().users.bob });

  test('dceInfo is RPC_C_AUTHZ_NAME with the name of the client, on both sides', async () => {
    const { client, server } = await meet();
    for (const context of [client, server]) {
      expect(context.queryAttribute('dceInfo')).toEqual({
        authorizationService: 1,
        name: 'CORP\\bob',
      });
    }
  });

  test('authority is the realm for Kerberos and the domain for NTLM', async () => {
    const { client, server } = await meet();
    for (const context of [client, server]) {
      expect(context.queryAttribute('authority')).toEqual({
        authorityName: chosen === 'NTLM' ? 'CORP' : 'CORP.TEST',
      });
    }
  });

  test('clientSpecifiedTarget is the service that the client named, to the server', async () => {
    for (const targetName of ['HTTP/localhost', 'HTTP/web.corp.test', 'host/web.corp.test']) {
      const { client, server } = await establishedPair({ package: name, client: { targetName } });
      expect(() => client.queryAttribute('clientSpecifiedTarget')).toThrow(unsupported);
      expect(server.queryAttribute('clientSpecifiedTarget')).toBe(targetName);
    }
  });

  test("accessToken is the server's alone, and stays the context's", async () => {
    const { client, server } = await meet();
    const identity = await server.identity();
    for (let i = 0; i < 3; i++) {
      const token = server.queryAttribute('accessToken');
      expect(token.sid).toBe(identity.sid);
      expect(token.impersonationLevel).toBe('impersonation');
      expect(token.groups.map(({ sid }) => sid)).toEqual(identity.groups.map(({ sid }) => sid));
    }
    expect(() => client.queryAttribute('accessToken')).toThrow(
      expect.objectContaining({ code: 'SEC_E_NO_IMPERSONATION' }),
    );
    expect((await server.identity()).sid).toBe(identity.sid);
  });

  test('targetInformation, which credential managers have, is UnsupportedFunctionError', async () => {
    const { client, server } = await meet();
    for (const context of [client, server]) {
      expect(() => context.queryAttribute('targetInformation')).toThrow(unsupported);
    }
  });

  test('lastClientTokenStatus says whether the client has another token', async () => {
    const { client, server } = await newPair({ package: name });
    const statuses = [];
    for (let token: Buffer | undefined; !client.done; ) {
      const step = await client.step(token);
      statuses.push(client.queryAttribute('lastClientTokenStatus'));
      token = step.token && (await server.step(step.token)).token;
    }
    expect(statuses).toEqual(
      { Kerberos: ['yes', 'yes'], Negotiate: ['maybe', 'yes'], NTLM: ['no', 'yes'] }[key],
    );
    expect(() => server.queryAttribute('lastClientTokenStatus')).toThrow(unsupported);
  });
});

describe.skipIf(!lab)(`lastClientTokenStatus with DCE_STYLE (${needsDomain})`, () => {
  test('is no after the first token of Kerberos: a third one follows', async () => {
    const flags = { dceStyle: true };
    const { client, server } = await newPair({
      package: names.Kerberos,
      client: { flags },
      server: { flags },
    });
    const { token } = await client.step();
    expect(client.queryAttribute('lastClientTokenStatus')).toBe('no');
    await client.step((await server.step(token)).token);
    expect(client.queryAttribute('lastClientTokenStatus')).toBe('yes');
  });
});
