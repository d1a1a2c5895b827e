import { describe, expect, test } from 'vitest';
import {
  SECBUFFER_DATA,
  SECBUFFER_EMPTY,
  SECBUFFER_READONLY,
  SECBUFFER_TOKEN,
  SECQOP_WRAP_NO_ENCRYPT,
} from 'winsspi';
import { proves } from '../../harness/proofs/proves.js';
import { establishedPair } from '../../harness/support/handshake.js';
import { lab } from '../../harness/support/lab.js';

const text = Buffer.from('the text of the message');
const withCode = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

// Kerberos needs a domain in which the tests' service has an account.
const packageName = lab ? 'Kerberos' : 'Negotiate';
const fresh = () => establishedPair({ package: packageName });
const { client, server } = await fresh();
const { securityTrailer } = client.queryAttribute('sizes');

/** Room for a token whatever the sizes say. */
const tokenRoom = () => ({ type: SECBUFFER_TOKEN, data: Buffer.alloc(128) });

describe('a length that SSPI cannot count', () => {
  const most = 2 ** 32 - 1;
  // No page of it is touched.
  const long = Buffer.allocUnsafeSlow(most + 1);

  test.each<[string, () => unknown, string]>([
    ['wrap', () => client.wrap(long), '"message.byteLength"'],
    [
      'wrap, for the room beside it',
      () => client.wrap(long.subarray(0, most)),
      '"message.byteLength"',
    ],
    ['wrapInto', () => client.wrapInto(long, text), '"target.byteLength"'],
    ['unwrap', () => server.unwrap(long), '"wrapped.byteLength"'],
    [
      'encryptMessage',
      () => client.encryptMessage([tokenRoom(), { type: SECBUFFER_DATA, data: long }]),
      '"buffers[1].data.byteLength"',
    ],
    [
      'verifySignature',
      () => server.verifySignature([{ type: SECBUFFER_DATA, data: long }, tokenRoom()]),
      '"buffers[0].data.byteLength"',
    ],
  ])('is refused by %s, and not cut', (_, call, name) => {
    expect(call).toThrow(withCode('ERR_OUT_OF_RANGE', name));
  });
});

describe('room', () => {
  test('a TOKEN smaller than the trailer is refused before the call, and nothing is written', () => {
    proves('short token buffer');
    const data = Buffer.from(text);
    const token = Buffer.alloc(securityTrailer - 1, '.');
    expect(() =>
      client.encryptMessage([
        { type: SECBUFFER_TOKEN, data: token },
        { type: SECBUFFER_DATA, data },
      ]),
    ).toThrow(
      expect.objectContaining({
        name: 'RangeError',
        code: 'ERR_OUT_OF_RANGE',
        message: expect.stringContaining(
          `"buffers[0].data.byteLength" is out of range. It must be >= ${securityTrailer}`,
        ),
      }),
    );
    expect(data).toEqual(text);
    expect(token).toEqual(Buffer.alloc(securityTrailer - 1, '.'));
  });

  test('a TOKEN without memory is refused before the call', () => {
    proves('short token buffer');
    const buffers = [
      { type: SECBUFFER_TOKEN, data: null },
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ];
    expect(() => client.encryptMessage(buffers)).toThrow(
      withCode('ERR_OUT_OF_RANGE', 'Received 0'),
    );
  });

  test('a TOKEN smaller than the signature is refused before the call', () => {
    proves('short token buffer');
    const { maxSignature } = client.queryAttribute('sizes');
    const buffers = [
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(maxSignature - 1) },
    ];
    expect(() => client.makeSignature(buffers)).toThrow(
      withCode('ERR_OUT_OF_RANGE', `>= ${maxSignature}`),
    );
  });
});

describe('what was checked is what is used', () => {
  test('a getter that gives another buffer the second time is read once', () => {
    let reads = 0;
    const token = {
      type: SECBUFFER_TOKEN,
      get data() {
        reads += 1;
        return Buffer.alloc(reads === 1 ? 128 : 1);
      },
    };
    const [sealed] = client.encryptMessage([
      token,
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ]);
    expect(reads).toBe(1);
    expect(sealed?.data?.length).toBeGreaterThan(1);
  });

  test('a length that an array only claims to have does not count', () => {
    const data = new Uint8Array(1);
    Object.defineProperty(data, 'byteLength', { value: 128 });
    const buffers = [
      { type: SECBUFFER_TOKEN, data },
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ];
    expect(() => client.encryptMessage(buffers)).toThrow(
      withCode('ERR_OUT_OF_RANGE', 'Received 1'),
    );
  });

  test('a call inside a getter does not change the call around it', async () => {
    const [one, other] = [await fresh(), await fresh()];
    const buffers = [
      { type: SECBUFFER_TOKEN, data: Buffer.alloc(128) },
      {
        get type() {
          other.client.encryptMessage(
            [tokenRoom(), { type: SECBUFFER_DATA, data: Buffer.from('inner') }],
            { qop: lab ? SECQOP_WRAP_NO_ENCRYPT : 0 },
          );
          return SECBUFFER_DATA;
        },
        data: Buffer.from(text),
      },
    ];
    const [token, data] = one.client.encryptMessage(buffers);
    const parts = { token: token?.data as Buffer, message: data?.data as Buffer };
    expect(one.server.unwrapDetached(parts)).toEqual({ message: text, encrypted: true });
  });

  test('an option that all objects inherit is no option', async () => {
    const pair = await fresh();
    const prototype = Object.prototype as { encrypt?: boolean };
    prototype.encrypt = false;
    try {
      expect(pair.server.unwrapDetached(pair.client.wrapDetached(text)).encrypted).toBe(true);
    } finally {
      delete prototype.encrypt;
    }
  });

  test('a subclass of Uint8Array gets plain views of its memory back', () => {
    class Odd extends Uint8Array {
      override subarray(): never {
        throw new Error('not to be called');
      }
    }
    const [sealed] = client.encryptMessage([
      { type: SECBUFFER_TOKEN, data: new Odd(128) },
      { type: SECBUFFER_DATA, data: Buffer.from(text) },
    ]);
    expect(sealed?.data?.constructor).toBe(Uint8Array);
  });
});

