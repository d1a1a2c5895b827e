import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type {
  Binding,
  NativeAcquired,
  NativeCredentials,
  NativeFailure,
} from '../../lib/addon/binding.js';

import { proves } from '../harness/proofs/proves.js';
import { runModule } from '../harness/support/child.js';

const path = '../../prebuilds/win32-x64/node.napi.node';
const binding: Binding = createRequire(import.meta.url)(path);

async function credentials(): Promise<NativeCredentials> {
  const request = {
    package: 'NTLM',
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
  token?: number;
  padding?: number;
  offset?: number;
  type?: number;
}

/** The words that a message function reads, in the order of Layout in native/environment.h. */
function setLayout({ operation, token = 0, padding = 0, offset = 0, type = 0 }: Words): void {
  binding.layout.set([operation, 0, 0, 0, 0, token, padding, offset, 0, type]);
}

test('the addon exports exactly these names', () => {
  expect(Object.keys(binding).sort()).toEqual([
    'acquireCredentials',
    'acquireCredentialsAsClient',
    'addCredentials',
    'cancelCall',
    'closeContext',
    'closeCredentials',
    'configureThreads',
    'createContext',
    'decryptMessageAsync',
    'encryptMessageAsync',
    'enumerateSecurityPackages',
    'exportContext',
    'identity',
    'impersonate',
    'importContext',
    'isMemberOf',
    'layout',
    'lookupAccountName',
    'lookupAccountSid',
    'makeSignatureAsync',
    'messageFunction',
    'queryAttribute',
    'queryCredentialsCert',
    'queryCredentialsNames',
    'queryCredentialsSsiProvider',
    'querySecurityPackage',
    'setApplicationData',
    'setKdcProxySettings',
    'setKeyingMaterialInfo',
    'step',
    'translateName',
    'unwrapAsync',
    'verifySignatureAsync',
    'wrapAsync',
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
      'wrapAsync',
      'unwrapAsync',
      'encryptMessageAsync',
      'decryptMessageAsync',
      'makeSignatureAsync',
      'verifySignatureAsync',
    ],
    ...['messageFunction', 'step', 'exportContext', 'closeContext', 'queryAttribute'],
    ...['setApplicationData', 'setKeyingMaterialInfo'],
    ...['identity', 'isMemberOf', 'impersonate', 'acquireCredentialsAsClient'],
  ] as (keyof Binding)[];
  const ofCredentials = [
    ...['createContext', 'addCredentials', 'setKdcProxySettings', 'closeCredentials'],
    ...['queryCredentialsNames', 'queryCredentialsSsiProvider', 'queryCredentialsCert'],
  ] as (keyof Binding)[];
  const refuses = (name: keyof Binding, value: unknown) =>
    expect(() => Reflect.apply(binding[name] as () => unknown, binding, [value]), name).toThrow(
      TypeError,
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
      ...['acquireCredentials', 'enumerateSecurityPackages', 'querySecurityPackage', 'layout'],
      ...['cancelCall', 'configureThreads'],
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
  const own = await credentials();
  const context = binding.createContext(own, false, 'a/b', 0, undefined);
  const message = binding.messageFunction(context);
  binding.closeContext(context);
  binding.closeContext(context);
  expect(() => binding.step(context, undefined, () => {})).toThrow('the object was closed');
  expect(() => message(null)).toThrow('the object was closed');
  expect(() => binding.messageFunction(context)(null)).toThrow('the object was closed');
  binding.closeCredentials(own);
  binding.closeCredentials(own);
  expect(() => binding.createContext(own, false, 'a/b', 0, undefined)).toThrow(
    'the object was closed',
  );
});

test('a message function of a context without a Windows handle is SEC_E_INVALID_HANDLE', async () => {
  proves('SEC_E_INVALID_HANDLE', 'typed errors');
  const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
  setLayout({ operation: 0, type: 1 });
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

  test.each<[string, Words, unknown[]]>([
    ['an operation that does not exist', { operation: 9 }, []],
    ['more buffers than the layout holds', { operation: 0 }, Array(33).fill(null)],
    ['a buffer that is text', { operation: 0 }, ['text']],
    ['a buffer that is a DataView', { operation: 0 }, [new DataView(new ArrayBuffer(8))]],
    ['a buffer of other elements', { operation: 0 }, [new Uint16Array(8)]],
    ['shared memory', { operation: 0 }, [shared]],
    ['wrap of nothing', { operation: 5 }, []],
    ['wrap without a message', { operation: 5 }, [memory()]],
    ['wrap with more room than there is', { operation: 5, token: 1 }, [memory(), memory()]],
    [
      'wrap with room that wraps around',
      { operation: 5, token: 0xffffffff, padding: 0xffffffff },
      [memory(), memory()],
    ],
    ['wrap behind the memory', { operation: 5, offset: 65 }, [memory(), Buffer.alloc(0)]],
    ['wrap too near its end', { operation: 5, offset: 1 }, [memory(), memory()]],
    ['wrap of null', { operation: 5 }, [memory(), null]],
    ['wrap into null', { operation: 6 }, [null, memory()]],
    ['wrap into shared memory', { operation: 6 }, [shared, memory()]],
    ['wrap into less memory', { operation: 6, padding: 1 }, [memory(), memory()]],
    ['unwrap into less memory', { operation: 7 }, [Buffer.alloc(63), memory()]],
    ['unwrap of null', { operation: 7 }, [memory(), null]],
    ['unwrap of shared memory', { operation: 7 }, [memory(), shared]],
  ])('gives undefined for %s, and has not done it', async (_, words, values) => {
    const context = binding.createContext(await credentials(), false, 'a/b', 0, undefined);
    setLayout(words);
    expect(Reflect.apply(binding.messageFunction(context), undefined, values)).toBe(undefined);
    expect(binding.layout[1]).toBe(0);
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

test('the addon loads in a node.exe that has another name, as in Electron', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'winsspi-'));
  const program = join(folder, 'electron.exe');
  copyFileSync(process.execPath, program);
  const ended = await runModule(
    `import { isSupported } from 'winsspi'; console.log(isSupported, process.execPath.endsWith('electron.exe'));`,
    { program },
  );
  rmSync(folder, { recursive: true, maxRetries: 10 });
  expect(ended).toEqual({ code: 0, stdout: 'true true\n', stderr: '' });
});
