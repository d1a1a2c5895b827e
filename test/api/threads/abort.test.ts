import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type CallOptions,
  ClientContext,
  Credentials,
  configureThreads,
  lookupAccountName,
  lookupAccountSid,
  translateName,
} from 'winsspi';
import { loadAddon, newNativeContext } from '../../harness/support/addon.js';
import { handleCount } from '../../harness/support/handle-count.js';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  type ProviderFunction,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
  untilNothingIsAlive,
  untilReturned,
} from '../../harness/support/provider.js';

const packageName = 'TestScript';
const withCode = (code: string) => expect.objectContaining({ code });
const abortError = expect.objectContaining({ name: 'AbortError', code: 20 });

/** Every call that takes a signal, and the function that it waits in. */
const calls: [
  string,
  ProviderFunction,
  (pair: ProviderPair, options: CallOptions) => Promise<unknown>,
][] = [
  [
    'Credentials.acquire',
    'AcquireCredentialsHandle',
    (_, options) => Credentials.acquire({ package: packageName, ...options }),
  ],
  [
    'credentials.add',
    'AddCredentials',
    async (_, options) => {
      using credentials = await Credentials.acquire({ package: packageName });
      await credentials.add({ package: packageName, ...options });
    },
  ],
  [
    'server.acquireCredentials',
    'AcquireCredentialsHandle',
    ({ server }, options) => server.acquireCredentials({ package: packageName, ...options }),
  ],
  [
    'server.identity',
    'QuerySecurityContextToken',
    ({ server }, options) => server.identity(options),
  ],
  [
    'server.isMemberOf',
    'QuerySecurityContextToken',
    ({ server }, options) => server.isMemberOf('S-1-5-32-544', options),
  ],
];

/** Makes the threads be so many, which stay. */
async function startThreads(count: number): Promise<void> {
  configureThreads({ max: count, idleMilliseconds: 3_600_000 });
  provider.hold('AcquireCredentialsHandle');
  const before = callsOf('AcquireCredentialsHandle').length;
  const acquiring = Array.from({ length: count }, () =>
    Credentials.acquire({ package: packageName }),
  );
  await untilCalled('AcquireCredentialsHandle', before + count);
  provider.release('AcquireCredentialsHandle');
  for (const credentials of await Promise.all(acquiring)) credentials.close();
}