test('flags that an operator made negative are what they were meant to be', () => {
  const negative = SECBUFFER_DATA | SECBUFFER_READONLY;
  expect(negative).toBeLessThan(0);
  const [, data] = client.encryptMessage([
    tokenRoom(),
    { type: SECBUFFER_DATA, data: Buffer.from(text) },
    { type: negative, data: Buffer.from('read only') },
  ]);
  expect(data?.type).toBe(SECBUFFER_DATA);
});

describe('misuse', () => {
  const data = Buffer.from(text);
  test.each([
    [
      'no array',
      undefined,
      'ERR_INVALID_ARG_TYPE',
      '"buffers" argument must be an instance of Array',
    ],
    [
      'an empty array',
      [],
      'ERR_OUT_OF_RANGE',
      '"buffers.length" is out of range. It must be >= 1 && <= 32',
    ],
    ['33 buffers', Array(33).fill({ type: 0, data: null }), 'ERR_OUT_OF_RANGE', 'Received 33'],
    ['null', [null], 'ERR_INVALID_ARG_TYPE', '"buffers[0]" argument must be an object'],
    ['no type', [{ data }], 'ERR_INVALID_ARG_TYPE', '"buffers[0].type"'],
    [
      'a type that is a name',
      [{ type: 'DATA', data }],
      'ERR_INVALID_ARG_TYPE',
      '"buffers[0].type"',
    ],
    [
      'a type below all words',
      [{ type: -(2 ** 31) - 1, data }],
      'ERR_OUT_OF_RANGE',
      '"buffers[0].type"',
    ],
    ['data that is text', [{ type: 1, data: 'x' }], 'ERR_INVALID_ARG_TYPE', '"buffers[0].data"'],
    ['no data', [{ type: 1 }], 'ERR_INVALID_ARG_TYPE', '"buffers[0].data"'],
    [
      'an ArrayBuffer',
      [{ type: 1, data: new ArrayBuffer(1) }],
      'ERR_INVALID_ARG_TYPE',
      '"buffers[0].data"',
    ],
    [
      'shared memory',
      [{ type: 1, data: new Uint8Array(new SharedArrayBuffer(4)) }],
      'ERR_INVALID_ARG_VALUE',
      'SharedArrayBuffer',
    ],
  ])('%s is refused by all four functions', (_, buffers, code, message) => {
    for (const name of [
      'encryptMessage',
      'decryptMessage',
      'makeSignature',
      'verifySignature',
    ] as const) {
      expect(() => client[name](buffers as never)).toThrow(withCode(code, message));
    }
  });

  test.each([
    ['encryptMessage', { qop: 2 ** 32 }, 'ERR_OUT_OF_RANGE'],
    ['encryptMessage', { qop: '0' }, 'ERR_INVALID_ARG_TYPE'],
    ['encryptMessage', { sequenceNumber: 2 ** 32 }, 'ERR_OUT_OF_RANGE'],
    ['encryptMessage', { quop: 0 }, 'ERR_INVALID_ARG_VALUE'],
    ['decryptMessage', { qop: 0 }, 'ERR_INVALID_ARG_VALUE'],
    ['verifySignature', { sequenceNumber: 1.5 }, 'ERR_OUT_OF_RANGE'],
  ] as const)('%s refuses %o', (name, options, code) => {
    const buffers = [tokenRoom(), { type: SECBUFFER_DATA, data: Buffer.from(text) }];
    expect(() => client[name](buffers, options as never)).toThrow(withCode(code));
  });

  test.each([
    ['text', () => client.wrapDetached('text' as never)],
    ['nothing', () => client.wrapDetached(undefined as never)],
    ['text to sign', () => client.sign('text' as never)],
    ['a signature that is text', () => client.verify(data, 'text' as never)],
    ['a token that is text', () => client.unwrapDetached({ token: 'x' as never, message: data })],
    ['parts without a message', () => client.unwrapDetached({ token: data } as never)],
    ['encrypt that is no boolean', () => client.wrapDetached(data, { encrypt: 1 as never })],
  ])('%s is refused', (_, use) => {
    expect(use).toThrow(withCode('ERR_INVALID_ARG_TYPE'));
  });

  test.each([
    [
      'wrapDetached',
      () => client.wrapDetached(data, { encrpyt: false } as never),
      "Did you mean 'encrypt'?",
    ],
    [
      'unwrapDetached',
      () => client.unwrapDetached({ token: data, mesage: data } as never),
      "Did you mean 'message'?",
    ],
  ])('%s refuses an unknown key', (_, use, suggestion) => {
    expect(use).toThrow(withCode('ERR_INVALID_ARG_VALUE', suggestion));
  });

  test('buffers of odd types and no memory end in an error of the package', () => {
    for (const type of [SECBUFFER_EMPTY, 0x0fffffff, 0xf0000000, 0xffffffff]) {
      for (const memory of [null, Buffer.alloc(0), Buffer.alloc(3)]) {
        expect(() => server.decryptMessage([{ type, data: memory }])).toThrow(
          expect.objectContaining({ syscall: 'DecryptMessage' }),
        );
      }
    }
  });
});
