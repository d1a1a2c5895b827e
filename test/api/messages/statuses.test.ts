import { describe, expect, test } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_TOKEN,
  type SecBuffer,
  type SecurityContext,
  SspiError,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { isStatusSubject } from '../../harness/proofs/subjects.js';
import {
  decryptMethods,
  errorOf,
  outgoingMethods,
  unwrapMethods,
  verifyMethods,
} from '../../harness/support/message-methods.js';
import { outside } from '../../harness/support/misbehaviours.js';
import {
  callsOf,
  checkProviderAfterEach,
  dataAt,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');

const buffers = (): SecBuffer[] => [
  { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) },
  { type: SECBUFFER_DATA, data: Buffer.from(text) },
];

const functions = {
  EncryptMessage: (context: SecurityContext) => context.encryptMessage(buffers()),
  DecryptMessage: (context: SecurityContext) => context.decryptMessage(buffers()),
  MakeSignature: (context: SecurityContext) => context.makeSignature(buffers()),
  VerifySignature: (context: SecurityContext) => context.verifySignature(buffers()),
} as const;
type MessageFunction = keyof typeof functions;
const names = Object.keys(functions) as MessageFunction[];

// https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
const statuses = [
  ['SEC_E_BUFFER_TOO_SMALL', 0x80090321, 'BufferTooSmallError'],
  ['SEC_E_CONTEXT_EXPIRED', 0x80090317, 'ContextExpiredError'],
  ['SEC_E_CRYPTO_SYSTEM_INVALID', 0x80090337, 'CryptoSystemInvalidError'],
  ['SEC_E_INSUFFICIENT_MEMORY', 0x80090300, 'InsufficientMemoryError'],
  ['SEC_E_INVALID_HANDLE', 0x80090301, 'InvalidHandleError'],
  ['SEC_E_INVALID_TOKEN', 0x80090308, 'InvalidTokenError'],
  ['SEC_E_QOP_NOT_SUPPORTED', 0x8009030a, 'QopNotSupportedError'],
  // And of the pages of DecryptMessage and of what packages add.
  ['SEC_E_MESSAGE_ALTERED', 0x8009030f, 'MessageAlteredError'],
  ['SEC_E_OUT_OF_SEQUENCE', 0x80090310, 'OutOfSequenceError'],
  ['SEC_E_INCOMPLETE_MESSAGE', 0x80090318, 'IncompleteMessageError'],
  ['SEC_E_UNSUPPORTED_FUNCTION', 0x80090302, 'UnsupportedFunctionError'],
  ['0x8ABC1234', 0x8abc1234, 'SspiError'],
] as const;

