import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, SecurityContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { runModule } from '../../harness/support/child.js';
import { establishedPair, handshake, newPair } from '../../harness/support/handshake.js';
import { lab, needsDomain, targetName } from '../../harness/support/lab.js';

const withCode = (code: string, text = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

describe.skipIf(!lab)(`contexts in the domain (${needsDomain})`, () => {
  test.each([
    ['west', 'America/New_York'],
    ['east', 'Asia/Tokyo'],
  ])('the expiry does not depend on the time zone (%s of Greenwich)', async (_, zone) => {
    const { stdout, stderr } = await runModule(
      `
      import { readFileSync } from 'node:fs';
      import { Credentials } from 'winsspi';
      const { users } = JSON.parse(readFileSync(process.env.WINSSPI_LAB));
      const { expiry } = await Credentials.acquire({ package: 'Kerberos', identity: users.alice });
      console.log(new Date().getTimezoneOffset() !== 0, (expiry - Date.now()) / 3_600_000);
      `,
      { env: { TZ: zone } },
    );
    expect(stderr).toBe('');
    const [shifted, hours] = stdout.trim().split(' ');
    expect(shifted).toBe('true');
    expect(Number(hours)).toBeCloseTo(10, 1);
  });

  test('two users have two contexts at the same time, and neither takes the other for its own', async () => {
    const { alice, bob } = (lab as NonNullable<typeof lab>).users;
    // One after the other: Wine keeps one ticket, that of the identity acquired last.
    const one = await establishedPair({ identity: alice });
    const two = await establishedPair({ identity: bob });
    expect([one.client.package, two.client.package]).toEqual(['Kerberos', 'Kerberos']);
    const parts = one.client.wrapDetached(Buffer.from('from alice'));
    expect(() => two.server.unwrapDetached(parts)).toThrow(
      expect.objectContaining({ name: 'MessageAlteredError' }),
    );
    expect(one.server.unwrapDetached(parts).message.toString()).toBe('from alice');
  });
});

describe('the state of a context', () => {
  test('nothing is granted or known before the context is complete', async () => {
    proves('end of the handshake');
    const { client } = await newPair();
    await client.step();
    expect(client.done).toBe(false);
    expect(client.package).toBeUndefined();
    expect(client.expiry).toBeUndefined();
    expect(Object.values(client.flags)).not.toContain(true);
  });

  test('it is printed, and no more than it', async () => {
    const { client, server } = await newPair();
    expect(inspect(client)).toBe('ClientContext { new }');
    await handshake(client, server);
    expect(inspect(client)).toBe(`ClientContext { ${client.package}, complete }`);
    client.close();
    expect(inspect(client)).toMatch(/closed \}$/);
  });

  test('a message before the end of the handshake is refused', async () => {
    const { client } = await newPair();
    const message = Buffer.from('x');
    const uses = [
      () => client.wrapDetached(message),
      () => client.unwrapDetached({ token: message, message }),
      () => client.sign(message),
      () => client.verify(message, message),
      () => client.encryptMessage([{ type: 1, data: message }]),
      () => client.decryptMessage([{ type: 1, data: message }]),
      () => client.makeSignature([{ type: 1, data: message }]),
      () => client.verifySignature([{ type: 1, data: message }]),
    ];
    for (const use of uses) expect(use).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
    expect(() => client.queryAttribute('sizes')).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
    await client.step();
    for (const use of uses) expect(use).toThrow(withCode('ERR_SSPI_CONTEXT_INCOMPLETE'));
  });

  test('a second step during a step is refused, and the first goes on', async () => {
    const { client } = await newPair();
    const first = client.step();
    await expect(client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(() => client.queryAttribute('sizes')).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect(() => client.sign(Buffer.from('x'))).toThrow(withCode('ERR_SSPI_CONTEXT_BUSY'));
    expect((await first).token?.length).toBeGreaterThan(0);
  });

  test('a step after the end is refused, and the context stays usable', async () => {
    const { client } = await establishedPair();
    await expect(client.step(Buffer.from('x'))).rejects.toThrow(
      withCode('ERR_SSPI_CONTEXT_COMPLETE'),
    );
    expect(client.done).toBe(true);
    expect(client.sign(Buffer.from('x')).length).toBeGreaterThan(0);
  });

  test('a failed step ends the context: every later use fails with the same error', async () => {
    const { server } = await newPair();
    const failure = await server.step(Buffer.from('garbage token')).catch((error) => error);
    expect(failure.code).toMatch(/^SEC_E_/);
    expect(failure.syscall).toBe('AcceptSecurityContext');
    await expect(server.step(Buffer.from('x'))).rejects.toBe(failure);
    expect(() => server.sign(Buffer.from('x'))).toThrow(failure);
    expect(() => server.queryAttribute('sizes')).toThrow(failure);
    expect(server.done).toBe(false);
    expect(inspect(server)).toMatch(/failed \}$/);
  });

  test('the stack of a failed step leads to the caller', async () => {
    const { server } = await newPair();
    const failure = await server.step(Buffer.from('garbage token')).catch((error) => error);
    expect(failure.stack).toContain('state.test.ts');
  });
});

