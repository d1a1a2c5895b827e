import { describe, expect, test } from 'vitest';
import { type CallOptions, SCHANNEL_SHUTDOWN, SECBUFFER_TOKEN, type ServerContext } from 'winsspi';
import type { Binding, NativeContext } from '../../../lib/addon/binding.js';
import { loadAddon, newNativeContext } from '../../harness/support/addon.js';
import {
  callsOf,
  checkProviderAfterEach,
  type ProviderFunction,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const busy = expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_BUSY' });

function applyControlToken(server: ServerContext): void {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(SCHANNEL_SHUTDOWN);
  server.applyControlToken([{ type: SECBUFFER_TOKEN, data }]);
}

/** The calls that use a context on another thread, and the function that each waits in. */
const lending: [
  string,
  ProviderFunction,
  (server: ServerContext, options: CallOptions) => Promise<unknown>,
][] = [
  ['identity()', 'QuerySecurityContextToken', (server, options) => server.identity(options)],
  [
    'isMemberOf()',
    'QuerySecurityContextToken',
    (server, options) => server.isMemberOf('S-1-1-0', options),
  ],
  [
    'acquireCredentials()',
    'AcquireCredentialsHandle',
    async (server, options) =>
      (await server.acquireCredentials({ package: 'TestScript', ...options })).close(),
  ],
];

/** The calls that change a context, and the function of each. */
const changing: [string, ProviderFunction, (server: ServerContext) => unknown][] = [
  ['step()', 'AcceptSecurityContext', (server) => server.step()],
  ['applyControlToken()', 'ApplyControlToken', applyControlToken],
  [
    'setAttribute()',
    'SetContextAttributes',
    (server) => server.setAttribute('applicationData', Buffer.alloc(1)),
  ],
  ['export()', 'ExportSecurityContext', (server) => server.export({ keep: true })],
];

/** A complete pair whose server has a step again. */
async function pairWithStep() {
  const pair = await providerPair('TestScript');
  applyControlToken(pair.server);
  return pair;
}

/** Makes a call as soon as the context is not busy. */
async function whenIdle(call: () => unknown): Promise<void> {
  for (;;) {
    try {
      await call();
      return;
    } catch (error) {
      expect(error).toEqual(busy);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe.skipIf(!providerInstalled)('while a context is used by', () => {
  checkProviderAfterEach();

  describe.each(lending)('%s', (_, held, lend) => {
    test.each(changing)('%s is refused, and may be made afterwards', async (_, name, change) => {
      using pair = await pairWithStep();
      const acquired = callsOf(held).length;
      provider.hold(held);
      const lent = lend(pair.server, {});
      await untilCalled(held, acquired + 1);
      const before = callsOf(name).length;
      await expect(async () => change(pair.server)).rejects.toThrow(busy);
      expect(callsOf(name).length).toBe(before);
      provider.release(held);
      await lent;
      await change(pair.server);
      expect(callsOf(name).length).toBe(before + 1);
    });

    test.each(changing)(
      '%s is refused until Windows returns, although the caller aborted the call',
      async (_, name, change) => {
        using pair = await pairWithStep();
        const acquired = callsOf(held).length;
        const controller = new AbortController();
        provider.hold(held);
        const lent = lend(pair.server, { signal: controller.signal });
        await untilCalled(held, acquired + 1);
        controller.abort();
        await expect(lent).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
        const before = callsOf(name).length;
        await expect(async () => change(pair.server)).rejects.toThrow(busy);
        expect(callsOf(held)[acquired]?.status).toBe(undefined);
        expect(callsOf(name).length).toBe(before);
        provider.release(held);
        await whenIdle(() => change(pair.server));
        expect(callsOf(name).length).toBe(before + 1);
      },
    );

    test('messages, attributes and the same call may be made', async () => {
      using pair = await pairWithStep();
      const acquired = callsOf(held).length;
      provider.hold(held);
      const lent = lend(pair.server, {});
      await untilCalled(held, acquired + 1);
      expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
      expect(pair.client.unwrap(await pair.server.wrapAsync(text)).message).toEqual(text);
      expect(pair.server.queryAttribute('packageInfo').name).toBe('TestScript');
      const again = lend(pair.server, {});
      await untilCalled(held, acquired + 2);
      expect(callsOf(held)[acquired]?.status).toBe(undefined);
      provider.release(held);
      await Promise.all([lent, again]);
    });

    test('close() may be made, and the Windows handle goes after the call', async () => {
      using pair = await pairWithStep();
      const acquired = callsOf(held).length;
      provider.hold(held);
      const lent = lend(pair.server, {});
      await untilCalled(held, acquired + 1);
      pair.server.close();
      expect(callsOf('DeleteSecurityContext')).toEqual([]);
      provider.release(held);
      await lent;
      expect(callsOf('DeleteSecurityContext').length).toBe(1);
    });
  });

  describe('the callback of impersonate()', () => {
    test.each(changing)('%s is refused, and may be made afterwards', async (_, name, change) => {
      using pair = await pairWithStep();
      const before = callsOf(name).length;
      let refused: Promise<unknown> | undefined;
      pair.server.impersonate(() => {
        refused = (async () => change(pair.server))();
        refused.catch(() => {});
      });
      await expect(refused).rejects.toThrow(busy);
      expect(callsOf(name).length).toBe(before);
      await change(pair.server);
      expect(callsOf(name).length).toBe(before + 1);
    });

    test('messages and attributes may be made', async () => {
      using pair = await providerPair('TestScript');
      pair.server.impersonate(() => {
        expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
        expect(pair.server.queryAttribute('packageInfo').name).toBe('TestScript');
      });
    });
  });

  describe('a step', () => {
    const others: [string, (server: ServerContext) => unknown][] = [
      ...lending.map(
        ([name, , call]) => [name, (server: ServerContext) => call(server, {})] as const,
      ),
      ...changing.map(([name, , call]) => [name, call] as const),
      ['impersonate()', (server: ServerContext) => server.impersonate(() => {})] as const,
      ['wrap()', (server: ServerContext) => server.wrap(text)] as const,
      ['wrapAsync()', (server: ServerContext) => server.wrapAsync(text)] as const,
      ['queryAttribute()', (server: ServerContext) => server.queryAttribute('sizes')] as const,
    ].map(([name, call]) => [name, call]);

    test.each(others)('%s is refused, and the step goes on', async (_, call) => {
      using pair = await pairWithStep();
      const before = callsOf('AcceptSecurityContext').length;
      provider.hold('AcceptSecurityContext');
      const step = pair.server.step();
      await untilCalled('AcceptSecurityContext', before + 1);
      const made = provider.calls().length;
      await expect(async () => call(pair.server)).rejects.toThrow(busy);
      expect(provider.calls().length).toBe(made);
      provider.release('AcceptSecurityContext');
      expect((await step).done).toBe(true);
    });
  });
});

// lib/ keeps its own record of steps, and asks the addon for nothing beside one.
describe.skipIf(!providerInstalled)('in the addon itself', () => {
  checkProviderAfterEach();
  const query = (addon: Binding, context: NativeContext) => addon.queryAttribute(context, 0);

  test('a query beside a step is refused', async () => {
    const addon = loadAddon();
    const context = await newNativeContext(addon);
    provider.hold('InitializeSecurityContext');
    const stepped = new Promise((settle) => {
      addon.step(context, undefined, settle);
    });
    await untilCalled('InitializeSecurityContext');
    expect(() => query(addon, context)).toThrow(busy);
    provider.release('InitializeSecurityContext');
    await stepped;
    addon.closeContext(context);
  });

  test('a context is free as soon as its step settles', async () => {
    const addon = loadAddon();
    const context = await newNativeContext(addon);
    const queried = new Promise((resolve, reject) => {
      addon.step(context, undefined, () => {
        try {
          resolve(query(addon, context));
        } catch (error) {
          reject(error);
        }
      });
    });
    await expect(queried).resolves.not.toBe(undefined);
    addon.closeContext(context);
  });
});
