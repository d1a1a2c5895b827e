import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ClientContext,
  type ContextAttributeName,
  Credentials,
  SCHANNEL_SHUTDOWN,
  SECBUFFER_CHANNEL_BINDINGS,
  SECBUFFER_TOKEN,
  ServerContext,
} from 'winsspi';
import { runModule } from '../harness/support/child.js';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderFunction,
  provider,
  providerInstalled,
  untilCalled,
} from '../harness/support/provider.js';
import { withContext } from '../harness/support/provider-child.js';

// Options, signals and arrays can run code of the caller's while they are read: getters, proxies,
// iterators, listeners. It must not run between a check and the call that the check is for.

const packageName = 'TestScript';
const bytes = () => new Uint8Array([1, 2, 3, 4]);

/** The objects that a call works on, and that the caller's code changes in the middle of it. */
interface Subjects {
  readonly credentials: Credentials;
  readonly client: ClientContext;
  readonly server: ServerContext;
}

async function subjects(): Promise<Subjects & Disposable> {
  const credentials = await Credentials.acquire({ package: packageName, use: 'both' });
  const client = new ClientContext(credentials, { targetName: 'HTTP/a' });
  const server = new ServerContext(credentials);
  const { token } = await client.step();
  await client.step((await server.step(token)).token);
  for (const context of [client, server]) {
    // A complete context then has a step.
    const shutdown = Buffer.from(new Uint32Array([SCHANNEL_SHUTDOWN]).buffer);
    context.applyControlToken([{ type: SECBUFFER_TOKEN, data: shutdown }]);
  }
  return {
    credentials,
    client,
    server,
    [Symbol.dispose]() {
      for (const subject of [client, server, credentials]) subject.close();
    },
  };
}

/** A signal that is not Node's own. What is enumerable is read before the call. */
const signal = () =>
  Object.defineProperties(
    { aborted: false, addEventListener() {} },
    { reason: { value: undefined }, removeEventListener: { value() {} } },
  );

/** A call with the options that it takes, and the function of the package that it ends in. */
interface Hostile {
  readonly name: string;
  readonly options: () => object;
  readonly call: (subjects: Subjects, options: never) => unknown;
  readonly function: ProviderFunction;
}

/** Calls that a closed context refuses, and one that is busy with a step. */
const ofContexts: Hostile[] = [
  {
    name: 'step',
    options: () => ({ signal: signal() }),
    call: ({ server }, options) => server.step(undefined, options),
    function: 'AcceptSecurityContext',
  },
  {
    name: 'identity',
    options: () => ({ signal: signal() }),
    call: ({ server }, options) => server.identity(options),
    function: 'QuerySecurityContextToken',
  },
  {
    name: 'isMemberOf',
    options: () => ({ signal: signal() }),
    call: ({ server }, options) => server.isMemberOf('S-1-1-0', options),
    function: 'QuerySecurityContextToken',
  },
  {
    name: 'acquireCredentials',
    options: () => ({
      package: packageName,
      use: 'both',
      principal: 'a',
      packageList: 'a',
      signal: signal(),
    }),
    call: ({ server }, options) => server.acquireCredentials(options),
    function: 'ImpersonateSecurityContext',
  },
  {
    name: 'setAttribute keyingMaterialInfo',
    options: () => ({ label: 'a', context: bytes(), length: 1 }),
    call: ({ server }, value) => server.setAttribute('keyingMaterialInfo', value),
    function: 'SetContextAttributes',
  },
  {
    name: 'export',
    options: () => ({ keep: true, reset: true }),
    call: ({ server }, options) => server.export(options),
    function: 'ExportSecurityContext',
  },
];

const contextOptions = () => ({
  flags: { integrity: true, delegate: false },
  requiredFlags: ['integrity', 'confidentiality'],
  channelBindings: { applicationData: bytes() },
});

/** Calls that closed credentials refuse. */
const ofCredentials: Hostile[] = [
  {
    name: 'new ClientContext',
    options: () => ({ targetName: 'HTTP/a', ...contextOptions() }),
    call: ({ credentials }, options) => new ClientContext(credentials, options),
    function: 'InitializeSecurityContext',
  },
  {
    name: 'new ServerContext',
    options: contextOptions,
    call: ({ credentials }, options) => new ServerContext(credentials, options),
    function: 'AcceptSecurityContext',
  },
  {
    name: 'add',
    options: () => ({
      package: packageName,
      use: 'both',
      principal: 'a',
      packageList: 'a',
      identity: { user: 'a', domain: 'b', password: 'c' },
      signal: signal(),
    }),
    call: ({ credentials }, options) => credentials.add(options),
    function: 'AddCredentials',
  },
  {
    name: 'add with a keytab',
    options: () => ({
      signal: signal(),
      package: packageName,
      identity: { keytab: bytes(), user: 'a', domain: 'b' },
    }),
    call: ({ credentials }, options) => credentials.add(options),
    function: 'AddCredentials',
  },
  {
    name: 'set',
    options: () => ({ proxyServer: 'a', force: true }),
    call: ({ credentials }, value) => credentials.set('kdcProxySettings', value),
    function: 'SetCredentialsAttributes',
  },
];

