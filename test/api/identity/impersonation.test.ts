import { describe, expect, test } from 'vitest';
import { Credentials, lookupAccountName, lookupAccountSid, translateName } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  type ProviderFunction,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');

const turns = () =>
  callsOf('ImpersonateSecurityContext', 'RevertSecurityContext').map(
    ({ function: name, handle }) => [name, handle],
  );

describe.skipIf(!providerInstalled)('impersonate', () => {
  checkProviderAfterEach();

  test('calls the callback between Impersonate and Revert, on this thread', async () => {
    proves('ImpersonateSecurityContext', 'RevertSecurityContext', 'scope of impersonation');
    using pair = await providerPair('TestScript');
    const handle = callsOf('AcceptSecurityContext')[0]?.newHandle;
    const result = pair.server.impersonate(() => {
      expect(provider.impersonating()).toBe(true);
      expect(turns()).toEqual([['ImpersonateSecurityContext', handle]]);
      return 'result';
    });
    expect(result).toBe('result');
    expect(provider.impersonating()).toBe(false);
    expect(turns()).toEqual([
      ['ImpersonateSecurityContext', handle],
      ['RevertSecurityContext', handle],
    ]);
    for (const { thread } of callsOf('ImpersonateSecurityContext', 'RevertSecurityContext')) {
      expect(thread).toBe(provider.thread());
    }
  });

  test('turns the thread back when the callback throws, and throws the same', async () => {
    proves('RevertSecurityContext', 'scope of impersonation');
    using pair = await providerPair('TestScript');
    const error = new Error('from the callback');
    let caught: unknown;
    try {
      pair.server.impersonate(() => {
        throw error;
      });
    } catch (thrown) {
      caught = thrown;
    }
    expect(caught).toBe(error);
    expect(provider.impersonating()).toBe(false);
    expect(turns().length).toBe(2);
  });

  test('turns the thread back though Revert fails', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('RevertSecurityContext', 0x80090304);
    expect(pair.server.impersonate(() => provider.impersonating())).toBe(true);
    expect(provider.impersonating()).toBe(false);
  });

  test.each<[string, (credentials: Credentials) => Promise<unknown>]>([
    ['Credentials.acquire', () => Credentials.acquire({ package: 'TestScript' })],
    ['credentials.add', (credentials) => credentials.add({ package: 'TestScript' })],
    ['lookupAccountSid', () => lookupAccountSid('S-1-1-0')],
    ['lookupAccountName', () => lookupAccountName('Everyone')],
    ['translateName', () => translateName('a', { from: 'display', to: 'userPrincipal' })],
  ])('refuses %s inside, which would run as the process', async (name, call) => {
    using pair = await providerPair('TestScript');
    using credentials = await Credentials.acquire({ package: 'TestScript' });
    const made = () => callsOf('AcquireCredentialsHandle', 'AddCredentials').length;
    const before = made();
    // In an object: impersonate() refuses a promise.
    const { promise } = pair.server.impersonate(() => ({ promise: call(credentials) }));
    await expect(promise).rejects.toMatchObject({
      code: 'ERR_SSPI_IMPERSONATING',
      message: expect.stringContaining(`${name}() must not be called inside impersonate()`),
    });
    expect(made()).toBe(before);
  });

  test.each<[ProviderFunction, (credentials: Credentials) => Promise<unknown>]>([
    [
      'AcquireCredentialsHandle',
      async () => (await Credentials.acquire({ package: 'TestScript' })).close(),
    ],
    ['AddCredentials', (credentials) => credentials.add({ package: 'TestScript' })],
  ])('lets %s run again after it', async (name, call) => {
    using pair = await providerPair('TestScript');
    using credentials = await Credentials.acquire({ package: 'TestScript' });
    const before = callsOf(name).length;
    pair.server.impersonate(() => {});
    await call(credentials);
    expect(callsOf(name).slice(before)).toMatchObject([{ impersonating: false }]);
  });

  test('a refused promise that fails later does not end the process', async () => {
    using pair = await providerPair('TestScript');
    const refused = () => pair.server.impersonate(() => Promise.reject(new Error('dropped')));
    expect(refused).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    await new Promise((resolve) => setImmediate(resolve));
    expect(provider.impersonating()).toBe(false);
  });

  test('returns to the outer client after an inner one', async () => {
    using outer = await providerPair('TestScript');
    using inner = await providerPair('TestScript');
    outer.server.impersonate(() => {
      inner.server.impersonate(() => {});
      expect(provider.impersonating()).toBe(true);
    });
    expect(provider.impersonating()).toBe(false);
  });

  test('refuses Credentials.acquire after an inner one too, while the outer one lasts', async () => {
    using outer = await providerPair('TestScript');
    using inner = await providerPair('TestScript');
    const { promise } = outer.server.impersonate(() => {
      inner.server.impersonate(() => {});
      return { promise: Credentials.acquire({ package: 'TestScript' }) };
    });
    await expect(promise).rejects.toMatchObject({ code: 'ERR_SSPI_IMPERSONATING' });
  });

  test('does not call the callback where Impersonate fails', async () => {
    proves('ImpersonateSecurityContext');
    using pair = await providerPair('TestScript');
    provider.fail('ImpersonateSecurityContext', 0x8009030b);
    let called = false;
    expect(() =>
      pair.server.impersonate(() => {
        called = true;
      }),
    ).toThrow(
      expect.objectContaining({
        code: 'SEC_E_NO_IMPERSONATION',
        syscall: 'ImpersonateSecurityContext',
      }),
    );
    expect(called).toBe(false);
    expect(callsOf('RevertSecurityContext')).toEqual([]);
  });

  test('refuses a promise, with the thread turned back', async () => {
    proves('scope of impersonation');
    using pair = await providerPair('TestScript');
    expect(() => pair.server.impersonate(() => Promise.resolve())).toThrow(
      expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
    );
    expect(() => pair.server.impersonate(async () => {})).toThrow(TypeError);
    expect(provider.impersonating()).toBe(false);
    expect(callsOf('ImpersonateSecurityContext').length).toBe(1);
  });

  test('outlives close() in the callback: the context is deleted after Revert', async () => {
    using pair = await providerPair('TestScript');
    pair.server.impersonate(() => pair.server.close());
    expect(provider.impersonating()).toBe(false);
    const ends = callsOf('RevertSecurityContext', 'DeleteSecurityContext');
    expect(ends.map((call) => call.function)).toEqual([
      'RevertSecurityContext',
      'DeleteSecurityContext',
    ]);
  });
});

