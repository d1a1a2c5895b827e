import { describe, expect, test } from 'vitest';
import {
  BufferTooSmallError,
  type ContextFlags,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_TOKEN,
  SspiError,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { handshake } from '../../harness/support/handshake.js';
import { never, outsideStep } from '../../harness/support/misbehaviours.js';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const steps = () => callsOf('InitializeSecurityContext', 'AcceptSecurityContext');
const granted = (flags: ContextFlags) => Object.values(flags).filter((value) => value);
const invalidBuffer = (syscall: string) =>
  expect.objectContaining({
    code: 'ERR_SSPI_INVALID_BUFFER',
    message: expect.stringContaining(syscall),
  });

/** SEC_CHANNEL_BINDINGS: no addresses, the application data behind the 32 bytes of the header. */
function bindingsStructure(applicationData: Buffer): Buffer {
  const header = Buffer.alloc(32);
  header.writeUInt32LE(applicationData.length, 24);
  header.writeUInt32LE(32, 28);
  return Buffer.concat([header, applicationData]);
}

describe.skipIf(!providerInstalled)('a step passes to the package', () => {
  checkProviderAfterEach();

  test('the token that was passed, the target, the flags and the handle of the leg before', async () => {
    proves(
      'InitializeSecurityContext',
      'AcceptSecurityContext',
      'SECBUFFER_TOKEN',
      'outputs of each step',
    );
    using pair = await newProviderPair('TestNtlm', {
      client: { targetName: 'HTTP/sérver.corp.test', flags: { delegate: true } },
    });
    const legs = await handshake(pair.client, pair.server);
    const [client1, server1, client2, server2] = steps();
    expect(steps().length).toBe(4);
    expect(client1).toMatchObject({ handle: 0, target: 'HTTP/sérver.corp.test', room: 4096 });
    expect(client1?.buffers).toEqual([]);
    expect(client1?.flags).toBe(0x1001f);
    expect(server1).toMatchObject({ handle: 0, flags: 0x2001e });
    expect(server1?.buffers).toEqual([
      { type: SECBUFFER_TOKEN, length: 40, bytes: legs[0]?.token },
    ]);
    expect(client2).toMatchObject({ handle: client1?.newHandle, target: 'HTTP/sérver.corp.test' });
    expect(client2?.buffers).toEqual([
      { type: SECBUFFER_TOKEN, length: 40, bytes: legs[1]?.token },
    ]);
    expect(server2).toMatchObject({ handle: server1?.newHandle });
    expect(server2?.buffers).toEqual([
      { type: SECBUFFER_TOKEN, length: 40, bytes: legs[2]?.token },
    ]);
  });

  test('an output buffer of the length of its longest token', async () => {
    proves('token memory');
    using _pair = await providerPair('TestKerberos');
    expect(steps().map(({ room }) => room)).toEqual([48000, 48000, 48000]);
  });

  test.each([['TestKerberos'], ['TestNtlm']] as const)(
    '%s: the channel bindings, on every leg of client and server',
    async (packageName) => {
      proves('SECBUFFER_CHANNEL_BINDINGS', 'channel bindings');
      const applicationData = Buffer.from('tls-server-end-point:0123456789abcdef');
      const channelBindings = { applicationData };
      using _pair = await providerPair(packageName, {
        client: { channelBindings },
        server: { channelBindings },
      });
      const bytes = bindingsStructure(applicationData);
      const expected = { type: SECBUFFER_CHANNEL_BINDINGS, length: bytes.length, bytes };
      expect(steps().length).toBe(packageName === 'TestNtlm' ? 4 : 3);
      for (const { buffers } of steps()) {
        expect(buffers.at(-1)).toEqual(expected);
        expect(buffers.filter(({ type }) => type === SECBUFFER_CHANNEL_BINDINGS).length).toBe(1);
      }
    },
  );

  test('the channel bindings as they were when the context was made, whatever changes them later', async () => {
    const applicationData = Buffer.from('tls-unique:abc');
    using pair = await newProviderPair('TestKerberos', {
      client: { channelBindings: { applicationData } },
    });
    applicationData.fill(0);
    await pair.client.step();
    expect(steps()[0]?.buffers[0]?.bytes.subarray(32).toString()).toBe('tls-unique:abc');
  });

  test.each([
    ['differ', { applicationData: Buffer.from('tls-unique:other') }],
    ['are missing on the client', undefined],
  ])('channel bindings that %s fail with BadBindingsError', async (_, channelBindings) => {
    proves('channel bindings');
    using pair = await newProviderPair('TestKerberos', {
      client: channelBindings ? { channelBindings } : {},
      server: { channelBindings: { applicationData: Buffer.from('tls-unique:server') } },
    });
    const { token } = await pair.client.step();
    await expect(pair.server.step(token)).rejects.toThrow(
      expect.objectContaining({ name: 'BadBindingsError', syscall: 'AcceptSecurityContext' }),
    );
  });
});

describe.skipIf(!providerInstalled)('CompleteAuthToken', () => {
  checkProviderAfterEach();

  test('is not called when the package does not ask for it', async () => {
    proves('CompleteAuthToken');
    using _pair = await providerPair('TestScript');
    expect(steps().length).toBe(3);
    expect(callsOf('CompleteAuthToken')).toEqual([]);
  });

  test('gets the output token, and what it makes of it is returned', async () => {
    proves(
      'CompleteAuthToken',
      'CompleteAuthToken before sending',
      'end of the handshake',
      'successes with a meaning',
    );
    using pair = await newProviderPair('TestScript');
    provider.behave('tokens', 3);
    const { token: hello } = await pair.client.step();
    const { token: challenge } = await pair.server.step(hello);
    provider.behave('complete', 1);
    const { token, done, status } = await pair.client.step(challenge);
    expect({ done, status }).toEqual({ done: true, status: 'SEC_I_COMPLETE_NEEDED' });
    const [call, ...more] = callsOf('CompleteAuthToken');
    expect(more).toEqual([]);
    expect(call?.handle).toBe(steps().at(-1)?.newHandle);
    expect(call?.buffers.map(({ type, length }) => [type, length])).toEqual([
      [SECBUFFER_TOKEN, 40],
    ]);
    expect(token).toEqual(Buffer.concat([call?.buffers[0]?.bytes as Buffer, Buffer.from('DONE')]));
    expect(pair.client.done).toBe(true);
    expect(pair.client.package).toBe('TestScript');
  });

  test('is called at SEC_I_COMPLETE_AND_CONTINUE too, and the handshake goes on', async () => {
    proves(
      'CompleteAuthToken',
      'CompleteAuthToken before sending',
      'end of the handshake',
      'successes with a meaning',
    );
    using pair = await newProviderPair('TestScript');
    provider.behave('tokens', 4);
    const { token: one } = await pair.client.step();
    const { token: two } = await pair.server.step(one);
    provider.behave('complete', 1);
    const { token: three, ...leg } = await pair.client.step(two);
    expect(leg).toEqual({ done: false, status: 'SEC_I_COMPLETE_AND_CONTINUE' });
    expect(three?.subarray(-4).toString()).toBe('DONE');
    expect(callsOf('CompleteAuthToken').length).toBe(1);
    provider.behave('complete', 0);
    const { token: four } = await pair.server.step(three);
    expect((await pair.client.step(four)).done).toBe(true);
    expect(pair.client.done && pair.server.done).toBe(true);
    expect(callsOf('CompleteAuthToken').length).toBe(1);
  });

  test('comes after the step and before the attributes are asked for', async () => {
    proves('CompleteAuthToken before sending');
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    const before = provider.calls().length;
    provider.behave('complete', 1);
    await pair.client.step(answer);
    expect(
      provider
        .calls()
        .slice(before)
        .map((call) => call.function),
    ).toEqual(['InitializeSecurityContext', 'CompleteAuthToken', 'QueryContextAttributes']);
  });

  test('when it fails, the step fails with its error and the context is gone', async () => {
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    provider.behave('complete', 1);
    provider.fail('CompleteAuthToken', 0x80090308);
    await expect(pair.client.step(answer)).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidTokenError', syscall: 'CompleteAuthToken' }),
    );
    expect(provider.counters().contexts).toBe(1);
    expect(pair.client.done).toBe(false);
  });
});

