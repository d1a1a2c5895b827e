import { describe, expect, test } from 'vitest';
import {
  type CallOptions,
  ClientContext,
  Credentials,
  lookupAccountName,
  lookupAccountSid,
  translateName,
} from 'winsspi';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderFunction,
  type ProviderPair,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
  untilNothingIsAlive,
} from '../../harness/support/provider.js';

const packageName = 'TestScript';
const failure = new Error('the signal fails');
const reason = new Error('the reason');

function fail(): never {
  throw failure;
}

/** What a call takes for a signal: these properties, over those of one that never aborts. */
function signalWith(properties: PropertyDescriptorMap): AbortSignal {
  const signal = { aborted: false, reason, addEventListener() {}, removeEventListener() {} };
  return Object.defineProperties(signal, properties) as unknown as AbortSignal;
}

/** A getter that gives one value after the other. */
function values(...list: (() => unknown)[]): PropertyDescriptor {
  return { get: () => (list.length > 1 ? list.shift() : list[0])?.() };
}

const never = () => false;
const already = () => true;

/** The outcome of a call does not depend on these. */
const harmless: [string, () => AbortSignal][] = [
  [
    'that cannot remove a listener',
    () => signalWith({ removeEventListener: { value: undefined } }),
  ],
  [
    'that throws when a listener is removed',
    () => signalWith({ removeEventListener: { value: fail } }),
  ],
  ['whose reason throws although it never aborts', () => signalWith({ reason: { get: fail } })],
  [
    'that calls the listener when it is removed',
    () => {
      let listener = () => {};
      return signalWith({
        addEventListener: { value: (_: string, added: () => void) => (listener = added) },
        removeEventListener: { value: () => listener() },
      });
    },
  ],
];

/** These keep a call from being made. */
const failing: [string, () => AbortSignal, Error][] = [
  [
    'that throws when a listener is added',
    () => signalWith({ addEventListener: { value: fail } }),
    failure,
  ],
  [
    'whose listeners are no function',
    () =>
      signalWith({
        addEventListener: values(
          () => fail,
          () => undefined,
        ),
      }),
    expect.any(TypeError),
  ],
  ['whose state throws at once', () => signalWith({ aborted: { get: fail } }), failure],
  ['whose state throws later', () => signalWith({ aborted: values(never, fail) }), failure],
  [
    'that aborts when a listener is added',
    () =>
      signalWith({ addEventListener: { value: (_: string, listener: () => void) => listener() } }),
    reason,
  ],
  [
    'that aborts so, and whose reason throws',
    () =>
      signalWith({
        addEventListener: { value: (_: string, listener: () => void) => listener() },
        reason: { get: fail },
      }),
    failure,
  ],
  [
    'that has aborted, and whose reason throws',
    () => signalWith({ aborted: { value: true }, reason: { get: fail } }),
    failure,
  ],
];

/** These abort a call that runs: `abort` does it, where the signal does not by itself. */
const aborting: [string, () => { signal: AbortSignal; abort?: () => void }, Error][] = [
  [
    'that aborts while the call is made',
    () => ({ signal: signalWith({ aborted: values(never, already) }) }),
    reason,
  ],
  ['that aborts again and again', () => aborter({}, 3), reason],
  ['that aborts, and whose reason throws', () => aborter({ reason: { get: fail } }), failure],
  [
    'that aborts, and throws when a listener is removed',
    () => aborter({ removeEventListener: { value: fail } }),
    reason,
  ],
  [
    'whose other listener stops the event',
    () => {
      const controller = new AbortController();
      const stop = (event: Event) => event.stopImmediatePropagation();
      controller.signal.addEventListener('abort', stop);
      return { signal: controller.signal, abort: () => controller.abort(reason) };
    },
    reason,
  ],
];

function aborter(properties: PropertyDescriptorMap, times = 1) {
  const listeners: (() => void)[] = [];
  const add = (_: string, listener: () => void) => listeners.push(listener);
  const signal = signalWith({ addEventListener: { value: add }, ...properties });
  const abort = () => {
    for (let i = 0; i < times; i++) for (const listener of listeners) listener();
  };
  return { signal, abort };
}