/** The ways to each property and element, at any depth; a function has a further one: its call. */
function paths(value: object, way: readonly string[] = []): string[][] {
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...way, key];
    if (typeof inner === 'function') return [here, [...here, CALL]];
    const isOpen = typeof inner === 'object' && inner !== null && !(inner instanceof Uint8Array);
    return isOpen ? [here, ...paths(inner, here)] : [here];
  });
}

const CALL = '()';

/** Replaces a property by a getter that runs code first, or a function by one that does. */
function ambush(options: object, way: readonly string[], code: () => void): void {
  const isCall = way.at(-1) === CALL;
  const keys = isCall ? way.slice(0, -1) : way;
  const last = keys.at(-1) as string;
  const owner = keys.slice(0, -1).reduce<object>((inner, key) => Reflect.get(inner, key), options);
  if (isCall) return void Reflect.set(owner, last, code);
  const value = Reflect.get(owner, last);
  Object.defineProperty(owner, last, {
    enumerable: true,
    get() {
      code();
      return value;
    },
  });
}

const cases = (list: readonly Hostile[]) =>
  list.flatMap((hostile) =>
    paths(hostile.options()).map((way) => [hostile.name, way.join('.'), hostile, way] as const),
  );

/** Takes the memory away from bytes, as postMessage() does. */
function detach(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer.byteLength > 0) structuredClone(bytes, { transfer: [buffer as ArrayBuffer] });
}

/** What a call comes to, whether it throws or rejects. */
async function failureOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
  return 'no failure';
}

describe.skipIf(!providerInstalled)('code of the caller that runs while arguments are read', () => {
  checkProviderAfterEach();

  test.each(cases(ofContexts))(
    '%s, in %s: a close of the context is ERR_SSPI_CONTEXT_CLOSED, and no call is made',
    async (_, __, hostile, way) => {
      using all = await subjects();
      const before = callsOf(hostile.function).length;
      const options = hostile.options();
      let ran = 0;
      ambush(options, way, () => {
        ran += 1;
        all.server.close();
      });
      const code = await failureOf(() => hostile.call(all, options as never));
      expect([ran > 0, code]).toEqual([true, 'ERR_SSPI_CONTEXT_CLOSED']);
      expect(callsOf(hostile.function).length).toBe(before);
    },
  );

  test.each(cases(ofContexts))(
    '%s, in %s: a step of the context is ERR_SSPI_CONTEXT_BUSY, and no call is made beside it',
    async (_, __, hostile, way) => {
      using all = await subjects();
      const before = callsOf(hostile.function).length;
      const options = hostile.options();
      provider.hold('AcceptSecurityContext');
      const steps: Promise<unknown>[] = [];
      ambush(options, way, () => {
        if (steps.length === 0) steps.push(all.server.step());
      });
      const code = await failureOf(() => hostile.call(all, options as never));
      if (steps.length > 0) await untilCalled('AcceptSecurityContext', 2);
      const calls = callsOf(hostile.function).length - before;
      provider.release('AcceptSecurityContext');
      const isStep = hostile.function === 'AcceptSecurityContext';
      expect([code, calls]).toEqual(['ERR_SSPI_CONTEXT_BUSY', isStep ? 1 : 0]);
      await Promise.all(steps);
    },
  );

  test.each(cases(ofCredentials))(
    '%s, in %s: a close of the credentials is ERR_SSPI_CREDENTIALS_CLOSED, and no call is made',
    async (_, __, hostile, way) => {
      using all = await subjects();
      const before = callsOf(hostile.function).length;
      const options = hostile.options();
      let ran = 0;
      ambush(options, way, () => {
        ran += 1;
        all.credentials.close();
      });
      const code = await failureOf(() => hostile.call(all, options as never));
      expect([ran > 0, code]).toEqual([true, 'ERR_SSPI_CREDENTIALS_CLOSED']);
      expect(callsOf(hostile.function).length).toBe(before);
    },
  );

  test.each(cases([...ofContexts, ...ofCredentials]))(
    '%s reads %s no more than once',
    async (_, __, hostile, way) => {
      using all = await subjects();
      const options = hostile.options();
      let reads = 0;
      ambush(options, way, () => {
        reads += 1;
      });
      const outcome = await Promise.resolve()
        .then(() => hostile.call(all, options as never))
        .catch(() => undefined);
      if (outcome instanceof Credentials || outcome instanceof ClientContext) outcome.close();
      if (outcome instanceof ServerContext) outcome.close();
      // Node's own addAbortListener() reads a signal again.
      const most = way[0] === 'signal' && way.length > 1 ? Number.POSITIVE_INFINITY : 1;
      expect(reads).toBeGreaterThan(0);
      expect(reads).toBeLessThanOrEqual(most);
    },
  );
});