describe.skipIf(!providerInstalled)('the handle', () => {
  checkProviderAfterEach();

  test('of the last leg is used for the next, for messages and attributes, and deleted once', async () => {
    proves('DeleteSecurityContext', 'outputs of each step');
    provider.behave('newHandle', 1);
    provider.behave('tokens', 5);
    let last: unknown[];
    {
      using pair = await providerPair('TestScript');
      const of = (name: 'InitializeSecurityContext' | 'AcceptSecurityContext') => callsOf(name);
      for (const legs of [of('InitializeSecurityContext'), of('AcceptSecurityContext')]) {
        expect(legs.length).toBe(3);
        expect(new Set(legs.map(({ newHandle }) => newHandle)).size).toBe(3);
        expect(legs.slice(1).map(({ handle }) => handle)).toEqual(
          legs.slice(0, -1).map(({ newHandle }) => newHandle),
        );
      }
      last = [
        of('InitializeSecurityContext').at(-1)?.newHandle,
        of('AcceptSecurityContext').at(-1)?.newHandle,
      ];
      pair.server.unwrapDetached(pair.client.wrapDetached(Buffer.from('text')));
      expect(callsOf('EncryptMessage').map(({ handle }) => handle)).toEqual([last[0]]);
      expect(callsOf('DecryptMessage').map(({ handle }) => handle)).toEqual([last[1]]);
      expect(provider.counters().contexts).toBe(2);
    }
    expect(callsOf('DeleteSecurityContext').map(({ handle }) => handle)).toEqual(last);
  });

  test('of the last leg is deleted when a later leg fails', async () => {
    proves('DeleteSecurityContext');
    using pair = await newProviderPair('TestNtlm');
    const { token } = await pair.client.step();
    await pair.server.step(token);
    await expect(pair.client.step(Buffer.from('garbage'))).rejects.toThrow(
      expect.objectContaining({ name: 'InvalidTokenError' }),
    );
    expect(callsOf('DeleteSecurityContext').map(({ handle }) => handle)).toEqual([
      steps()[0]?.newHandle,
    ]);
  });

  // Windows's own packages do not do this; a package of another maker might.
  test.each([
    [0x90313, 'SEC_I_COMPLETE_NEEDED'],
    [0x90314, 'SEC_I_COMPLETE_AND_CONTINUE'],
    [0x90320, 'SEC_I_INCOMPLETE_CREDENTIALS'],
  ])(
    'that a first leg does not give with the success %d (%s) is InvalidHandleError',
    async (status) => {
      using pair = await newProviderPair('TestScript');
      provider.fail('InitializeSecurityContext', status);
      await expect(pair.client.step()).rejects.toThrow(
        expect.objectContaining({
          name: 'InvalidHandleError',
          syscall: 'InitializeSecurityContext',
        }),
      );
      expect(callsOf('CompleteAuthToken', 'DeleteSecurityContext')).toEqual([]);
    },
  );

  test('closing twice deletes it once', async () => {
    proves('DeleteSecurityContext');
    const pair = await providerPair('TestKerberos');
    for (const context of [pair.client, pair.server, pair.client, pair.server]) context.close();
    expect(callsOf('DeleteSecurityContext').length).toBe(2);
  });
});