describe.skipIf(!providerInstalled)('while a callback impersonates', () => {
  checkProviderAfterEach();

  test('what runs on another thread is not the client', async () => {
    proves('ImpersonateSecurityContext', 'scope of impersonation');
    using pair = await providerPair('TestScript');
    using other = await newProviderPair('TestScript');
    const sealing = pair.server.impersonate(() => {
      // On this thread the client's, on the others the process's: a step, a message, an identity.
      const calls = [other.client.step(), pair.client.wrapAsync(text), pair.server.identity()];
      pair.server.sign(text);
      return { calls };
    });
    await Promise.all(sealing.calls);
    const who = (name: ProviderFunction) => callsOf(name).at(-1)?.impersonating;
    expect(who('MakeSignature')).toBe(true);
    expect(who('InitializeSecurityContext')).toBe(false);
    expect(who('EncryptMessage')).toBe(false);
    expect(who('QuerySecurityContextToken')).toBe(false);
    pair.server.sign(text);
    expect(who('MakeSignature')).toBe(false);
  });
});

describe.skipIf(!providerInstalled)('acquireCredentials', () => {
  checkProviderAfterEach();

  test('acquires as the client, on another thread, which is turned back', async () => {
    proves('AcquireCredentialsHandle', 'RevertSecurityContext');
    using pair = await providerPair('TestScript');
    const handle = callsOf('AcceptSecurityContext')[0]?.newHandle;
    using credentials = await pair.server.acquireCredentials({ package: 'TestKerberos' });
    expect([credentials.package, credentials.use]).toEqual(['TestKerberos', 'outbound']);
    const calls = provider.calls().slice(-3);
    expect(calls.map((call) => [call.function, call.impersonating])).toEqual([
      ['ImpersonateSecurityContext', false],
      ['AcquireCredentialsHandle', true],
      ['RevertSecurityContext', true],
    ]);
    expect(new Set(calls.map(({ thread }) => thread)).size).toBe(1);
    expect(calls[0]?.thread).not.toBe(provider.thread());
    expect([calls[0]?.handle, calls[2]?.handle]).toEqual([handle, handle]);
    expect(calls[1]).not.toHaveProperty('form');
    // The thread goes on as the process.
    using _other = await Credentials.acquire({ package: 'TestScript' });
    expect(callsOf('AcquireCredentialsHandle').at(-1)?.impersonating).toBe(false);
  });

  test('turns the thread back where it fails', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('AcquireCredentialsHandle', 0x8009030e);
    await expect(pair.server.acquireCredentials({ package: 'TestScript' })).rejects.toMatchObject({
      name: 'NoCredentialsError',
      syscall: 'AcquireCredentialsHandle',
    });
    expect(provider.calls().at(-1)?.function).toBe('RevertSecurityContext');
  });

  test('does not acquire where Impersonate fails', async () => {
    using pair = await providerPair('TestScript');
    const before = callsOf('AcquireCredentialsHandle').length;
    provider.fail('ImpersonateSecurityContext', 0x8009030b);
    await expect(pair.server.acquireCredentials({ package: 'TestScript' })).rejects.toMatchObject({
      code: 'SEC_E_NO_IMPERSONATION',
      syscall: 'ImpersonateSecurityContext',
    });
    expect(callsOf('AcquireCredentialsHandle').length).toBe(before);
  });

  test('takes no identity: these are the client of the context', async () => {
    using pair = await providerPair('TestScript');
    const options = { identity: { user: 'bob', password: 'x' } } as never;
    await expect(pair.server.acquireCredentials(options)).rejects.toMatchObject({
      code: 'ERR_INVALID_ARG_VALUE',
    });
  });
});

