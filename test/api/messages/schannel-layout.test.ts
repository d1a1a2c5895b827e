import { describe, expect, test } from 'vitest';
import {
  IncompleteMessageError,
  ISC_REQ_CONFIDENTIALITY,
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_EXTRA,
  SECBUFFER_STREAM_HEADER,
  SECBUFFER_STREAM_TRAILER,
  SECQOP_WRAP_OOB_DATA,
  type SecurityContext,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import {
  callsOf,
  checkProviderAfterEach,
  dataAt,
  newProviderPair,
  provider,
  providerInstalled,
  providerPair,
} from '../../harness/support/provider.js';

const text = Buffer.from('the text of the message');
const HEADER = 5;
const TRAILER = 64;

const layout = (header: Uint8Array, message: Uint8Array, trailer: Uint8Array) => [
  { type: SECBUFFER_STREAM_HEADER, data: header },
  { type: SECBUFFER_DATA, data: message },
  { type: SECBUFFER_STREAM_TRAILER, data: trailer },
  { type: SECBUFFER_EMPTY, data: null },
];

/** A sealed record. */
function record(context: SecurityContext, message: Uint8Array = text, qop = 0): Buffer {
  const sealed = context.encryptMessage(
    layout(Buffer.alloc(HEADER), Buffer.from(message), Buffer.alloc(TRAILER)),
    { qop },
  );
  return Buffer.concat([dataAt(sealed, 0), dataAt(sealed, 1), dataAt(sealed, 2)]);
}

function open(context: SecurityContext, memory: Uint8Array) {
  const empty = { type: SECBUFFER_EMPTY, data: null };
  return context.decryptMessage([{ type: SECBUFFER_DATA, data: memory }, empty, empty, empty]);
}

describe.skipIf(!providerInstalled)("a package of Schannel's shape", () => {
  checkProviderAfterEach();

  test('tells the sizes of its stream', async () => {
    proves('SECPKG_ATTR_STREAM_SIZES');
    using pair = await providerPair('TestStream');
    expect(pair.client.queryAttribute('streamSizes')).toEqual({
      header: 5,
      trailer: 64,
      maximumMessage: 16384,
      buffers: 4,
      blockSize: 1,
    });
  });

  test('grants confidentiality alone, by which messages are encrypted and decrypted', async () => {
    provider.behave('flags', ISC_REQ_CONFIDENTIALITY);
    using pair = await providerPair('TestStream');
    expect(pair.client.flags).toMatchObject({ confidentiality: true, integrity: false });
    const opened = open(pair.server, record(pair.client));
    expect(dataAt(opened.buffers, 1)).toEqual(text);
  });

  test('encryptMessage fills header and trailer, which shrinks', async () => {
    proves(
      'EncryptMessage',
      'SECBUFFER_STREAM_HEADER',
      'SECBUFFER_STREAM_TRAILER',
      'layouts of a message',
    );
    using pair = await providerPair('TestStream');
    const message = Buffer.from(text);
    const sealed = pair.client.encryptMessage(
      layout(Buffer.alloc(HEADER), message, Buffer.alloc(TRAILER)),
    );
    expect(sealed.map(({ type, data }) => [type, data?.length])).toEqual([
      [SECBUFFER_STREAM_HEADER, 5],
      [SECBUFFER_DATA, text.length],
      [SECBUFFER_STREAM_TRAILER, 16],
      [SECBUFFER_EMPTY, undefined],
    ]);
    expect(dataAt(sealed, 0)).toEqual(Buffer.from([0x17, 3, 3, 0, text.length + 16]));
    expect(sealed[1]?.data).toBe(message);
    expect(message.equals(text)).toBe(false);
  });

  test('decryptMessage turns DATA and EMPTY into views of one record and what follows it', async () => {
    proves(
      'DecryptMessage',
      'SECBUFFER_EMPTY',
      'SECBUFFER_EXTRA',
      'SECBUFFER_STREAM_HEADER',
      'SECBUFFER_STREAM_TRAILER',
      'layouts of a message',
      'stream records',
    );
    using pair = await providerPair('TestStream');
    const [first, second] = [record(pair.client), record(pair.client, Buffer.from('second'))];
    const memory = Buffer.concat([first, second]);
    const { status, qop, buffers } = open(pair.server, memory);
    expect({ status, qop }).toEqual({ status: 'SEC_E_OK', qop: 0 });
    const places = buffers.map(({ type, data }) => [
      type,
      data && data.byteOffset - memory.byteOffset,
      data?.length,
    ]);
    expect(places).toEqual([
      [SECBUFFER_STREAM_HEADER, 0, 5],
      [SECBUFFER_DATA, 5, text.length],
      [SECBUFFER_STREAM_TRAILER, 5 + text.length, 16],
      [SECBUFFER_EXTRA, first.length, second.length],
    ]);
    for (const { data } of buffers) expect(data?.buffer).toBe(memory.buffer);
    expect(dataAt(buffers, 1)).toEqual(text);
    const rest = open(pair.server, dataAt(buffers, 3));
    expect(dataAt(rest.buffers, 1).toString()).toBe('second');
    expect(rest.buffers[3]).toEqual({ type: SECBUFFER_EMPTY, data: null });
  });

  test.each([
    [0, 5],
    [1, 4],
    [4, 1],
    [5, text.length + 16],
    [20, text.length + 1],
    [text.length + 20, 1],
  ])(
    'with %d bytes of a record IncompleteMessageError says %d are missing',
    async (length, missing) => {
      proves('SECBUFFER_MISSING', 'stream records');
      using pair = await providerPair('TestStream');
      const sealed = record(pair.client);
      const part = Buffer.from(sealed.subarray(0, length));
      let error: unknown;
      try {
        open(pair.server, part);
      } catch (caught) {
        error = caught;
      }
      expect(error).toBeInstanceOf(IncompleteMessageError);
      expect(error).toMatchObject({
        code: 'SEC_E_INCOMPLETE_MESSAGE',
        syscall: 'DecryptMessage',
        missing,
      });
      expect(dataAt(open(pair.server, sealed).buffers, 1)).toEqual(text);
    },
  );

  test('without room for MISSING the error does not say how much', async () => {
    using pair = await providerPair('TestStream');
    const data = { type: SECBUFFER_DATA, data: Buffer.alloc(4) };
    const buffers = [data, { ...data }, { ...data }, { ...data }];
    expect(() => pair.server.decryptMessage(buffers)).toThrow(
      expect.objectContaining({ name: 'IncompleteMessageError', missing: undefined }),
    );
  });

  test('a close notify is a status of decryptMessage', async () => {
    proves('successes with a meaning');
    using pair = await providerPair('TestStream');
    const alert = record(pair.client, Buffer.from([1, 0]), SECQOP_WRAP_OOB_DATA);
    expect(alert[0]).toBe(0x15);
    const { status, buffers } = open(pair.server, alert);
    expect(status).toBe('SEC_I_CONTEXT_EXPIRED');
    expect(dataAt(buffers, 1)).toEqual(Buffer.from([1, 0]));
  });

  test('a request to renegotiate is a status of decryptMessage', async () => {
    proves('successes with a meaning');
    using pair = await providerPair('TestStream');
    provider.behave('recordType', 0x16);
    expect(open(pair.server, record(pair.client)).status).toBe('SEC_I_RENEGOTIATE');
  });

  test('a message as long as cbMaximumMessage is sealed, a longer one is refused before the call', async () => {
    proves('longest message');
    using pair = await providerPair('TestStream');
    const longest = Buffer.alloc(16384, 'x');
    expect(dataAt(open(pair.server, record(pair.client, longest)).buffers, 1)).toEqual(longest);
    const before = callsOf('EncryptMessage').length;
    expect(() => record(pair.client, Buffer.alloc(16385))).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: expect.stringContaining('16384'),
      }),
    );
    expect(callsOf('EncryptMessage').length).toBe(before);
  });

  test.each([
    ['header', HEADER - 1, TRAILER],
    ['trailer', HEADER, TRAILER - 1],
  ])('a %s that is too small is refused before the call', async (_, header, trailer) => {
    using pair = await providerPair('TestStream');
    expect(() =>
      pair.client.encryptMessage(layout(Buffer.alloc(header), text, Buffer.alloc(trailer))),
    ).toThrow(expect.objectContaining({ name: 'RangeError', code: 'ERR_OUT_OF_RANGE' }));
    expect(callsOf('EncryptMessage')).toEqual([]);
  });

  test('signatures are not supported', async () => {
    using pair = await providerPair('TestStream');
    expect(() => pair.client.sign(text)).toThrow(
      expect.objectContaining({ name: 'UnsupportedFunctionError', syscall: 'MakeSignature' }),
    );
  });

  test('a handshake token that is cut short can be given again in full', async () => {
    using pair = await newProviderPair('TestStream');
    const { token } = await pair.client.step();
    const whole = token as Buffer;
    await expect(pair.server.step(whole.subarray(0, 10))).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteMessageError', syscall: 'AcceptSecurityContext' }),
    );
    expect(provider.counters().contexts).toBe(1);
    const answer = await pair.server.step(whole);
    expect(answer.done).toBe(true);
    const last = answer.token as Buffer;
    await expect(pair.client.step(last.subarray(0, 10))).rejects.toThrow(
      expect.objectContaining({ name: 'IncompleteMessageError' }),
    );
    expect((await pair.client.step(last)).done).toBe(true);
  });
});