describe.skipIf(!providerInstalled)('the output token', () => {
  checkProviderAfterEach();

  test('grows once to the length that SEC_E_BUFFER_TOO_SMALL asks for', async () => {
    proves('token memory');
    using pair = await newProviderPair('TestScript');
    provider.behave('tooSmall', 1);
    provider.behave('wanted', 300_000);
    provider.behave('tokenLength', 300_000);
    const { token } = await pair.client.step();
    expect(token?.length).toBe(300_000);
    expect(steps().map(({ status }) => status)).toEqual([0x80090321, 0x90312]);
    expect(steps()[0]?.room).toBe(48000);
    expect(steps()[1]?.room).toBeGreaterThanOrEqual(300_000);
    provider.behave('tokenLength', 0);
    const { token: answer } = await pair.server.step(token);
    expect((await pair.client.step(answer)).done).toBe(true);
  });

  test.each([
    ['SEC_E_BUFFER_TOO_SMALL', 0x80090321],
    ['SEC_E_INSUFFICIENT_MEMORY', 0x80090300],
  ] as const)('grows at the first leg of either side for %s', async (_, status) => {
    proves('token memory');
    using pair = await newProviderPair('TestScript');
    provider.behave('tooSmallStatus', status);
    provider.behave('tooSmall', 1);
    const { token } = await pair.client.step();
    provider.behave('tooSmall', 1);
    const { token: answer } = await pair.server.step(token);
    expect((await pair.client.step(answer)).done).toBe(true);
    expect(steps().map((step) => [step.function, step.handle === 0, step.status])).toEqual([
      ['InitializeSecurityContext', true, status],
      ['InitializeSecurityContext', true, 0x90312],
      ['AcceptSecurityContext', true, status],
      ['AcceptSecurityContext', true, 0],
      ['InitializeSecurityContext', false, 0],
    ]);
    expect(steps()[3]?.buffers).toEqual(steps()[2]?.buffers);
  });

  // Windows answers SEC_E_OUT_OF_SEQUENCE to the step after it, which would hide the reason.
  test.each([
    ['SEC_E_BUFFER_TOO_SMALL', 0x80090321],
    ['SEC_E_INSUFFICIENT_MEMORY', 0x80090300],
  ] as const)('does not grow at a later leg: %s', async (code, status) => {
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    provider.behave('tooSmallStatus', status);
    provider.behave('tooSmall', 1);
    await expect(pair.client.step(answer)).rejects.toMatchObject({
      code,
      syscall: 'InitializeSecurityContext',
    });
    expect(steps().length).toBe(3);
  });

  test('grows where the package does not say how much it wants', async () => {
    using pair = await newProviderPair('TestScript');
    provider.behave('tooSmall', 1);
    provider.behave('wanted', 0);
    await pair.client.step();
    expect(steps()[1]?.room).toBe(4 * 48000);
  });

  test('does not grow twice: BufferTooSmallError', async () => {
    proves('token memory');
    using pair = await newProviderPair('TestScript');
    provider.behave('tooSmall', 1000);
    await expect(pair.client.step()).rejects.toThrow(BufferTooSmallError);
    expect(steps().length).toBe(2);
    expect(provider.counters().contexts).toBe(0);
  });

  test('may fill the whole room', async () => {
    using pair = await newProviderPair('TestScript');
    provider.behave('fullOutput', 1);
    const { token } = await pair.client.step();
    expect(token?.length).toBe(48000);
    expect((await pair.server.step(token)).done).toBe(true);
  });

  test('that the package leaves as it was is no token', async () => {
    proves('outputs of each step');
    using pair = await newProviderPair('TestScript');
    provider.behave('unwrittenOutput', 1);
    const { token } = await pair.client.step();
    expect(token).toBeUndefined();
  });

  test.each(Object.entries(outsideStep))(
    '%s is refused, and the context is gone',
    async (_, place) => {
      using pair = await newProviderPair('TestScript');
      provider.behave('outsideStep', place);
      await expect(pair.client.step()).rejects.toThrow(invalidBuffer('InitializeSecurityContext'));
      expect(provider.counters()).toMatchObject({ contexts: 0, errors: [] });
      expect(pair.client.done).toBe(false);
      await expect(pair.client.step()).rejects.toThrow(invalidBuffer('InitializeSecurityContext'));
      expect(steps().length).toBe(1);
    },
  );

  test("outside the caller's memory is refused on the server too", async () => {
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    provider.behave('outsideStep', outsideStep['one byte past the end']);
    await expect(pair.server.step(token)).rejects.toThrow(invalidBuffer('AcceptSecurityContext'));
    expect(provider.counters().contexts).toBe(1);
  });
});