describe.skipIf(!providerInstalled)('a status of a message function', () => {
  checkProviderAfterEach();

  test.each(names.flatMap((name) => statuses.map((status) => [name, ...status] as const)))(
    '%s: %s (%d) becomes %s, and the context goes on',
    async (name, code, status, className) => {
      if (isStatusSubject(code)) proves(code, 'typed errors');
      if (code.startsWith('0x')) proves('unnamed statuses');
      using pair = await providerPair('TestScript');
      provider.fail(name, status);
      let error: unknown;
      try {
        functions[name](pair.client);
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(SspiError);
      expect(error).toMatchObject({ name: className, code, status, syscall: name });
      expect(callsOf(name).map((call) => call.status)).toEqual([status]);
      expect(pair.server.unwrapDetached(pair.client.wrapDetached(text)).message).toEqual(text);
    },
  );

  test.each(['encryptMessageAsync', 'makeSignatureAsync'] as const)(
    '%s rejects with the typed error',
    async (method) => {
      using pair = await providerPair('TestScript');
      const name = method === 'encryptMessageAsync' ? 'EncryptMessage' : 'MakeSignature';
      provider.fail(name, 0x80090337);
      await expect(pair.client[method](buffers())).rejects.toThrow(
        expect.objectContaining({ name: 'CryptoSystemInvalidError', syscall: name }),
      );
    },
  );
});

// A success other than SEC_E_OK: nothing was protected, verified or decrypted.
describe.skipIf(!providerInstalled).each([
  ['SEC_I_CONTEXT_EXPIRED', 0x90317, 'ContextExpiredError'],
  ['SEC_I_RENEGOTIATE', 0x90321, 'SspiError'],
  ['SEC_I_CONTINUE_NEEDED', 0x90312, 'SspiError'],
])('the success %s', (code, status, className) => {
  checkProviderAfterEach();

  test.each([...outgoingMethods, ...unwrapMethods, ...verifyMethods])(
    'is an error of $name, and the context goes on',
    async ({ syscall, call }) => {
      proves('successes with a meaning');
      using pair = await providerPair('TestScript');
      provider.fail(syscall, status);
      const error = await errorOf(() => call(pair.client));
      expect(error).toBeInstanceOf(SspiError);
      expect(error).toMatchObject({ name: className, code, status, syscall });
      expect(callsOf(syscall).map((made) => made.status)).toEqual([status]);
      expect(pair.server.unwrap(pair.client.wrap(text)).message).toEqual(text);
    },
  );

  test.each(decryptMethods)('is the status that $name returns', async ({ call }) => {
    proves('DecryptMessage', 'successes with a meaning');
    using pair = await providerPair('TestScript');
    provider.fail('DecryptMessage', status);
    expect(await call(pair.client)).toMatchObject({ status: code, qop: 0 });
  });
});

describe.skipIf(!providerInstalled)('what a message function passes', () => {
  checkProviderAfterEach();

  test.each(names)('%s: types with their flag bits, lengths, sequence number', async (name) => {
    proves(name, 'sequence number', 'types and attribute bits');
    using pair = await providerPair('TestScript');
    provider.fail(name, 0x80090308);
    const all = [
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(80) },
      { type: 0x90000001, data: Buffer.alloc(3) },
      { type: SECBUFFER_EMPTY, data: null },
      { type: 0x0fffffff, data: Buffer.alloc(0) },
    ];
    const method = `${name[0]?.toLowerCase()}${name.slice(1)}` as 'encryptMessage';
    expect(() => pair.client[method](all, { sequenceNumber: 0xfffffffe })).toThrow(SspiError);
    const [call] = callsOf(name);
    expect(call?.buffers.map(({ type, length }) => [type, length])).toEqual([
      [SECBUFFER_TOKEN, 80],
      [0x90000001, 3],
      [SECBUFFER_EMPTY, 0],
      [0x0fffffff, 0],
    ]);
    expect(call?.sequenceNumber).toBe(0xfffffffe);
  });

  test.each(['encryptMessage', 'makeSignature'] as const)(
    '%s: the quality of protection',
    async (method) => {
      proves('wrap without encryption', 'sequence number');
      using pair = await providerPair('TestScript');
      expect(() => pair.client[method](buffers(), { qop: 0xdeadbeef })).toThrow(
        expect.objectContaining({ name: 'QopNotSupportedError' }),
      );
      expect(provider.calls().at(-1)).toMatchObject({ qop: 0xdeadbeef, sequenceNumber: 0 });
    },
  );

  test.each(names)('%s runs on the JavaScript thread', async (name) => {
    using pair = await providerPair('TestScript');
    provider.fail(name, 0x80090308);
    expect(() => functions[name](pair.client)).toThrow(SspiError);
    expect(callsOf(name)[0]?.thread).toBe(provider.thread());
  });

  test('a token with too little room is refused before the call', async () => {
    proves('short token buffer');
    using pair = await providerPair('TestScript');
    const rangeError = expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' });
    const short = (length: number) => [
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(length) },
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ];
    expect(() => pair.client.encryptMessage(short(75))).toThrow(rangeError);
    expect(() => pair.client.makeSignature(short(39))).toThrow(rangeError);
    await expect(pair.client.encryptMessageAsync(short(75))).rejects.toThrow(rangeError);
    await expect(pair.client.makeSignatureAsync(short(39))).rejects.toThrow(rangeError);
    expect(callsOf(...names)).toEqual([]);
    expect(dataAt(pair.client.makeSignature(short(40)), 0).length).toBe(28);
    expect(dataAt(pair.client.encryptMessage(short(76)), 0).length).toBe(60);
  });

  test('a message over the maximum is refused before the call, read-only buffers counted', async () => {
    proves('longest message');
    using pair = await providerPair('TestScript');
    const token = { type: SECBUFFER_TOKEN, data: Buffer.alloc(76) };
    const parts = (first: number, second: number) => [
      token,
      { type: 0x90000001, data: Buffer.alloc(first) },
      { type: SECBUFFER_DATA, data: Buffer.alloc(second) },
    ];
    expect(() => pair.client.encryptMessage(parts(1, 16384))).toThrow(
      expect.objectContaining({ name: 'RangeError', message: expect.stringContaining('16384') }),
    );
    expect(() => pair.client.wrapDetached(Buffer.alloc(16385))).toThrow(RangeError);
    expect(callsOf(...names)).toEqual([]);
    pair.client.encryptMessage(parts(1, 16383));
    expect(callsOf('EncryptMessage').length).toBe(1);
  });

  test('a package without STREAM_SIZES has no maximum', async () => {
    proves('longest message');
    using pair = await providerPair('TestKerberos');
    const message = Buffer.alloc(1 << 20, 'x');
    const opened = pair.server.unwrapDetached(pair.client.wrapDetached(message));
    expect(opened.message.equals(message)).toBe(true);
  });

  test('a failure of STREAM_SIZES other than "unsupported" is not taken for "no maximum"', async () => {
    using pair = await providerPair('TestScript');
    provider.fail('QueryContextAttributes', 0x80090300);
    expect(() => pair.client.encryptMessage(buffers())).toThrow(
      expect.objectContaining({ syscall: 'QueryContextAttributes' }),
    );
    expect(callsOf('EncryptMessage')).toEqual([]);
    expect(pair.client.encryptMessage(buffers())[0]?.data?.length).toBe(60);
  });
});

