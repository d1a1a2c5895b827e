import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type {
  Binding,
  NativeAcquired,
  NativeCredentials,
  NativeCredentialsRequest,
  NativeFailure,
} from '../../lib/addon/binding.js';
import { proves } from '../harness/proofs/proves.js';
import {
  checkProviderAfterEach,
  provider,
  providerInstalled,
  untilCalled,
} from '../harness/support/provider.js';

const path = '../../prebuilds/win32-x64/node.napi.node';
const binding: Binding = createRequire(import.meta.url)(path);

async function credentials(packageName = 'NTLM'): Promise<NativeCredentials> {
  const request = {
    package: packageName,
    use: 2,
    principal: undefined,
    identity: undefined,
    packageList: undefined,
  };
  const acquired = await new Promise<NativeAcquired | NativeFailure>((settle) => {
    expect(binding.acquireCredentials(request, settle)).toBeGreaterThan(0);
  });
  if (!('handle' in acquired)) throw new Error(`status ${acquired.status.toString(16)}`);
  return acquired.handle;
}

interface Words {
  operation: number;
  trailer?: number;
  padding?: number;
  offset?: number;
  /** Of the first entry: type, source, offset, length. */
  entry?: readonly number[];
}

/** Writes the words that a message function reads, in the order of native/call_frame.h. */
function writeFrame(
  { operation, trailer = 0, padding = 0, offset = 0, entry = [] }: Words,
  frame = binding.callFrame,
): void {
  frame.set([operation, 0, 0, 0, 0, trailer, padding, offset, 0, ...entry]);
}

// In the order of native/message_operations.cc.
const encryptMessage = 0;
const wrap = 5;
const unwrap = 6;
const sign = 7;
const verify = 8;

test('the addon exports exactly these names', () => {
  expect(Object.keys(binding).sort()).toEqual([
    'acquireCredentials',
    'acquireCredentialsAsClient',
    'addCredentials',
    'callFrame',
    'cancelCall',
    'closeContext',
    'closeCredentials',
    'configureThreads',
    'createContext',
    'enumerateSecurityPackages',
    'exportContext',
    'identity',
    'impersonate',
    'importContext',
    'isMemberOf',
    'lookupAccountName',
    'lookupAccountSid',
    'messageAsync',
    'messageFunction',
    'queryAttribute',
    'queryCredentialsCert',
    'queryCredentialsNames',
    'queryCredentialsSsiProvider',
    'querySecurityPackage',
    'setApplicationData',
    'setCreateError',
    'setKdcProxySettings',
    'setKeyingMaterialInfo',
    'step',
    'translateName',
  ]);
});

describe("an object that is not the addon's", () => {
  const forged = [
    undefined,
    null,
    0,
    'ffffffff',
    {},
    [],
    () => {},
    Buffer.alloc(8),
    Object.create(null),
  ];

  const ofContexts = [
    ...[
      'messageFunction',
      'messageAsync',
      'step',
      'exportContext',
      'closeContext',
      'queryAttribute',
    ],
    ...['setApplicationData', 'setKeyingMaterialInfo'],
    ...['identity', 'isMemberOf', 'impersonate', 'acquireCredentialsAsClient'],
  ] as (keyof Binding)[];
  const ofCredentials = [
    ...['createContext', 'addCredentials', 'setKdcProxySettings', 'closeCredentials'],
    ...['queryCredentialsNames', 'queryCredentialsSsiProvider', 'queryCredentialsCert'],
  ] as (keyof Binding)[];
  const wrongObject = expect.objectContaining({
    name: 'TypeError',
    code: 'ERR_INVALID_ARG_TYPE',
    message: expect.stringMatching(
      /^The "(context|credentials)" argument must be an object of this copy of winsspi, made in this environment\. Received /,
    ),
  });
  const refuses = (name: keyof Binding, value: unknown) =>
    expect(() => Reflect.apply(binding[name] as () => unknown, binding, [value]), name).toThrow(
      wrongObject,
    );

  test('is refused by every function, and the process lives', async () => {
    const own = await credentials();
    const context = binding.createContext(own, false, 'a/b', 0, undefined);
    for (const name of ofContexts) for (const value of [...forged, own]) refuses(name, value);
    for (const name of ofCredentials)
      for (const value of [...forged, context]) refuses(name, value);
  });

  test('is refused by all functions that take an object', () => {
    const others = [
      ...['acquireCredentials', 'enumerateSecurityPackages', 'querySecurityPackage', 'callFrame'],
      ...['cancelCall', 'configureThreads', 'setCreateError'],
      ...['importContext', 'lookupAccountName', 'lookupAccountSid', 'translateName'],
    ];
    expect([...ofContexts, ...ofCredentials, ...others].sort()).toEqual(
      Object.keys(binding).sort(),
    );
  });

  test('is not taken for credentials when it is a context', async () => {
    const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
    expect(() => binding.closeCredentials(context as unknown as NativeCredentials)).toThrow(
      TypeError,
    );
  });
});

