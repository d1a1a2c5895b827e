import { afterEach, describe, expect, test } from 'vitest';
import { ClientContext, Credentials, configureThreads, lookupAccountSid } from 'winsspi';
import { runModule } from '../../harness/support/child.js';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
  untilThreadsEnd,
} from '../../harness/support/provider.js';
import { withProvider } from '../../harness/support/provider-child.js';

const defaults = { max: 64, queue: 1024, idleMilliseconds: 10_000 };
const overloaded = expect.objectContaining({ code: 'ERR_SSPI_OVERLOADED' });
const acquire = () => Credentials.acquire({ package: 'TestScript' });
const called = () => callsOf('AcquireCredentialsHandle');

function closeAll(acquired: readonly Credentials[]): void {
  for (const credentials of acquired) credentials.close();
}

describe.skipIf(!providerInstalled)('the threads', () => {
  checkProviderAfterEach();
  afterEach(() => {
    configureThreads(defaults);
  });

  test('are as many as there are calls, up to the limit', async () => {
    configureThreads({ max: 5 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Array.from({ length: 8 }, acquire);
    await untilCalled('AcquireCredentialsHandle', 5);
    // Time for a sixth thread, if there were one.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(called().length).toBe(5);
    provider.release('AcquireCredentialsHandle');
    closeAll(await Promise.all(acquiring));
    expect(new Set(called().map(({ thread }) => thread)).size).toBe(5);
    expect(called().length).toBe(8);
  });

  test('take what waits in the order in which it came', async () => {
    configureThreads({ max: 1 });
    const acquiring = [3, 1, 4, 5, 9, 2, 6].map((number) =>
      Credentials.acquire({ package: 'TestScript', principal: `p${number}` }),
    );
    closeAll(await Promise.all(acquiring));
    const principals = called().map(({ principal }) => principal);
    expect(principals).toEqual(['p3', 'p1', 'p4', 'p5', 'p9', 'p2', 'p6']);
  });

  test('refuse what is past the bound, and what was refused can be made again', async () => {
    configureThreads({ max: 2, queue: 3 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Array.from({ length: 5 }, acquire);
    await expect(acquire()).rejects.toThrow(overloaded);
    await untilCalled('AcquireCredentialsHandle', 2);
    await expect(acquire()).rejects.toThrow(overloaded);
    provider.release('AcquireCredentialsHandle');
    closeAll(await Promise.all(acquiring));
    expect(called().length).toBe(5);
    closeAll([await acquire()]);
    expect(called().length).toBe(6);
  });

  test('that refuse a step leave its context as it was', async () => {
    using pair = await newProviderPair('TestScript');
    const { token } = await pair.client.step();
    configureThreads({ max: 1, queue: 0 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = acquire();
    await expect(pair.server.step(token)).rejects.toThrow(overloaded);
    expect(callsOf('AcceptSecurityContext')).toEqual([]);
    provider.release('AcquireCredentialsHandle');
    closeAll([await acquiring]);
    expect((await pair.server.step(token)).done).toBe(true);
  });

  // In a process that has no thread yet.
  test('that Windows does not start refuse a call, and take the next one', async () => {
    const ended = await runModule(`${withProvider}
      import { Credentials } from 'winsspi';
      const acquire = () => Credentials.acquire({ package: 'TestScript' });
      provider.failThreads(1);
      const { code, message } = await acquire().catch((error) => error);
      console.log(code, callsOf('AcquireCredentialsHandle').length);
      console.log(message);
      console.log((await acquire()).package, callsOf('AcquireCredentialsHandle').length);
    `);
    const message =
      'Windows started no thread for the call (CreateThread: Win32 error 8): it was not made, and ' +
      'can be made again';
    expect(ended).toEqual({
      code: 0,
      stdout: `ERR_SSPI_THREAD_NOT_STARTED 0\n${message}\nTestScript 1\n`,
      stderr: '',
    });
  });

  test('are fewer where Windows starts no more, and take all calls', async () => {
    const ended = await runModule(`${withProvider}
      import { Credentials } from 'winsspi';
      const acquire = () => Credentials.acquire({ package: 'TestScript' });
      provider.hold('AcquireCredentialsHandle');
      const acquiring = [acquire()];
      await untilCalled('AcquireCredentialsHandle');
      provider.failThreads(1000);
      for (let i = 0; i < 10; i++) acquiring.push(acquire());
      provider.release('AcquireCredentialsHandle');
      const acquired = await Promise.all(acquiring);
      console.log(acquired.length, new Set(provider.calls().map(({ thread }) => thread)).size);
    `);
    expect(ended).toEqual({ code: 0, stdout: '11 1\n', stderr: '' });
  });

  test('take one call after the other where none may wait', async () => {
    configureThreads({ max: 1, queue: 0 });
    for (let i = 0; i < 200; i++) closeAll([await acquire()]);
    expect(called().length).toBe(200);
    expect(new Set(called().map(({ thread }) => thread)).size).toBe(1);
  });

  test('are more for calls that wait when the limit is raised', async () => {
    configureThreads({ max: 1 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Array.from({ length: 4 }, acquire);
    await untilCalled('AcquireCredentialsHandle');
    configureThreads({ max: 4 });
    await untilCalled('AcquireCredentialsHandle', 4);
    provider.release('AcquireCredentialsHandle');
    closeAll(await Promise.all(acquiring));
  });

  test('above a limit that was lowered end with their calls', async () => {
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Array.from({ length: 30 }, acquire);
    await untilCalled('AcquireCredentialsHandle', 30);
    const running = called();
    configureThreads({ max: 1 });
    provider.release('AcquireCredentialsHandle');
    closeAll(await Promise.all(acquiring));
    await untilThreadsEnd(running, 1);
  });

  test('that have nothing to do end after a while', async () => {
    configureThreads({ idleMilliseconds: 100 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Array.from({ length: 20 }, acquire);
    await untilCalled('AcquireCredentialsHandle', 20);
    provider.release('AcquireCredentialsHandle');
    closeAll(await Promise.all(acquiring));
    await untilThreadsEnd(called());
    closeAll([await acquire()]);
  });

  test('that are not needed end although there is always something to do', async () => {
    configureThreads({ idleMilliseconds: 1000 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Array.from({ length: 10 }, acquire);
    await untilCalled('AcquireCredentialsHandle', 10);
    provider.release('AcquireCredentialsHandle');
    closeAll(await Promise.all(acquiring));
    let ended = false;
    const waiting = untilThreadsEnd(called(), 2).then(() => {
      ended = true;
    });
    while (!ended) closeAll([await acquire()]);
    await waiting;
  });

  test('are nobody else for the next call after one that acted as the client', async () => {
    configureThreads({ max: 1 });
    using pair = await providerPair('TestScript');
    using credentials = await pair.server.acquireCredentials({ package: 'TestScript' });
    using context = new ClientContext(credentials, { targetName: 'HTTP/a' });
    await context.step();
    const [asClient] = called().slice(-1);
    const [next] = callsOf('InitializeSecurityContext').slice(-1);
    expect([asClient?.impersonating, next?.impersonating]).toEqual([true, false]);
    expect(next?.thread).toBe(asClient?.thread);
  });

  test('are nobody else for the next call after a package that left them so', async () => {
    configureThreads({ max: 1 });
    using first = await newProviderPair('TestScript');
    using second = await newProviderPair('TestScript');
    provider.behave('staysClient', 1);
    await first.client.step();
    provider.behave('staysClient', 0);
    await second.client.step();
    const [left, next] = callsOf('InitializeSecurityContext');
    expect(next?.thread).toBe(left?.thread);
    expect(next?.impersonating).toBe(false);
  });

  test('answer the look-ups of accounts too', async () => {
    configureThreads({ max: 1, queue: 0 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = acquire();
    await untilCalled('AcquireCredentialsHandle');
    await expect(lookupAccountSid('S-1-5-32-544')).rejects.toThrow(overloaded);
    provider.release('AcquireCredentialsHandle');
    closeAll([await acquiring]);
    expect((await lookupAccountSid('S-1-5-32-544')).type).toBe('alias');
  });
});

describe.skipIf(!providerInstalled)('configureThreads', () => {
  test('says what is set, and leaves what is not said', () => {
    expect(configureThreads()).toEqual(defaults);
    expect(configureThreads({ max: 3 })).toEqual({ ...defaults, max: 3 });
    expect(configureThreads({ queue: 0, idleMilliseconds: 5 })).toEqual({
      max: 3,
      queue: 0,
      idleMilliseconds: 5,
    });
    expect(configureThreads(defaults)).toEqual(defaults);
  });

  test.each([
    [
      { max: 0 },
      'ERR_OUT_OF_RANGE',
      '"options.max" is out of range. It must be >= 1 && <= 1024. Received 0',
    ],
    [{ max: 1025 }, 'ERR_OUT_OF_RANGE', '"options.max"'],
    [{ max: 1.5 }, 'ERR_OUT_OF_RANGE', '"options.max"'],
    [{ max: '4' }, 'ERR_INVALID_ARG_TYPE', '"options.max" property must be of type number'],
    [{ queue: -1 }, 'ERR_OUT_OF_RANGE', 'It must be >= 0 && <= 65536. Received -1'],
    [{ queue: 65_537 }, 'ERR_OUT_OF_RANGE', '"options.queue"'],
    [{ idleMilliseconds: -1 }, 'ERR_OUT_OF_RANGE', '>= 0 && <= 3600000'],
    [{ idleMilliseconds: 3_600_001 }, 'ERR_OUT_OF_RANGE', '"options.idleMilliseconds"'],
    [{ maxx: 4 }, 'ERR_INVALID_ARG_VALUE', "Did you mean 'max'?"],
    [null, 'ERR_INVALID_ARG_TYPE', '"options" argument must be a plain object'],
  ])('refuses %o', (options, code, message) => {
    expect(() => configureThreads(options as object)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
    expect(configureThreads()).toEqual(defaults);
  });
});
