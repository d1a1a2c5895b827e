import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, querySecurityPackage, ServerContext } from 'winsspi';
import { establishedPair, handshake, newPair, type PairOptions } from '../support/handshake.js';
import { lab, needsDomain, theLab } from '../support/lab.js';

const names = lab?.packages ?? { Negotiate: '', Kerberos: '', NTLM: '' };
const OPTIMISTIC_SPNEGO = 0x60;

const legsOf = async (options: PairOptions) => {
  const pair = await newPair(options);
  const legs = await handshake(pair.client, pair.server);
  return { ...pair, legs: legs.map(({ side, status, done }) => `${side} ${status} ${done}`) };
};

describe.skipIf(!lab)(`packages of the bridge (${needsDomain})`, () => {
  test('are known to secur32, with the capabilities of their models', () => {
    expect(querySecurityPackage(names.Negotiate)).toMatchObject({ rpcId: 9, maxToken: 48256 });
    expect(querySecurityPackage(names.NTLM)).toMatchObject({ rpcId: 10, maxToken: 2888 });
    const kerberos = querySecurityPackage(names.Kerberos);
    expect(kerberos).toMatchObject({ name: names.Kerberos, rpcId: 16, maxToken: 48000 });
    expect(kerberos.capabilities).toContain('readonlyWithChecksum');
    expect(kerberos.capabilities).toContain('mutualAuthentication');
  });
});

