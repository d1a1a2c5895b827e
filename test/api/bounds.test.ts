import { describe, expect, test } from 'vitest';
import { ClientContext, Credentials, configureThreads, SECBUFFER_EMPTY } from 'winsspi';
import {
  callsOf,
  checkProviderAfterEach,
  newProviderPair,
  type ProviderFunction,
  providerInstalled,
  providerPair,
} from '../harness/support/provider.js';

// Of each bound the last value that reaches the package, and the first that does not.

const data = { type: 1, data: Buffer.alloc(16) };
const empty = { type: SECBUFFER_EMPTY, data: null };
const token = { type: 2, data: Buffer.alloc(1024) };

async function setKeyingMaterialInfo(value: object): Promise<void> {
  using pair = await providerPair('TestStream');
  pair.client.setAttribute('keyingMaterialInfo', { label: 'a', length: 1, ...value });
}

async function encrypt(options: object, count = 2): Promise<void> {
  using pair = await providerPair('TestScript');
  pair.client.encryptMessage([data, token, ...Array(count - 2).fill(empty)], options);
}

const MOST_UINT32 = 0xffffffff;

const bounds: readonly [string, number, ProviderFunction, (value: number) => Promise<void>][] = [
  [
    'bytes of a token of a step',
    0x100000,
    'AcceptSecurityContext',
    async (length) => {
      using pair = await newProviderPair('TestScript');
      await pair.server.step(Buffer.alloc(length));
    },
  ],
  [
    'bytes of channel bindings',
    0xffff,
    'InitializeSecurityContext',
    async (length) => {
      using credentials = await Credentials.acquire({ package: 'TestScript' });
      const channelBindings = { applicationData: Buffer.alloc(length) };
      using client = new ClientContext(credentials, { targetName: 'HTTP/a', channelBindings });
      await client.step();
    },
  ],
  [
    'characters of a label of keying material',
    0xfffe,
    'SetContextAttributes',
    (length) => setKeyingMaterialInfo({ label: 'a'.repeat(length) }),
  ],
  [
    'bytes of a context of keying material',
    0xffff,
    'SetContextAttributes',
    (length) => setKeyingMaterialInfo({ context: Buffer.alloc(length) }),
  ],
  [
    'bytes of keying material',
    MOST_UINT32,
    'SetContextAttributes',
    (length) => setKeyingMaterialInfo({ length }),
  ],
  ['buffers of a message', 32, 'EncryptMessage', (count) => encrypt({}, count)],
  [
    'a sequence number',
    MOST_UINT32,
    'EncryptMessage',
    (value) => encrypt({ sequenceNumber: value }),
  ],
  ['a quality of protection', MOST_UINT32, 'EncryptMessage', (value) => encrypt({ qop: value })],
];

const codeOf = (call: Promise<void>): Promise<string> =>
  call.then(
    () => 'no error',
    (error) => String(error.code),
  );

describe.skipIf(!providerInstalled)('an upper bound', () => {
  checkProviderAfterEach();

  test.each(bounds)('of %s: %d reach the package', async (_, most, name, call) => {
    expect(await codeOf(call(most))).toMatch(/^(no error|SEC_E_\w+)$/);
    expect(callsOf(name)).toHaveLength(1);
  });

  test.each(bounds)('of %s: one more than %d does not', async (_, most, name, call) => {
    const error = await call(most + 1).catch((reason) => reason);
    expect(error).toMatchObject({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
    expect(callsOf(name)).toEqual([]);
  });

  // Wine 8 has no SetCredentialsAttributesW: no call reaches the package.
  test('of a KDC proxy: 32767 characters are within, and one more is not', async () => {
    using credentials = await Credentials.acquire({ package: 'TestScript' });
    const set = async (length: number) =>
      credentials.set('kdcProxySettings', { proxyServer: 'a'.repeat(length) });
    expect(await codeOf(set(0x7fff))).toMatch(/^(no error|SEC_E_UNSUPPORTED_FUNCTION)$/);
    expect(await codeOf(set(0x8000))).toBe('ERR_OUT_OF_RANGE');
  });

  const limits = [
    ['max', 1, 1024],
    ['queue', 0, 65_536],
    ['idleMilliseconds', 0, 3_600_000],
  ] as const;

  test.each(limits)('of configureThreads: %s is from %d to %d', (name, least, most) => {
    const before = configureThreads();
    try {
      for (const value of [least, most]) {
        expect(configureThreads({ [name]: value })).toEqual({ ...before, [name]: value });
      }
      for (const value of [least - 1, most + 1]) {
        expect(() => configureThreads({ [name]: value })).toThrow(
          `The value of "options.${name}" is out of range. It must be >= ${least} && <= ${most}. ` +
            `Received ${value}`,
        );
      }
    } finally {
      configureThreads(before);
    }
  });
});