describe.skipIf(!providerInstalled)('bytes that code of the caller takes away meanwhile', () => {
  checkProviderAfterEach();

  const bindingsOf = (name: ProviderFunction) =>
    callsOf(name)
      .at(-1)
      ?.buffers.find(({ type }) => type === SECBUFFER_CHANNEL_BINDINGS)?.bytes;

  test.each(cases(ofCredentials.filter(({ name }) => name.startsWith('new'))))(
    '%s, in %s: the channel bindings are those that were passed, or refused',
    async (_, __, hostile, way) => {
      using all = await subjects();
      const options = hostile.options() as ReturnType<typeof contextOptions>;
      const { applicationData } = options.channelBindings;
      ambush(options, way, () => detach(applicationData));
      let context: ClientContext | ServerContext;
      try {
        context = hostile.call(all, options as never) as ClientContext | ServerContext;
      } catch (error) {
        expect(error).toMatchObject({ code: 'ERR_SSPI_BUFFER_DETACHED' });
        return;
      }
      using _context = context;
      const token = context instanceof ServerContext ? Buffer.from('a') : undefined;
      await context.step(token).catch(() => {});
      expect(bindingsOf(hostile.function)?.subarray(32)).toEqual(Buffer.from(bytes()));
    },
  );

  test.each(cases(ofCredentials.filter(({ name }) => name === 'add with a keytab')))(
    '%s, in %s: the package gets the keytab that was passed, or none',
    async (_, __, hostile, way) => {
      using all = await subjects();
      const options = hostile.options() as { identity: { keytab: Uint8Array } };
      const { keytab } = options.identity;
      ambush(options, way, () => detach(keytab));
      const code = await failureOf(() => hostile.call(all, options as never));
      const lengths = callsOf('AddCredentials').map((call) => call.keytabLength);
      expect([code, lengths]).toEqual(
        code === 'no failure' ? ['no failure', [bytes().length]] : ['ERR_SSPI_BUFFER_DETACHED', []],
      );
      // It was neither wiped nor kept from the caller.
      expect(keytab.byteLength).toBe(0);
    },
  );

  test.each(cases(ofContexts.filter(({ name }) => name === 'step')))(
    '%s, in %s: the package gets the token that was passed',
    async (_, __, ___, way) => {
      using credentials = await Credentials.acquire({ package: packageName, use: 'both' });
      using client = new ClientContext(credentials, { targetName: 'HTTP/a' });
      using server = new ServerContext(credentials);
      const { token } = await client.step();
      const copy = Uint8Array.from(token as Buffer);
      const options = { signal: signal() };
      ambush(options, way, () => detach(copy));
      await server.step(copy, options as never);
      expect(callsOf('AcceptSecurityContext')[0]?.buffers[0]?.bytes).toEqual(token);
      expect(copy.byteLength).toBe(0);
    },
  );

  test('an exported context is imported as it was passed', async () => {
    using all = await subjects();
    const exported = Uint8Array.from(all.server.export({ keep: true }));
    const original = Buffer.from(exported);
    using imported = ServerContext.import(packageName, exported, {
      get requiredFlags() {
        detach(exported);
        return [];
      },
    });
    expect(imported.done).toBe(true);
    expect(callsOf('ImportSecurityContext')[0]?.buffers[0]?.bytes).toEqual(original);
  });
});

