import { stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { SCHANNEL_SHUTDOWN, SECBUFFER_TOKEN, type SecurityContext } from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import {
  errorOf,
  incomingMethods,
  isAsync,
  type MessageMethod,
  outgoingMethods,
} from '../../harness/support/message-methods.js';
import {
  callsOf,
  checkProviderAfterEach,
  provider,
  providerInstalled,
  providerPair,
  untilCalled,
} from '../../harness/support/provider.js';

// Asynchronous calls of one direction follow one another. Those of the other direction do not wait.

const busy = { code: 'ERR_SSPI_CONTEXT_BUSY' };
const closed = { code: 'ERR_SSPI_CONTEXT_CLOSED' };
const failed = { code: 'SEC_E_INTERNAL_ERROR' };
const SEC_E_OK = 0;
const SEC_E_INTERNAL_ERROR = 0x80090304;

const directions = [
  { direction: 'outgoing', own: outgoingMethods, others: incomingMethods },
  { direction: 'incoming', own: incomingMethods, others: outgoingMethods },
] as const;

/** What changes the whole context. */
const exclusive: Record<string, (context: SecurityContext) => unknown> = {
  export: (context) => context.export(),
  setAttribute: (context) => context.setAttribute('applicationData', Buffer.alloc(1)),
  applyControlToken: (context) =>
    context.applyControlToken([
      { type: SECBUFFER_TOKEN, data: new Uint8Array(new Uint32Array([SCHANNEL_SHUTDOWN]).buffer) },
    ]),
};

describe.skipIf(!providerInstalled).each(directions)(
  'the queue of $direction messages',
  ({ own, others }) => {
    checkProviderAfterEach();

    const asynchronous = own.filter(isAsync);
    const synchronous = (methods: readonly MessageMethod[]) =>
      methods.filter((method) => !isAsync(method));

    test.each(asynchronous)(
      'refuses each synchronous method of its direction during $name, and none of the other',
      async ({ syscall, call }) => {
        proves('one call in each direction');
        using pair = await providerPair('TestScript');
        provider.hold(syscall);
        const running = errorOf(() => call(pair.client));
        await untilCalled(syscall);
        for (const other of synchronous(others)) {
          provider.fail(other.syscall, SEC_E_INTERNAL_ERROR);
          expect([other.name, await errorOf(() => other.call(pair.client))]).toEqual([
            other.name,
            expect.objectContaining(failed),
          ]);
        }
        // A call that is not refused now would wait for the one that is held, with this thread.
        provider.release(syscall);
        const errors = synchronous(own).map(({ name, call: overtake }) => ({
          name,
          error: errorOf(() => overtake(pair.client)),
        }));
        for (const { name, error } of errors) {
          expect([name, await error]).toEqual([name, expect.objectContaining(busy)]);
        }
        await running;
        expect(callsOf(syscall).length).toBe(1);
      },
    );

    test.each(asynchronous)(
      'refuses what changes the whole context during $name',
      async (method) => {
        using pair = await providerPair('TestScript');
        provider.hold(method.syscall);
        const running = errorOf(() => method.call(pair.client));
        await untilCalled(method.syscall);
        for (const [name, call] of Object.entries(exclusive)) {
          expect([name, await errorOf(() => call(pair.client))]).toEqual([
            name,
            expect.objectContaining(busy),
          ]);
        }
        provider.release(method.syscall);
        await running;
      },
    );

    test.each(asynchronous)(
      'makes one call after the other: those of its siblings behind $name, though it fails',
      async ({ syscall, call }) => {
        using pair = await providerPair('TestScript');
        provider.hold(syscall);
        const methods = [...asynchronous, ...asynchronous, ...asynchronous];
        provider.fail(syscall, SEC_E_INTERNAL_ERROR);
        const first = errorOf(() => call(pair.client));
        await untilCalled(syscall);
        const rest = methods.map((method) => errorOf(() => method.call(pair.client)));
        // Those that wait take no thread of libuv's pool, which has four.
        await stat('.');
        provider.release(syscall);
        expect(await first).toMatchObject(failed);
        await Promise.all(rest);
        const made = callsOf(
          'EncryptMessage',
          'MakeSignature',
          'DecryptMessage',
          'VerifySignature',
        );
        expect(made.map((record) => record.function)).toEqual([
          syscall,
          ...methods.map((method) => method.syscall),
        ]);
      },
    );

    test.each(asynchronous)(
      'rejects $name when the context is closed while it runs, and while it waits',
      async ({ syscall, call }) => {
        using pair = await providerPair('TestScript');
        provider.hold(syscall);
        provider.fail(syscall, SEC_E_OK);
        const calls = [1, 2, 3].map(() => errorOf(() => call(pair.client)));
        await untilCalled(syscall);
        pair.client.close();
        provider.release(syscall);
        for (const error of await Promise.all(calls)) expect(error).toMatchObject(closed);
        expect(callsOf(syscall).length).toBe(1);
      },
    );
  },
);