describe.skipIf(!providerInstalled)('an aborted signal', () => {
  checkProviderAfterEach();
  afterEach(() => {
    configureThreads({ max: 64, queue: 1024, idleMilliseconds: 10_000 });
  });

  test.each(calls)('ends %s that runs, and what it returns is released', async (_, name, call) => {
    using pair = await providerPair(packageName);
    const controller = new AbortController();
    provider.hold(name);
    const before = callsOf(name).length;
    // The other acquisition of the call for `add` does not wait.
    const pending = call(pair, { signal: controller.signal });
    await untilCalled(name, before + 1);
    expect(getEventListeners(controller.signal, 'abort').length).toBe(1);
    controller.abort();
    await expect(pending).rejects.toThrow(abortError);
    expect(callsOf(name)[before]?.status).toBe(undefined);
    expect(getEventListeners(controller.signal, 'abort').length).toBe(0);
    provider.release(name);
    // The context goes on: these calls only ask.
    expect(pair.server.unwrap(pair.client.wrap(Buffer.from('on')))).toMatchObject({
      message: Buffer.from('on'),
    });
    pair.client.close();
    pair.server.close();
    await untilNothingIsAlive();
  });

  test.each(calls)(
    'that is one before the call keeps %s from being made',
    async (_, name, call) => {
      using pair = await providerPair(packageName);
      const before = callsOf(name).length;
      const reason = new Error('too late');
      await expect(call(pair, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
      expect(callsOf(name).length).toBe(before);
    },
  );

  test('keeps a call that waits from being made', async () => {
    configureThreads({ max: 1 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Credentials.acquire({ package: packageName });
    await untilCalled('AcquireCredentialsHandle');
    const controller = new AbortController();
    const waiting = Array.from({ length: 10 }, (_, i) =>
      Credentials.acquire({
        package: packageName,
        principal: `p${i}`,
        ...(i % 2 === 0 && { signal: controller.signal }),
      }),
    );
    controller.abort();
    const settled = Promise.allSettled(waiting);
    await expect(waiting[8]).rejects.toThrow(abortError);
    provider.release('AcquireCredentialsHandle');
    (await acquiring).close();
    for (const result of await settled) {
      if (result.status === 'fulfilled') result.value.close();
      else expect(result.reason).toEqual(abortError);
    }
    const principals = callsOf('AcquireCredentialsHandle').map(({ principal }) => principal);
    expect(principals).toEqual([undefined, 'p1', 'p3', 'p5', 'p7', 'p9']);
  });

  test('makes room for another call where it kept one from being made', async () => {
    configureThreads({ max: 1, queue: 1 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = [Credentials.acquire({ package: packageName })];
    await untilCalled('AcquireCredentialsHandle');
    for (let i = 0; i < 50; i++) {
      const controller = new AbortController();
      const { signal } = controller;
      const aborted = Credentials.acquire({ package: packageName, signal });
      controller.abort();
      await expect(aborted).rejects.toThrow(abortError);
    }
    acquiring.push(Credentials.acquire({ package: packageName }));
    provider.release('AcquireCredentialsHandle');
    for (const credentials of await Promise.all(acquiring)) credentials.close();
    expect(callsOf('AcquireCredentialsHandle').length).toBe(2);
  });

  test('ends a step that runs, and the context with it when the step returns', async () => {
    using pair = await newProviderPair(packageName);
    const { token } = await pair.client.step();
    const { token: answer } = await pair.server.step(token);
    const controller = new AbortController();
    provider.hold('InitializeSecurityContext');
    const step = pair.client.step(answer, { signal: controller.signal });
    await untilCalled('InitializeSecurityContext', 2);
    const reason = new Error('the client has gone');
    controller.abort(reason);
    await expect(step).rejects.toBe(reason);
    expect(callsOf('DeleteSecurityContext')).toEqual([]);
    const closed = expect.objectContaining({
      code: 'ERR_SSPI_CONTEXT_CLOSED',
      message: 'The context was closed: a step of it was aborted',
      cause: reason,
    });
    await expect(pair.client.step(answer)).rejects.toThrow(closed);
    expect(() => pair.client.wrap(Buffer.from('x'))).toThrow(closed);
    expect(() => pair.client.queryAttribute('sizes')).toThrow(closed);
    expect(pair.client.done).toBe(false);
    provider.release('InitializeSecurityContext');
    // The thread of the step lets go of the context, and then of its credentials.
    const { thread } = await untilReturned('FreeCredentialsHandle');
    expect(thread).not.toBe(provider.thread());
    expect(callsOf('DeleteSecurityContext').map((call) => call.thread)).toEqual([thread]);
    pair.client.close();
    await expect(pair.client.step(answer)).rejects.toThrow('The context was closed');
  });

  test('ends the context of a step that waits, which the package never sees', async () => {
    using pair = await newProviderPair(packageName);
    configureThreads({ max: 1 });
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Credentials.acquire({ package: packageName });
    await untilCalled('AcquireCredentialsHandle', 3);
    const controller = new AbortController();
    const step = pair.client.step(undefined, { signal: controller.signal });
    controller.abort();
    await expect(step).rejects.toThrow(abortError);
    await expect(pair.client.step()).rejects.toThrow(withCode('ERR_SSPI_CONTEXT_CLOSED'));
    provider.release('AcquireCredentialsHandle');
    (await acquiring).close();
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
  });

  test('that is one before the step leaves the context as it was', async () => {
    using pair = await newProviderPair(packageName);
    const signal = AbortSignal.abort();
    await expect(pair.client.step(undefined, { signal })).rejects.toThrow(abortError);
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
    expect((await pair.client.step()).done).toBe(false);
  });

  test('after the end of a step changes nothing', async () => {
    using pair = await newProviderPair(packageName);
    const controller = new AbortController();
    const { signal } = controller;
    const { token } = await pair.client.step(undefined, { signal });
    expect(getEventListeners(signal, 'abort').length).toBe(0);
    controller.abort();
    expect((await pair.server.step(token)).done).toBe(true);
  });

  test('after close() still gives its own reason', async () => {
    using pair = await newProviderPair(packageName);
    const controller = new AbortController();
    provider.hold('InitializeSecurityContext');
    const step = pair.client.step(undefined, { signal: controller.signal });
    await untilCalled('InitializeSecurityContext');
    pair.client.close();
    controller.abort();
    await expect(step).rejects.toThrow(abortError);
    provider.release('InitializeSecurityContext');
    pair.server.close();
    await untilNothingIsAlive();
    expect(callsOf('DeleteSecurityContext').length).toBe(1);
  });

  test('that is a timeout gives a TimeoutError', async () => {
    provider.hold('AcquireCredentialsHandle');
    const signal = AbortSignal.timeout(1000);
    const acquired = Credentials.acquire({ package: packageName, signal });
    const ended = expect(acquired).rejects.toThrow(
      expect.objectContaining({ name: 'TimeoutError' }),
    );
    await untilCalled('AcquireCredentialsHandle');
    await ended;
    provider.release('AcquireCredentialsHandle');
    await untilNothingIsAlive();
  });

  test('of many calls ends all of them, and warns of nothing', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const controller = new AbortController();
    const { signal } = controller;
    provider.hold('AcquireCredentialsHandle');
    const acquiring = Array.from({ length: 200 }, () =>
      Credentials.acquire({ package: packageName, signal }),
    );
    await untilCalled('AcquireCredentialsHandle', 64);
    controller.abort();
    const results = await Promise.allSettled(acquiring);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['rejected']));
    provider.release('AcquireCredentialsHandle');
    await untilNothingIsAlive();
    expect(callsOf('AcquireCredentialsHandle').length).toBe(64);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });

  test('of ten thousand steps leaves nothing behind', { timeout: 120_000 }, async () => {
    using credentials = await Credentials.acquire({ package: packageName });
    const abortSteps = async (count: number) => {
      for (let i = 0; i < count; i++) {
        using context = new ClientContext(credentials, { targetName: 'HTTP/a' });
        const controller = new AbortController();
        const step = context.step(undefined, { signal: controller.signal });
        // Before a thread has it, while it runs, or when it has come back.
        for (let turn = 0; turn < i % 4; turn++) await setImmediate();
        controller.abort();
        await step.catch(() => {});
      }
    };
    // Threads have handles too: as many as there will be, before and after.
    await startThreads(8);
    await abortSteps(1000);
    const before = handleCount();
    await abortSteps(10_000);
    const after = handleCount();
    console.log(`${before} handles before 10,000 aborted steps, ${after} after`);
    expect(after - before).toBeLessThanOrEqual(8);
    credentials.close();
    await untilNothingIsAlive();
  });
});

describe.skipIf(!providerInstalled)('a signal', () => {
  checkProviderAfterEach();

  test.each([
    [null],
    [1],
    ['abort'],
    [{}],
    [{ aborted: false }],
    [() => {}],
    [new AbortController()],
  ])('%o is refused', async (signal) => {
    using pair = await newProviderPair(packageName);
    const wrong = expect.objectContaining({
      code: 'ERR_INVALID_ARG_TYPE',
      message: expect.stringContaining(
        '"options.signal" property must be an instance of AbortSignal',
      ),
    });
    const options = { signal } as CallOptions;
    await expect(pair.client.step(undefined, options)).rejects.toThrow(wrong);
    await expect(Credentials.acquire(options)).rejects.toThrow(wrong);
    await expect(lookupAccountSid('S-1-5-32-544', options)).rejects.toThrow(wrong);
    await expect(lookupAccountName('alice', options)).rejects.toThrow(wrong);
    await expect(
      translateName('alice', { from: 'samCompatible', to: 'canonical', ...options }),
    ).rejects.toThrow(wrong);
    expect(callsOf('InitializeSecurityContext')).toEqual([]);
  });

  test('undefined is none, and other options of a step are refused', async () => {
    using pair = await newProviderPair(packageName);
    await expect(pair.client.step(undefined, { sgnal: 1 } as CallOptions)).rejects.toThrow(
      "Did you mean 'signal'?",
    );
    expect((await pair.client.step(undefined, { signal: undefined })).done).toBe(false);
  });

  test('may come from another realm', async () => {
    const signal = runInNewContext(
      '({ aborted: true, reason: "gone", addEventListener() {}, removeEventListener() {} })',
    );
    await expect(lookupAccountSid('S-1-5-32-544', { signal })).rejects.toBe('gone');
  });
});

describe.skipIf(!providerInstalled)('the signal of a call that is refused', () => {
  checkProviderAfterEach();

  test('keeps no listener', async () => {
    using pair = await newProviderPair(packageName);
    const { signal } = new AbortController();
    provider.hold('InitializeSecurityContext');
    const step = pair.client.step();
    await untilCalled('InitializeSecurityContext');
    const busy = withCode('ERR_SSPI_CONTEXT_BUSY');
    await expect(pair.client.step(undefined, { signal })).rejects.toThrow(busy);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    provider.release('InitializeSecurityContext');
    await step;
  });
});

describe.skipIf(!providerInstalled)('what an aborted call made', () => {
  checkProviderAfterEach();

  // To release it may wait for the LSA.
  test('is released on its thread, and not on that of JavaScript', async () => {
    const controller = new AbortController();
    provider.hold('AcquireCredentialsHandle');
    const acquired = Credentials.acquire({ package: packageName, signal: controller.signal });
    const { thread } = await untilCalled('AcquireCredentialsHandle');
    controller.abort();
    await expect(acquired).rejects.toThrow(abortError);
    provider.release('AcquireCredentialsHandle');
    expect(await untilCalled('FreeCredentialsHandle')).toMatchObject({ thread });
    await untilNothingIsAlive();
  });
});

describe.skipIf(!providerInstalled)('in the addon itself', () => {
  checkProviderAfterEach();

  test('a call that was cancelled while it ran never settles', async () => {
    const addon = loadAddon();
    const cancelled = await newNativeContext(addon);
    const next = await newNativeContext(addon);
    let settled = 0;
    provider.hold('InitializeSecurityContext');
    const number = addon.step(cancelled, undefined, () => {
      settled += 1;
    });
    await untilCalled('InitializeSecurityContext');
    addon.cancelCall(number);
    provider.release('InitializeSecurityContext');
    await untilReturned('InitializeSecurityContext');
    // The results of both come the same way, one after the other.
    await new Promise((settle) => {
      addon.step(next, undefined, settle);
    });
    expect(settled).toBe(0);
    addon.closeContext(cancelled);
    addon.closeContext(next);
  });
});