describe.skipIf(!lab)(`handshakes (${needsDomain})`, () => {
  test.each([
    ['Kerberos', names.Kerberos],
    ['Negotiate', names.Negotiate],
  ])('%s completes in two tokens, mutually', async (_, packageName) => {
    const { client, server, legs } = await legsOf({ package: packageName });
    expect(legs).toEqual([
      'client SEC_I_CONTINUE_NEEDED false',
      'server SEC_E_OK true',
      'client SEC_E_OK true',
    ]);
    for (const context of [client, server]) {
      expect(context.package).toBe('Kerberos');
      expect(granted(context.flags)).toEqual([
        'confidentiality',
        'integrity',
        'mutualAuthentication',
        'replayDetect',
        'sequenceDetect',
      ]);
      const hours = ((context.expiry as Date).getTime() - Date.now()) / 3_600_000;
      expect(hours).toBeGreaterThan(9);
      expect(hours).toBeLessThan(11);
    }
  });

  test('NTLM completes in three tokens, and authenticates the client only', async () => {
    const { client, server, legs } = await legsOf({ package: names.NTLM });
    expect(legs).toEqual([
      'client SEC_I_CONTINUE_NEEDED false',
      'server SEC_I_CONTINUE_NEEDED false',
      'client SEC_E_OK true',
      'server SEC_E_OK true',
    ]);
    for (const context of [client, server]) {
      expect(context.package).toBe('NTLM');
      expect(granted(context.flags)).toEqual([
        'confidentiality',
        'integrity',
        'replayDetect',
        'sequenceDetect',
      ]);
    }
  });

  test("Negotiate's tokens are SPNEGO, and the first offers Kerberos and NTLM", async () => {
    const { client } = await newPair({ package: names.Negotiate });
    const token = (await client.step()).token as Buffer;
    expect(token[0]).toBe(OPTIMISTIC_SPNEGO);
    expect(token.indexOf(Buffer.from('2b0601050502', 'hex'))).toBeLessThan(10);
    const [kerberos, ntlm] = ['2a864886f712010202', '2b06010401823702020a'].map((oid) =>
      token.indexOf(Buffer.from(oid, 'hex')),
    ) as [number, number];
    expect(kerberos).toBeGreaterThan(0);
    expect(ntlm).toBeGreaterThan(kerberos);
  });

  test('Negotiate takes NTLM where Kerberos is not allowed, with a mechListMIC', async () => {
    using outbound = await Credentials.acquire({
      package: names.Negotiate,
      identity: theLab().users.alice,
      packageList: '!Kerberos',
    });
    using inbound = await Credentials.acquire({ package: names.Negotiate, use: 'inbound' });
    using client = new ClientContext(outbound, { targetName: theLab().service.spn });
    using server = new ServerContext(inbound);
    await handshake(client, server);
    expect([client.package, server.package]).toEqual(['NTLM', 'NTLM']);
    expect(server.queryAttribute('names').userName).toBe('CORP\\alice');
    const sealed = client.wrapDetached(Buffer.from('after the mechListMIC'));
    expect(server.unwrapDetached(sealed).message.toString()).toBe('after the mechListMIC');
    const answer = server.wrapDetached(Buffer.from('and back'));
    expect(client.unwrapDetached(answer).message.toString()).toBe('and back');
  });

  test('Negotiate falls back to NTLM for a target that Kerberos does not know', async () => {
    const { client, server } = await establishedPair({
      package: names.Negotiate,
      client: { targetName: 'HTTP/unknown.corp.test' },
    });
    expect([client.package, server.package]).toEqual(['NTLM', 'NTLM']);
  });

  test.each([
    ['Kerberos', names.Kerberos],
    ['NTLM', names.NTLM],
  ])("Negotiate's server accepts a bare token of %s", async (packageName, bare) => {
    const { client } = await newPair({ package: bare });
    using inbound = await Credentials.acquire({ package: names.Negotiate, use: 'inbound' });
    using server = new ServerContext(inbound);
    await handshake(client, server);
    expect(server.package).toBe(packageName);
    expect(client.done).toBe(true);
  });

  test('without mutual authentication, Kerberos is one token', async () => {
    const { client, server, legs } = await legsOf({
      package: names.Kerberos,
      client: { flags: { mutualAuthentication: false } },
    });
    expect(legs).toEqual(['client SEC_E_OK true', 'server SEC_E_OK true']);
    expect(client.flags.mutualAuthentication).toBe(false);
    expect(server.flags.mutualAuthentication).toBe(false);
  });

  test('with DCE_STYLE, Kerberos is three tokens, and both sides say so', async () => {
    const flags = { dceStyle: true };
    const { client, server, legs } = await legsOf({
      package: names.Kerberos,
      client: { flags },
      server: { flags },
    });
    expect(legs).toEqual([
      'client SEC_I_CONTINUE_NEEDED false',
      'server SEC_I_CONTINUE_NEEDED false',
      'client SEC_E_OK true',
      'server SEC_E_OK true',
    ]);
    expect([client.flags.dceStyle, server.flags.dceStyle]).toEqual([true, true]);
  });

  test('IDENTIFY reaches the server, under its own number', async () => {
    const { client, server } = await establishedPair({
      package: names.Kerberos,
      client: { flags: { identify: true } },
    });
    expect([client.flags.identify, server.flags.identify]).toEqual([true, true]);
    expect(server.queryAttribute('flags').identify).toBe(true);
  });

  test('each explicit identity may be DOMAIN\\user or user@domain', async () => {
    const { user, password } = theLab().users.bob;
    for (const identity of [
      { user: `CORP\\${user}`, password },
      { user: `${user}@corp.test`, password },
      { user, domain: 'CORP', password },
      { user, domain: 'corp.test', password },
      { user, password },
    ]) {
      for (const name of [names.Kerberos, names.Negotiate, names.NTLM]) {
        const { server } = await establishedPair({ package: name, identity });
        expect(server.queryAttribute('names').userName).toBe('CORP\\bob');
      }
    }
  });

  test('thirty handshakes at once on the same credentials complete', async () => {
    for (const name of [names.Negotiate, names.NTLM]) {
      using outbound = await Credentials.acquire({
        package: name,
        identity: theLab().users.alice,
      });
      using inbound = await Credentials.acquire({ package: name, use: 'inbound' });
      const pairs = Array.from({ length: 30 }, () => ({
        client: new ClientContext(outbound, { targetName: theLab().service.spn }),
        server: new ServerContext(inbound),
      }));
      await Promise.all(pairs.map(({ client, server }) => handshake(client, server)));
      expect(pairs.every(({ client, server }) => client.done && server.done)).toBe(true);
    }
  });

  test('a first token that comes twice is refused the second time', async () => {
    const { client, server } = await newPair({ package: names.Kerberos });
    const { token } = await client.step();
    await server.step(token);
    using inbound = await Credentials.acquire({ package: names.Kerberos, use: 'inbound' });
    using second = new ServerContext(inbound);
    await expect(second.step(token)).rejects.toMatchObject({ name: 'LogonDeniedError' });
  });
});