describe('close', () => {
  test('is final, and can be called again', async () => {
    const { client } = await establishedPair();
    client.close();
    client.close();
    expect(client.done).toBe(false);
    expect(() => client.sign(Buffer.from('x'))).toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
    expect(() => client.queryAttribute('sizes')).toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
    await expect(client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
  });

  test('during a step lets the step end and rejects it', async () => {
    const { client } = await newPair();
    const step = client.step();
    client.close();
    await expect(step).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
  });

  test('happens at the end of a using block', async () => {
    let kept: ClientContext;
    {
      using credentials = await Credentials.acquire();
      using client = new ClientContext(credentials, { targetName });
      kept = client;
    }
    await expect(kept.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
  });

  test('of a failed context does not throw', async () => {
    const { server } = await newPair();
    await expect(server.step(Buffer.from('garbage token'))).rejects.toThrow();
    expect(() => server.close()).not.toThrow();
    await expect(server.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
  });
});

describe('requiredFlags', () => {
  test('what was granted lets the context through', async () => {
    const { client } = await establishedPair({
      client: { requiredFlags: ['confidentiality', 'integrity'] },
    });
    expect(client.done).toBe(true);
  });

  test('what was not granted fails the last step and the context', async () => {
    proves('required flags');
    const { client, server } = await newPair({
      client: { requiredFlags: ['delegate', 'integrity'] },
    });
    const failure = await handshake(client, server).catch((error) => error);
    expect(failure).toMatchObject({
      code: 'ERR_SSPI_REQUIREMENT_NOT_MET',
      message: expect.stringMatching(/without delegate, which "requiredFlags" lists/),
    });
    expect(client.done).toBe(false);
    expect(() => client.sign(Buffer.from('x'))).toThrow(failure);
  });

  test.skipIf(!lab)(`mutual authentication is not met by NTLM (${needsDomain})`, async () => {
    proves('required flags');
    const { client, server } = await newPair({
      client: { targetName: 'HTTP/unknown.corp.test', requiredFlags: ['mutualAuthentication'] },
    });
    await expect(handshake(client, server)).rejects.toThrow(
      withCode(
        'ERR_SSPI_REQUIREMENT_NOT_MET',
        'NTLM established the context without mutualAuthentication',
      ),
    );
  });
});

describe('misuse', () => {
  test('SecurityContext itself is not for callers to make', () => {
    const Base = SecurityContext as unknown as new () => SecurityContext;
    expect(() => new Base()).toThrow(withCode('ERR_INVALID_ARG_VALUE', 'ClientContext'));
  });

  test.each([
    ['no options', undefined, 'ERR_INVALID_ARG_TYPE', '"options" argument must be a plain object'],
    [
      'no target',
      {},
      'ERR_INVALID_ARG_TYPE',
      '"options.targetName" property must be of type string',
    ],
    ['an empty target', { targetName: '' }, 'ERR_INVALID_ARG_VALUE', 'must not be empty'],
    ['a target with a zero', { targetName: 'a\0b' }, 'ERR_INVALID_ARG_VALUE', 'zero character'],
    [
      'an unknown option',
      { targetName: 'a', target: 'b' },
      'ERR_INVALID_ARG_VALUE',
      "Did you mean 'targetName'?",
    ],
    [
      'an unknown flag',
      { targetName: 'a', flags: { mutual: true } },
      'ERR_INVALID_ARG_VALUE',
      "Did you mean 'mutualAuthentication'?",
    ],
    [
      'a flag of the server',
      { targetName: 'a', flags: { allowMissingBindings: true } },
      'ERR_INVALID_ARG_VALUE',
      'allowMissingBindings',
    ],
    [
      'an unknown requirement',
      { targetName: 'a', requiredFlags: ['integrty'] },
      'ERR_INVALID_ARG_VALUE',
      "Did you mean 'integrity'?",
    ],
    [
      'a requirement that is no list',
      { targetName: 'a', requiredFlags: 'integrity' },
      'ERR_INVALID_ARG_TYPE',
      'must be an instance of Array',
    ],
    [
      'bindings that are no object',
      { targetName: 'a', channelBindings: Buffer.from('x') },
      'ERR_INVALID_ARG_',
      '"options.channelBindings',
    ],
    [
      'bindings without data',
      { targetName: 'a', channelBindings: {} },
      'ERR_INVALID_ARG_TYPE',
      'applicationData',
    ],
    [
      'null as bindings',
      { targetName: 'a', channelBindings: null },
      'ERR_INVALID_ARG_TYPE',
      '"options.channelBindings" property must be a plain object',
    ],
    [
      'empty bindings',
      { targetName: 'a', channelBindings: { applicationData: Buffer.alloc(0) } },
      'ERR_INVALID_ARG_VALUE',
      'must not be empty',
    ],
    [
      'bindings of 64 KiB',
      { targetName: 'a', channelBindings: { applicationData: Buffer.alloc(65536) } },
      'ERR_OUT_OF_RANGE',
      'It must be <= 65535. Received 65536',
    ],
    [
      'a requirement that nothing can tell',
      { targetName: 'a', requiredFlags: ['unverifiedTargetName'] },
      'ERR_INVALID_ARG_VALUE',
      "'options.requiredFlags[0]' must be one of",
    ],
  ])('%s is refused', async (_, options, code, text) => {
    using credentials = await Credentials.acquire();
    expect(() => new ClientContext(credentials, options as never)).toThrow(
      expect.objectContaining({
        code: expect.stringContaining(code),
        message: expect.stringContaining(text),
      }),
    );
  });

  test('a token that is no Buffer is refused, and the context goes on', async () => {
    const { client, server } = await newPair();
    for (const token of ['text', null, 7, new ArrayBuffer(4)]) {
      await expect(server.step(token as never)).rejects.toThrow(
        withCode('ERR_INVALID_ARG_TYPE', '"token"'),
      );
    }
    await handshake(client, server);
    expect(server.done).toBe(true);
  });

  test('a token of more than a megabyte is refused before the call', async () => {
    const { server } = await newPair();
    await expect(server.step(Buffer.alloc(0x100001))).rejects.toThrow(
      withCode('ERR_OUT_OF_RANGE', 'It must be <= 1048576. Received 1048577'),
    );
  });

  test('only the first step of a client goes without a token', async () => {
    const { client, server } = await newPair();
    await expect(server.step()).rejects.toThrow(withCode('ERR_INVALID_ARG_TYPE', '"token"'));
    await client.step();
    await expect(client.step()).rejects.toThrow(withCode('ERR_INVALID_ARG_TYPE', '"token"'));
  });

  test('the token is copied: changing it during the step changes nothing', async () => {
    const { client, server } = await newPair();
    const { token } = await client.step();
    const step = server.step(token);
    token?.fill(0);
    expect((await step).status).toMatch(/^SEC_(E_OK|I_CONTINUE_NEEDED)$/);
  });
});