describe.skipIf(!providerInstalled)('values on Object.prototype', () => {
  checkProviderAfterEach();

  test.each([
    ['keytab', { user: 'alice', password: 'a password' }, bytes(), undefined],
    ['password', { user: 'alice', keytab: bytes() }, 'a password', bytes().length],
  ])('are no %s of an identity', async (name, identity, value, keytabLength) => {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true });
    let acquired: Promise<Credentials>;
    try {
      acquired = Credentials.acquire({ package: packageName, identity } as never);
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
    (await acquired).close();
    expect(callsOf('AcquireCredentialsHandle')[0]?.keytabLength).toBe(keytabLength);
  });

  test.each(['token', 'missing'])('are no %s of a failure', async (name) => {
    using credentials = await Credentials.acquire({ package: packageName, use: 'both' });
    using client = new ClientContext(credentials, { targetName: 'HTTP/a' });
    const planted = { value: bytes(), configurable: true, writable: true };
    Object.defineProperty(Object.prototype, name, planted);
    let read: unknown;
    try {
      provider.fail('InitializeSecurityContext', name === 'token' ? 0x8009030c : 0x80090318);
      read = await client.step().catch((error) => error[name]);
    } finally {
      Reflect.deleteProperty(Object.prototype, name);
    }
    expect(read).toBe(undefined);
  });
});

describe.skipIf(!providerInstalled)('a list of requirements', () => {
  checkProviderAfterEach();

  test('is read by its elements, not by its iterator', async () => {
    using credentials = await Credentials.acquire({ package: packageName, use: 'both' });
    const options = (list: unknown) => ({ targetName: 'HTTP/a', requiredFlags: list }) as never;
    const lenient = Object.assign(['delegate'], { [Symbol.iterator]: () => [].values() });
    using context = new ClientContext(credentials, options(lenient));
    using server = new ServerContext(credentials);
    const { token } = await context.step();
    await expect(context.step((await server.step(token)).token)).rejects.toMatchObject({
      code: 'ERR_SSPI_REQUIREMENT_NOT_MET',
    });
  });
});

const attributes: readonly ContextAttributeName[] = [
  ...(['names', 'lifespan', 'keyInfo', 'packageInfo', 'negotiationInfo', 'nativeNames'] as const),
  ...(['dceInfo', 'authority', 'accessToken', 'applicationProtocol', 'connectionInfo'] as const),
  ...(['cipherInfo', 'sizes', 'streamSizes'] as const),
];

// A property that is set, and not defined, runs a setter on the prototype.
describe.skipIf(!providerInstalled)('setters on the prototypes of objects and arrays', () => {
  const native = new URL('../../native/', import.meta.url);
  const definitions = readdirSync(native)
    .filter((name) => name.endsWith('.cc'))
    .flatMap((name) => [
      ...readFileSync(new URL(name, native), 'utf8').matchAll(/define\(object, "(\w+)"/g),
    ]);
  // Descriptors of properties inherit it: Node could define none.
  const names = new Set(definitions.map(([, name]) => name).filter((name) => name !== 'value'));

  test('see nothing of the results of the addon', async () => {
    expect(names.size).toBeGreaterThan(50);
    const child = await runModule(`
      import * as winsspi from ${JSON.stringify(new URL('../../dist/index.mjs', import.meta.url).href)};
      ${withContext}
      const seen = new Set();
      const watch = (prototype, name) =>
        Object.defineProperty(prototype, name, {
          __proto__: null,
          configurable: true,
          set(value) {
            const [, , caller = ''] = new Error().stack.split('\\n');
            if (!caller.includes('node:')) seen.add(name + caller);
            const configurable = true;
            Object.defineProperty(this, name, { __proto__: null, value, configurable });
          },
        });
      const serverCredentials = await Credentials.acquire({ package: 'TestScript', use: 'both' });
      const server = new winsspi.ServerContext(serverCredentials);
      for (const name of ${JSON.stringify([...names])}) watch(Object.prototype, name);
      for (const index of [0, 1]) watch(Array.prototype, index);

      await Credentials.acquire({ package: 'TestScript' });
      const { token } = await context.step();
      await context.step((await server.step(token)).token);
      await server.identity();
      server.impersonate(() => 1);
      for (const name of ${JSON.stringify(attributes)}) server.queryAttribute(name);
      for (const name of ['names', 'ssiProvider']) serverCredentials.query(name);
      winsspi.enumerateSecurityPackages();
      winsspi.querySecurityPackage('TestScript');
      configureThreads({});
      await winsspi.lookupAccountSid('S-1-5-18');
      winsspi.ServerContext.import('TestScript', server.export());
      for (const name of ${JSON.stringify([...names])}) delete Object.prototype[name];
      console.log(JSON.stringify({ seen: [...seen] }));
    `);
    expect(child).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(child.stdout)).toEqual({ seen: [] });
  });
});