/** The calls that take a signal and can be made again, and the function that each waits in. */
const calls: [
  string,
  ProviderFunction,
  (pair: ProviderPair, options: CallOptions) => Promise<unknown>,
][] = [
  [
    'Credentials.acquire()',
    'AcquireCredentialsHandle',
    async (_, options) => (await Credentials.acquire({ package: packageName, ...options })).close(),
  ],
  [
    'credentials.add()',
    'AddCredentials',
    async (_, options) => {
      using credentials = await Credentials.acquire({ package: packageName });
      await credentials.add({ package: packageName, ...options });
    },
  ],
  [
    'server.acquireCredentials()',
    'AcquireCredentialsHandle',
    async ({ server }, options) =>
      (await server.acquireCredentials({ package: packageName, ...options })).close(),
  ],
  [
    'server.identity()',
    'QuerySecurityContextToken',
    ({ server }, options) => server.identity(options),
  ],
  [
    'server.isMemberOf()',
    'QuerySecurityContextToken',
    ({ server }, options) => server.isMemberOf('S-1-5-32-544', options),
  ],
];

const step: (typeof calls)[number] = [
  'context.step()',
  'InitializeSecurityContext',
  async (_, options) => {
    using credentials = await Credentials.acquire({ package: packageName });
    using context = new ClientContext(credentials, { targetName: 'HTTP/a' });
    await context.step(undefined, options);
  },
];

/** Those in which the provider has no part. */
const lookUps: [string, (options: CallOptions) => Promise<unknown>][] = [
  ['lookupAccountSid()', (options) => lookupAccountSid('S-1-5-32-544', options)],
  ['lookupAccountName()', (options) => lookupAccountName('Administrators', options)],
  [
    'translateName()',
    (options) => translateName('a\\b', { from: 'samCompatible', to: 'canonical', ...options }),
  ],
];

/** What came of a call: translateName() fails where no domain controller can be asked. */
const outcome = (call: Promise<unknown>) => call.catch((error) => error.code);

describe.skipIf(!providerInstalled)('with a signal', () => {
  checkProviderAfterEach();

  describe.each([...calls, step])('%s', (_, name, call) => {
    test.each(harmless)('%s gives its result, and so does the next one', async (_, make) => {
      using pair = await providerPair(packageName);
      const before = callsOf(name).length;
      await call(pair, { signal: make() });
      const made = callsOf(name).length - before;
      await call(pair, {});
      expect(made).toBeGreaterThan(0);
      expect(callsOf(name).length).toBe(before + 2 * made);
    });

    test.each(failing)('%s is not made, and the next one is', async (_, make, error) => {
      using pair = await providerPair(packageName);
      // The call for `add` acquires credentials first, without the signal.
      const before = callsOf(name).length;
      await expect(call(pair, { signal: make() })).rejects.toThrow(error);
      expect(callsOf(name).length).toBe(before);
      await call(pair, {});
      expect(callsOf(name).length).toBeGreaterThan(before);
    });

    test.each(aborting)('%s rejects, and what it returns is released', async (_, make, error) => {
      using pair = await providerPair(packageName);
      const before = callsOf(name).length;
      const { signal, abort } = make();
      provider.hold(name);
      const pending = call(pair, { signal });
      if (abort) untilCalled(name, before + 1).then(abort);
      await expect(pending).rejects.toThrow(error);
      if (abort) expect(callsOf(name).length).toBe(before + 1);
      provider.release(name);
      pair.client.close();
      pair.server.close();
      await untilNothingIsAlive();
    });
  });

  describe.each(lookUps)('%s', (_, call) => {
    test.each(harmless)('%s gives its result', async (_, make) => {
      const expected = await outcome(call({}));
      expect(await outcome(call({ signal: make() }))).toEqual(expected);
    });

    test.each(failing)('%s rejects with what the signal gives', async (_, make, error) => {
      await expect(call({ signal: make() })).rejects.toThrow(error);
    });
  });

  test.each(failing)('%s, a step leaves its context as it was', async (_, make, error) => {
    using credentials = await Credentials.acquire({ package: packageName });
    using context = new ClientContext(credentials, { targetName: 'HTTP/a' });
    await expect(context.step(undefined, { signal: make() })).rejects.toThrow(error);
    const { status } = await context.step();
    expect(status).toBe('SEC_I_CONTINUE_NEEDED');
    expect(callsOf('InitializeSecurityContext').length).toBe(1);
  });
});