describe.skipIf(!providerInstalled)('identity', () => {
  checkProviderAfterEach();

  test('asks for the token off the JavaScript thread, and tells whose it is', async () => {
    proves('QuerySecurityContextToken');
    using pair = await providerPair('TestScript');
    const identity = await pair.server.identity();
    expect(identity.sid).toMatch(/^S-1-/);
    expect(identity.impersonationLevel).toBe('impersonation');
    const [call, ...more] = callsOf('QuerySecurityContextToken');
    expect(more).toEqual([]);
    expect(call?.thread).not.toBe(provider.thread());
    const group = identity.groups.find(({ attributes }) => attributes.includes('enabled'));
    expect(await pair.server.isMemberOf(group?.sid as string)).toBe(true);
    expect(await pair.server.isMemberOf('S-1-5-32-7777')).toBe(false);
  });

  test('fails with the status of the package', async () => {
    proves('QuerySecurityContextToken');
    using pair = await providerPair('TestScript');
    provider.fail('QuerySecurityContextToken', 0x8009030b);
    await expect(pair.server.identity()).rejects.toThrow(
      expect.objectContaining({
        code: 'SEC_E_NO_IMPERSONATION',
        syscall: 'QuerySecurityContextToken',
      }),
    );
  });
});

describe.skipIf(!providerInstalled)(
  'a package that reports a success and gives no access token',
  () => {
    checkProviderAfterEach();

    const noImpersonation = {
      code: 'SEC_E_NO_IMPERSONATION',
      syscall: 'QuerySecurityContextToken',
    };

    describe.each([
      [1, 'null'],
      [2, 'INVALID_HANDLE_VALUE'],
      [3, "the pseudo handle of the process's token"],
      [4, 'the handle of an event'],
      [5, 'a handle that is closed'],
    ])('but what case %d gives, %s', (kind) => {
      // Everyone, the local Administrators, a group that nobody is in: asked about no token, Windows
      // answers about the process.
      test.each(['S-1-1-0', 'S-1-5-32-544', 'S-1-5-32-7777'])(
        'isMemberOf(%j) rejects, and closes no handle',
        async (sid) => {
          using pair = await providerPair('TestScript');
          provider.behave('noToken', kind);
          await expect(pair.server.isMemberOf(sid)).rejects.toMatchObject(noImpersonation);
        },
      );

      test('identity() rejects, and closes no handle', async () => {
        using pair = await providerPair('TestScript');
        provider.behave('noToken', kind);
        await expect(pair.server.identity()).rejects.toMatchObject(noImpersonation);
      });

      test('the attribute accessToken throws, and closes no handle', async () => {
        using pair = await providerPair('TestScript');
        provider.behave('noToken', kind);
        // Of a handle that was opened it is Windows that says so: ERROR_INVALID_HANDLE.
        const code = kind <= 3 ? 'SEC_E_NO_IMPERSONATION' : '0x80070006';
        expect(() => pair.server.queryAttribute('accessToken')).toThrow(
          expect.objectContaining({ code }),
        );
      });
    });
  },
);