describe.skipIf(!providerInstalled)('what a package leaves in the buffers', () => {
  checkProviderAfterEach();

  const invalidBuffer = expect.objectContaining({ code: 'ERR_SSPI_INVALID_BUFFER' });
  const places = Object.entries(outside);

  test.each(places)('a DATA range %s is refused by encryptMessage', async (_, place) => {
    using pair = await providerPair('TestScript');
    // Alone in its memory: a neighbour within the same call would be the caller's too.
    const message = [buffers()[0] as SecBuffer, { type: SECBUFFER_DATA, data: Buffer.alloc(9000) }];
    provider.behave('outside', place);
    expect(() => pair.client.encryptMessage(message)).toThrow(invalidBuffer);
    provider.behave('outside', 0);
    // The package did seal that message: the next one has the number after it.
    const next = pair.client.wrapDetached(text);
    expect(next.token.readUInt32BE(12)).toBe(1);
  });

  test.each(places)('a DATA range %s is refused by decryptMessage', async (_, place) => {
    proves('ranges of a stream');
    using pair = await providerPair('TestScript');
    const sealed = [buffers()[0] as SecBuffer, { type: SECBUFFER_DATA, data: Buffer.alloc(9000) }];
    const message = pair.client.encryptMessage(sealed);
    provider.behave('outside', place);
    expect(() => pair.server.decryptMessage(message)).toThrow(invalidBuffer);
    provider.behave('outside', 0);
    expect(pair.server.unwrapDetached(pair.client.wrapDetached(text)).message).toEqual(text);
  });

  test.each(places)('a TOKEN %s is refused by wrapDetached and sign', async (_, place) => {
    using pair = await providerPair('TestScript');
    provider.behave('outside', place);
    provider.behave('outsideType', SECBUFFER_TOKEN);
    // In wrapDetached the message follows in the same memory: a token that reaches into it by one
    // byte of its 60 is still within the 76 that it had.
    const isWithin = place === outside['one byte past the end'];
    if (!isWithin) expect(() => pair.client.wrapDetached(text)).toThrow(invalidBuffer);
    if (!isWithin) expect(() => pair.client.sign(text)).toThrow(invalidBuffer);
    provider.behave('outside', 0);
    expect(pair.client.sign(text).length).toBe(28);
  });

  test.each([
    ['shorter', 20],
    ['longer', 200],
  ])('parts that overlap and are %s than the room of the token are refused', async (_, length) => {
    using pair = await providerPair('TestScript');
    const message = Buffer.alloc(length);
    const target = Buffer.alloc(message.length + pair.client.wrapOverhead);
    provider.behave('overlap', 1);
    expect(() => pair.client.wrap(message)).toThrow(invalidBuffer);
    expect(() => pair.client.wrapInto(target, message)).toThrow(invalidBuffer);
    await expect(pair.client.wrapAsync(message)).rejects.toThrow(invalidBuffer);
    provider.behave('overlap', 0);
    // The package did seal these: the next one has the number after them.
    expect(pair.client.wrapDetached(text).token.readUInt32BE(12)).toBe(3);
  });

  test('buffers that are filled to the end come back whole', async () => {
    proves('detached messages');
    using pair = await providerPair('TestScript');
    provider.behave('fullOutput', 1);
    const sealed = pair.client.wrapDetached(text);
    expect([sealed.token.length, sealed.message.length, sealed.padding.length]).toEqual([
      76,
      text.length,
      1,
    ]);
    expect(pair.client.sign(text).length).toBe(64);
  });
});
