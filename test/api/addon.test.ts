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

// In the order of kOperations in native/message_wrap.cc, and the first that is not there.
const operations = {
  encryptMessage: 0,
  decryptMessage: 1,
  makeSignature: 2,
  verifySignature: 3,
  applyControlToken: 4,
  wrap: 5,
  wrapInto: 6,
  unwrap: 7,
  none: 8,
} as const;

interface Words {
  operation: keyof typeof operations;
  token?: number;
  padding?: number;
  offset?: number;
  type?: number;
}

/** The words that a message function reads, in the order of Layout in native/environment.h. */
function setLayout({ operation, token = 0, padding = 0, offset = 0, type = 0 }: Words): void {
  binding.layout.set([operations[operation], 0, 0, 0, 0, token, padding, offset, 0, type]);
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
  setLayout({ operation: 'encryptMessage', type: 1 });
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
    ['an operation that does not exist', { operation: 'none' }, []],
    ['more buffers than the layout holds', { operation: 'encryptMessage' }, Array(33).fill(null)],
    ['a buffer that is text', { operation: 'encryptMessage' }, ['text']],
    [
      'a buffer that is a DataView',
      { operation: 'encryptMessage' },
      [new DataView(new ArrayBuffer(8))],
    ],
    ['a buffer of other elements', { operation: 'encryptMessage' }, [new Uint16Array(8)]],
    ['shared memory', { operation: 'encryptMessage' }, [shared]],
    ['wrap of nothing', { operation: 'wrap' }, []],
    ['wrap without a message', { operation: 'wrap' }, [memory()]],
    ['wrap with more room than there is', { operation: 'wrap', token: 1 }, [memory(), memory()]],
    [
      'wrap with room that wraps around',
      { operation: 'wrap', token: 0xffffffff, padding: 0xffffffff },
      [memory(), memory()],
    ],
    ['wrap behind the memory', { operation: 'wrap', offset: 65 }, [memory(), Buffer.alloc(0)]],
    ['wrap too near its end', { operation: 'wrap', offset: 1 }, [memory(), memory()]],
    ['wrap of null', { operation: 'wrap' }, [memory(), null]],
    ['wrap into null', { operation: 'wrapInto' }, [null, memory()]],
    ['wrap into shared memory', { operation: 'wrapInto' }, [shared, memory()]],
    ['wrap into less memory', { operation: 'wrapInto', padding: 1 }, [memory(), memory()]],
    ['unwrap into less memory', { operation: 'unwrap' }, [Buffer.alloc(63), memory()]],
    ['unwrap of null', { operation: 'unwrap' }, [memory(), null]],
    ['unwrap of shared memory', { operation: 'unwrap' }, [memory(), shared]],
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