describe.skipIf(!providerInstalled)(
  'a package that reports an impersonation and does nothing',
  () => {
    checkProviderAfterEach();

    const noImpersonation = expect.objectContaining({
      code: 'SEC_E_NO_IMPERSONATION',
      syscall: 'ImpersonateSecurityContext',
    });

    test('impersonate() throws and does not call the callback', async () => {
      using pair = await providerPair('TestScript');
      provider.fail('ImpersonateSecurityContext', 0);
      let called = false;
      expect(() =>
        pair.server.impersonate(() => {
          called = true;
        }),
      ).toThrow(noImpersonation);
      expect(called).toBe(false);
      expect(provider.impersonating()).toBe(false);
    });

    test("inside an outer impersonation it throws too, and the thread keeps the outer client's token", async () => {
      using outer = await providerPair('TestScript');
      using inner = await providerPair('TestScript');
      outer.server.impersonate(() => {
        const token = provider.threadToken();
        expect(token).not.toBe(0);
        provider.fail('ImpersonateSecurityContext', 0);
        expect(() => inner.server.impersonate(() => {})).toThrow(noImpersonation);
        expect(provider.threadToken()).toBe(token);
      });
      expect(provider.impersonating()).toBe(false);
    });

    test('acquireCredentials() rejects and acquires nothing', async () => {
      using pair = await providerPair('TestScript');
      const before = callsOf('AcquireCredentialsHandle').length;
      provider.fail('ImpersonateSecurityContext', 0);
      await expect(pair.server.acquireCredentials({ package: 'TestScript' })).rejects.toThrow(
        noImpersonation,
      );
      expect(callsOf('AcquireCredentialsHandle').length).toBe(before);
    });
  },
);

describe.skipIf(!providerInstalled)('the thread is what it was before', () => {
  checkProviderAfterEach();

  test("within an outer impersonation: the inner client has a token of its own, then the outer's is back", async () => {
    using outer = await providerPair('TestScript');
    using inner = await providerPair('TestScript');
    outer.server.impersonate(() => {
      const token = provider.threadToken();
      inner.server.impersonate(() => {
        expect(provider.threadToken()).not.toBe(0);
        expect(provider.threadToken()).not.toBe(token);
      });
      expect(provider.threadToken()).toBe(token);
    });
  });

  test('where an inner ImpersonateSecurityContext fails', async () => {
    using outer = await providerPair('TestScript');
    using inner = await providerPair('TestScript');
    outer.server.impersonate(() => {
      const token = provider.threadToken();
      provider.fail('ImpersonateSecurityContext', 0x8009030b);
      expect(() => inner.server.impersonate(() => {})).toThrow();
      expect(provider.threadToken()).toBe(token);
    });
  });

  test('where ImpersonateSecurityContext sets a token and fails', async () => {
    using pair = await providerPair('TestScript');
    provider.behave('impersonatesAndFails', 1);
    provider.fail('ImpersonateSecurityContext', 0x8009030b);
    expect(() => pair.server.impersonate(() => {})).toThrow();
    expect(provider.impersonating()).toBe(false);
  });

  test('where RevertSecurityContext reports a success and does nothing', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('RevertSecurityContext', 0);
    pair.server.impersonate(() => {});
    expect(provider.impersonating()).toBe(false);
    provider.fail('RevertSecurityContext', 0);
    using credentials = await pair.server.acquireCredentials({ package: 'TestScript' });
    expect(credentials.package).toBe('TestScript');
    using _other = await Credentials.acquire({ package: 'TestScript' });
    expect(callsOf('AcquireCredentialsHandle').at(-1)?.impersonating).toBe(false);
  });
});