describe.skipIf(!providerInstalled)('what the package says of a complete context', () => {
  checkProviderAfterEach();

  const complete = async (script: () => void): Promise<ProviderPair> => {
    script();
    return await providerPair('TestScript');
  };

  test('flags and expiry are those of the last leg', async () => {
    proves('required flags');
    using pair = await newProviderPair('TestScript');
    provider.behave('flags', 0xffffffff);
    const { token } = await pair.client.step();
    expect(granted(pair.client.flags)).toEqual([]);
    const { token: answer } = await pair.server.step(token);
    provider.behave('flags', 0x10014);
    await pair.client.step(answer);
    expect(Object.keys(pair.client.flags).filter((key) => pair.client.flags[key as never])).toEqual(
      ['replayDetect', 'confidentiality', 'integrity'],
    );
    expect(pair.client.expiry).toEqual(new Date('2040-01-02T03:04:05Z'));
  });

  test('flags that the package leaves unwritten are those of the attribute', async () => {
    proves('outputs of each step');
    using written = await complete(() => {});
    using pair = await complete(() => provider.behave('unwrittenFlags', 1));
    for (const side of ['client', 'server'] as const) {
      expect(granted(written[side].flags).length).toBeGreaterThan(3);
      expect(pair[side].flags).toEqual(written[side].flags);
    }
  });

  test('flags that the package has in neither place are all false', async () => {
    proves('outputs of each step');
    provider.behave('unwrittenFlags', 1);
    using pair = await providerPair('TestStream');
    for (const { flags } of [pair.client, pair.server]) {
      expect(Object.keys(flags).length).toBeGreaterThan(10);
      expect(granted(flags)).toEqual([]);
    }
  });

  test('an expiry that the package leaves unwritten is undefined', async () => {
    proves('outputs of each step');
    using pair = await complete(() => provider.behave('unwrittenExpiry', 1));
    expect([pair.client.expiry, pair.server.expiry]).toEqual([undefined, undefined]);
  });

  test.each(Object.entries(never))('an expiry of %s is never', async (_, kind) => {
    using pair = await complete(() => provider.behave('expiry', kind));
    expect([pair.client.expiry, pair.server.expiry]).toEqual([undefined, undefined]);
    expect(pair.client.queryAttribute('lifespan')).toEqual({
      start: new Date('2024-02-03T04:05:06Z'),
      expiry: undefined,
    });
  });

  test('a context without what is required is refused and gone', async () => {
    proves('required flags');
    using pair = await newProviderPair('TestScript', {
      client: { requiredFlags: ['confidentiality'] },
    });
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    provider.behave('flags', 0x10002);
    await expect(pair.client.step(answer)).rejects.toThrow(
      expect.objectContaining({
        code: 'ERR_SSPI_REQUIREMENT_NOT_MET',
        message: expect.stringContaining(
          'TestScript established the context without confidentiality',
        ),
      }),
    );
    expect(provider.counters().contexts).toBe(1);
    expect(() => pair.client.wrap(Buffer.alloc(1))).toThrow(
      expect.objectContaining({ code: 'ERR_SSPI_REQUIREMENT_NOT_MET' }),
    );
  });

  test('the package is the one that NEGOTIATION_INFO names', async () => {
    using pair = await complete(() => {});
    expect(pair.client.package).toBe('TestScript');
    expect(callsOf('QueryContextAttributes').map(({ attribute }) => attribute)).toEqual([12, 12]);
  });

  test('without a name in any attribute it is the one of the credentials', async () => {
    using pair = await complete(() => provider.behave('nullPointers', 1));
    expect(pair.client.package).toBe('TestScript');
    expect(callsOf('QueryContextAttributes').map(({ attribute }) => attribute)).toEqual([
      12, 10, 12, 10,
    ]);
  });
});