test('closed objects are refused, and can be closed again', async () => {
  const closedContext = expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_CLOSED' });
  const closedCredentials = expect.objectContaining({ code: 'ERR_SSPI_CREDENTIALS_CLOSED' });
  const own = await credentials();
  const context = binding.createContext(own, false, 'a/b', 0, undefined);
  const message = binding.messageFunction(context);
  binding.closeContext(context);
  binding.closeContext(context);
  expect(() => binding.step(context, undefined, () => {})).toThrow(closedContext);
  expect(() => binding.identity(context, true, () => {})).toThrow(closedContext);
  expect(() => binding.queryAttribute(context, 0)).toThrow(closedContext);
  expect(() => message(null)).toThrow(closedContext);
  expect(() => binding.messageFunction(context)(null)).toThrow(closedContext);
  binding.closeCredentials(own);
  binding.closeCredentials(own);
  expect(() => binding.createContext(own, false, 'a/b', 0, undefined)).toThrow(closedCredentials);
  expect(() => binding.queryCredentialsNames(own)).toThrow(closedCredentials);
});

test('an attribute that the addon does not know is ERR_INVALID_ARG_VALUE', async () => {
  const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
  expect(() => binding.queryAttribute(context, 99)).toThrow(
    expect.objectContaining({ name: 'TypeError', code: 'ERR_INVALID_ARG_VALUE' }),
  );
});

test('a message function of a context without a Windows handle is SEC_E_INVALID_HANDLE', async () => {
  proves('SEC_E_INVALID_HANDLE', 'typed errors');
  const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
  writeFrame({ operation: encryptMessage, entry: [1] });
  expect(binding.messageFunction(context)(Buffer.from('x'))).toMatchObject({
    syscall: 'EncryptMessage',
    status: 0x80090301,
  });
  expect(binding.queryAttribute(context, 0)).toMatchObject({
    syscall: 'QueryContextAttributes',
    status: 0x80090301,
  });
});

describe('the function for the messages of a context', () => {
  const memory = () => Buffer.alloc(64);
  const shared = new Uint8Array(new SharedArrayBuffer(64));

  function frameWith(entry: readonly number[]): Uint32Array {
    const frame = new Uint32Array(binding.callFrame.length);
    writeFrame({ operation: encryptMessage, entry }, frame);
    return frame;
  }

  test.each<[string, Words, unknown[]]>([
    ['an operation that does not exist', { operation: 9 }, []],
    ['more buffers than the frame holds', { operation: encryptMessage }, Array(33).fill(null)],
    ['a buffer that is text', { operation: encryptMessage }, ['text']],
    [
      'a buffer that is a DataView',
      { operation: encryptMessage },
      [new DataView(new ArrayBuffer(8))],
    ],
    ['a buffer of other elements', { operation: encryptMessage }, [new Uint16Array(8)]],
    ['shared memory', { operation: encryptMessage }, [shared]],
    ['wrap of nothing', { operation: wrap }, []],
    ['wrap without a message', { operation: wrap }, [memory()]],
    ['wrap with more room than there is', { operation: wrap, trailer: 1 }, [memory(), memory()]],
    [
      'wrap with room that wraps around',
      { operation: wrap, trailer: 0xffffffff, padding: 0xffffffff },
      [memory(), memory()],
    ],
    ['wrap behind the memory', { operation: wrap, offset: 65 }, [memory(), Buffer.alloc(0)]],
    ['wrap too near its end', { operation: wrap, offset: 1 }, [memory(), memory()]],
    ['wrap of null', { operation: wrap }, [memory(), null]],
    ['wrap into null', { operation: wrap }, [null, memory()]],
    ['wrap into shared memory', { operation: wrap }, [shared, memory()]],
    ['unwrap into less memory', { operation: unwrap }, [Buffer.alloc(63), memory()]],
    ['unwrap of null', { operation: unwrap }, [memory(), null]],
    ['unwrap of shared memory', { operation: unwrap }, [memory(), shared]],
    ['sign without a message', { operation: sign }, [memory()]],
    ['sign of null', { operation: sign }, [memory(), null]],
    ['sign with more room than there is', { operation: sign, trailer: 65 }, [memory(), memory()]],
    ['verify without a signature', { operation: verify }, [memory(), memory()]],
    ['verify of null', { operation: verify }, [memory(), null, memory()]],
    ['verify against null', { operation: verify }, [memory(), memory(), null]],
    ['verify in less memory', { operation: verify }, [Buffer.alloc(63), memory(), memory()]],
  ])('gives undefined for %s, and has not done it', async (_, words, values) => {
    const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
    writeFrame(words);
    expect(Reflect.apply(binding.messageFunction(context), undefined, values)).toBe(undefined);
    expect(binding.callFrame[1]).toBe(0);
  });

  test.each<[string, unknown[]]>([
    ['a frame of another length', [new Uint32Array(8), memory(), 1]],
    ['a frame of other elements', [new Uint8Array(binding.callFrame.length * 4), memory(), 1]],
    ['memory that is shared', [new Uint32Array(binding.callFrame.length), shared, 1]],
    ['more parts than the frame holds', [new Uint32Array(binding.callFrame.length), memory(), 33]],
    ['no count', [new Uint32Array(binding.callFrame.length), memory()]],
    ['a part behind the memory', [frameWith([1, 0, 65, 0]), memory(), 1]],
    ['a part that is longer than the memory', [frameWith([1, 0, 1, 64]), memory(), 1]],
    ['a part that wraps around', [frameWith([1, 0, 2, 0xffffffff]), memory(), 1]],
  ])('is not called on a thread with %s', async (_, values) => {
    const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
    const settle = () => {};
    const call = () => Reflect.apply(binding.messageAsync, binding, [context, settle, ...values]);
    expect(call).toThrow(TypeError);
  });

  test('keeps its context alive, and nobody takes it away', async () => {
    const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
    const message = binding.messageFunction(context);
    expect(Object.getOwnPropertyDescriptor(message, 'context')).toEqual({
      value: context,
      writable: false,
      enumerable: false,
      configurable: false,
    });
  });
});