describe.skipIf(!lab)(`the logged-on user (${needsDomain})`, () => {
  const loggedOn = async (name: string) => {
    using outbound = await Credentials.acquire({ package: name });
    using inbound = await Credentials.acquire({ package: name, use: 'inbound' });
    using client = new ClientContext(outbound, { targetName: theLab().service.spn });
    using server = new ServerContext(inbound);
    await handshake(client, server);
    return server.queryAttribute('names').userName;
  };

  test.each(Object.values(names))('is alice for %s', async (name) => {
    expect(await loggedOn(name)).toBe('CORP\\alice');
  });

  test('stays alice after an explicit identity', async () => {
    for (const name of Object.values(names)) {
      const { server } = await establishedPair({
        package: name,
        identity: theLab().users.bob,
      });
      expect(server.queryAttribute('names').userName).toBe('CORP\\bob');
      expect(await loggedOn(name)).toBe('CORP\\alice');
    }
  });

  test('is another in another process, or nobody: NoCredentialsError', async () => {
    const script = (name: string) => `
      import { ClientContext, Credentials, ServerContext } from 'winsspi';
      try {
        const outbound = await Credentials.acquire({ package: ${JSON.stringify(name)} });
        const inbound = await Credentials.acquire({
          package: ${JSON.stringify(name)},
          use: 'inbound',
        });
        const client = new ClientContext(outbound, { targetName: 'HTTP/localhost' });
        const server = new ServerContext(inbound);
        for (let token, side = client; ; side = side === client ? server : client) {
          ({ token } = await side.step(token));
          if (!token) break;
        }
        console.log(server.queryAttribute('names').userName);
      } catch (error) {
        console.log(error.name);
      }`;
    const run = (name: string, user: string) =>
      execFileSync(process.execPath, [
        ...['--input-type=module', '--eval', script(name), '--'],
        theLab().loggedOnAs + user,
      ]);
    for (const name of Object.values(names)) {
      expect(run(name, 'bob').toString().trim()).toBe('CORP\\bob');
      expect(run(name, 'nobody').toString().trim()).toBe('NoCredentialsError');
    }
  });
});

describe.skipIf(!lab)(`channel bindings (${needsDomain})`, () => {
  const bindings = (text: string) => ({
    channelBindings: { applicationData: Buffer.from(`tls-server-end-point:${text}`) },
  });
  const meet = (
    name: string,
    client: PairOptions['client'] = {},
    server: PairOptions['server'] = {},
  ) => establishedPair({ package: name, client, server });

  describe.each(Object.values(names))('%s', (name) => {
    test('the same on both sides are accepted', async () => {
      const { server } = await meet(name, bindings('one'), bindings('one'));
      expect(server.done).toBe(true);
    });

    test('others are BadBindingsError at the server', async () => {
      await expect(meet(name, bindings('one'), bindings('other'))).rejects.toMatchObject({
        name: 'BadBindingsError',
        syscall: 'AcceptSecurityContext',
      });
    });

    test('none of the client are BadBindingsError, unless the server allows it', async () => {
      await expect(meet(name, {}, bindings('one'))).rejects.toMatchObject({
        name: 'BadBindingsError',
      });
      const flags = { allowMissingBindings: true };
      const { server } = await meet(name, {}, { ...bindings('one'), flags });
      expect(server.done).toBe(true);
    });

    test('none of the server leave the client alone', async () => {
      const { server } = await meet(name, bindings('one'));
      expect(server.done).toBe(true);
    });
  });
});

const granted = (flags: object) =>
  Object.entries(flags)
    .filter(([, value]) => value)
    .map(([name]) => name)
    .sort();