describe.skipIf(!providerInstalled)('a step that fails', () => {
  checkProviderAfterEach();

  test.each([
    [0x8009030c, 'LogonDeniedError', 'SEC_E_LOGON_DENIED'],
    [0x80090303, 'TargetUnknownError', 'SEC_E_TARGET_UNKNOWN'],
    [0x80090322, 'WrongPrincipalError', 'SEC_E_WRONG_PRINCIPAL'],
    [0x80090324, 'TimeSkewError', 'SEC_E_TIME_SKEW'],
    [0x80090346, 'BadBindingsError', 'SEC_E_BAD_BINDINGS'],
    [0x80090311, 'NoAuthorityError', 'SEC_E_NO_AUTHENTICATING_AUTHORITY'],
    [0x8009030e, 'NoCredentialsError', 'SEC_E_NO_CREDENTIALS'],
    [0x80090304, 'SspiError', 'SEC_E_INTERNAL_ERROR'],
    [0xc000006d, 'LogonDeniedError', 'STATUS_LOGON_FAILURE'],
    [0x8abc1234, 'SspiError', '0x8ABC1234'],
  ])(
    'with %d throws %s, again at every later use, and nothing is called',
    async (status, name, code) => {
      if (!code.startsWith('SEC_')) proves('unnamed statuses');
      using pair = await newProviderPair('TestKerberos');
      provider.fail('InitializeSecurityContext', status);
      const error = expect.objectContaining({
        name,
        code,
        status,
        syscall: 'InitializeSecurityContext',
      });
      await expect(pair.client.step()).rejects.toThrow(error);
      await expect(pair.client.step()).rejects.toThrow(error);
      await expect(pair.client.step()).rejects.toBeInstanceOf(SspiError);
      expect(() => pair.client.wrapDetached(Buffer.alloc(1))).toThrow(error);
      expect(steps().length).toBe(1);
    },
  );

  test('with SEC_I_INCOMPLETE_CREDENTIALS has not failed: the context goes on', async () => {
    proves('end of the handshake', 'successes with a meaning');
    using pair = await newProviderPair('TestKerberos');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    provider.fail('InitializeSecurityContext', 0x90320);
    expect(await pair.client.step(answer)).toMatchObject({
      done: false,
      status: 'SEC_I_INCOMPLETE_CREDENTIALS',
    });
    expect((await pair.client.step(answer)).done).toBe(true);
  });

  test('at a later leg deletes the context at once', async () => {
    using pair = await newProviderPair('TestKerberos');
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    provider.fail('InitializeSecurityContext', 0x80090322);
    await expect(pair.client.step(answer)).rejects.toThrow(
      expect.objectContaining({ name: 'WrongPrincipalError' }),
    );
    expect(callsOf('DeleteSecurityContext').length).toBe(1);
    expect(provider.counters().contexts).toBe(1);
  });
});