// What lib/ refuses by its own state, the addon refuses too.
describe.skipIf(!providerInstalled)('while a step runs', () => {
  checkProviderAfterEach();

  async function held() {
    const own = await credentials('TestScript');
    const context = binding.createContext(own, false, 'HTTP/a', 0, undefined);
    const message = binding.messageFunction(context);
    provider.hold('InitializeSecurityContext');
    const stepped = new Promise((settle) => binding.step(context, undefined, settle));
    await untilCalled('InitializeSecurityContext');
    return { own, context, message, stepped };
  }

  test('every other call of the context is ERR_SSPI_CONTEXT_BUSY', async () => {
    const { own, context, message, stepped } = await held();
    const ignore = () => {};
    const request = { package: 'TestScript', use: 2 } as NativeCredentialsRequest;
    const frame = new Uint32Array(binding.callFrame.length);
    const calls: [string, () => unknown][] = [
      ['step', () => binding.step(context, undefined, ignore)],
      ['exportContext', () => binding.exportContext(context, 0)],
      ['queryAttribute', () => binding.queryAttribute(context, 0)],
      ['setApplicationData', () => binding.setApplicationData(context, Buffer.alloc(1))],
      [
        'setKeyingMaterialInfo',
        () => binding.setKeyingMaterialInfo(context, { label: 'a', context: undefined, length: 1 }),
      ],
      ['identity', () => binding.identity(context, true, ignore)],
      ['isMemberOf', () => binding.isMemberOf(context, 'S-1-1-0', ignore)],
      [
        'acquireCredentialsAsClient',
        () => binding.acquireCredentialsAsClient(context, request, ignore),
      ],
      ['impersonate', () => binding.impersonate(context, ignore)],
      ['messageAsync', () => binding.messageAsync(context, ignore, frame, Buffer.alloc(64), 0)],
      ['message', () => message(Buffer.alloc(64))],
    ];
    const made = provider.calls().length;
    for (const [name, call] of calls) {
      expect(call, name).toThrow(expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_BUSY' }));
    }
    expect(provider.calls().length).toBe(made);
    provider.release('InitializeSecurityContext');
    await stepped;
    binding.closeContext(context);
    binding.closeCredentials(own);
  });

  test('the context can be closed', async () => {
    const { own, context, stepped } = await held();
    binding.closeContext(context);
    binding.closeCredentials(own);
    expect(() => binding.step(context, undefined, () => {})).toThrow(
      expect.objectContaining({ code: 'ERR_SSPI_CONTEXT_CLOSED' }),
    );
    provider.release('InitializeSecurityContext');
    await stepped;
  });
});
