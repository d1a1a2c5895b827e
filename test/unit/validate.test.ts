import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  validateArray,
  validateAscii,
  validateBoolean,
  validateBytes,
  validateChoice,
  validateFunction,
  validateInteger,
  validateLength,
  validateName,
  validateSid,
  validateSignal,
  validateString,
  validateUint32,
  validBits,
  validOptions,
} from '../../lib/validate.js';

interface Identity {
  user?: unknown;
  password?: unknown;
}

const withCode = (code: string, message: string | RegExp) =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe('options', () => {
  test.each([
    ['pass', "Did you mean 'password'?"],
    ['passwrd', "Did you mean 'password'?"],
    ['usr', "Did you mean 'user'?"],
    ['User', "Did you mean 'user'?"],
  ])('the unknown key %s is refused with a suggestion', (key, suggestion) => {
    expect(() =>
      validOptions<Identity>({ [key]: 1 } as Identity, 'identity', ['user', 'password']),
    ).toThrow(withCode('ERR_INVALID_ARG_VALUE', suggestion.replace('?', '\\?')));
  });

  test('an unknown key that resembles nothing lists the valid ones', () => {
    expect(() => validOptions({ colour: 1 } as Identity, 'options', ['user', 'password'])).toThrow(
      withCode(
        'ERR_INVALID_ARG_VALUE',
        /^The property 'options\.colour' is unknown\. The valid properties are 'user', 'password'$/,
      ),
    );
  });

  test.each([[null], [undefined], [[]], ['text'], [1]])('%o is not options', (value) => {
    expect(() => validOptions(value as object, 'options', [])).toThrow(
      withCode('ERR_INVALID_ARG_TYPE', '"options" argument must be a plain object'),
    );
  });
});

test('options are read once', () => {
  let reads = 0;
  const options = {
    get user() {
      reads += 1;
      return reads;
    },
  };
  const valid = validOptions<Identity>(options, 'options', ['user']);
  expect([valid.user, valid.user, reads]).toEqual([1, 1, 1]);
});

test('options inherit nothing: an object with another prototype is refused', () => {
  class Options {
    get password() {
      return 'inherited';
    }
  }
  for (const options of [Object.create({ password: 'inherited' }), new Options()]) {
    expect(() => validOptions<Identity>(options, 'options', ['password'])).toThrow(
      withCode('ERR_INVALID_ARG_TYPE', '"options" argument must be a plain object'),
    );
  }
});

test('options may come from another realm, or have no prototype', () => {
  for (const options of [
    runInNewContext('({ user: 1 })'),
    Object.assign(Object.create(null), { user: 1 }),
  ]) {
    expect(validOptions<Identity>(options, 'options', ['user']).user).toBe(1);
  }
});

describe('text', () => {
  test('a zero character is refused', () => {
    expect(() => validateString('a\0b', 'name')).toThrow(
      withCode('ERR_INVALID_ARG_VALUE', "'name' must not contain a zero character"),
    );
  });

  test('a name must not be empty', () => {
    expect(() => validateName('', 'name')).toThrow(withCode('ERR_INVALID_ARG_VALUE', 'empty'));
  });

  test('a refused value is described by its type alone: it may be a password', () => {
    for (const value of [Buffer.from('hunter2'), ['hunter2'], { hunter2: 'hunter2' }, 424242]) {
      expect(() => validateString(value, 'password')).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/hunter2|424242/) }),
      );
    }
  });

  test('a choice outside the list is refused with a suggestion', () => {
    expect(() => validateChoice('outboud', 'use', ['outbound', 'inbound'])).toThrow(
      withCode(
        'ERR_INVALID_ARG_VALUE',
        /must be one of: 'outbound', 'inbound'\. Received 'outboud'\. Did you mean 'outbound'\?$/,
      ),
    );
  });
});

/** Of each bound the last value within, and the first outside. */
const bounds: readonly [string, (value: number) => void, number, number, string][] = [
  ['validateInteger, below', (n) => validateInteger(n, 'n', 3, 5), 3, 2, '>= 3 && <= 5'],
  ['validateInteger, above', (n) => validateInteger(n, 'n', 3, 5), 5, 6, '>= 3 && <= 5'],
  ['validateUint32, below', (n) => validateUint32(n, 'n'), 0, -1, '>= 0 && <= 4294967295'],
  ['validateUint32, above', (n) => validateUint32(n, 'n'), 0xffffffff, 2 ** 32, '<= 4294967295'],
  [
    'validBits, below',
    (n) => validBits(n, 'n'),
    -(2 ** 31),
    -(2 ** 31) - 1,
    '>= -2147483648 && <= 4294967295',
  ],
  ['validBits, above', (n) => validBits(n, 'n'), 0xffffffff, 2 ** 32, '<= 4294967295'],
  ['validateLength', (n) => validateLength('a'.repeat(n), 'n', 7), 7, 8, '<= 7'],
  ['validateBytes', (n) => validateBytes(Buffer.alloc(n), 'n', 7), 7, 8, '<= 7'],
  [
    'validateBytes, 1 MiB',
    (n) => validateBytes(Buffer.alloc(n), 'n', 2 ** 20),
    2 ** 20,
    2 ** 20 + 1,
    '<= 1048576',
  ],
];

describe('a bound', () => {
  test.each(bounds)('of %s is exact', (_, validate, within, outside, range) => {
    expect(() => validate(within)).not.toThrow();
    expect(() => validate(outside)).toThrow(
      withCode('ERR_OUT_OF_RANGE', `It must be .*${range}\\. Received ${outside}$`),
    );
  });

  test.each([
    ['validateLength', () => validateLength('ab', 'label', 1), '"label.length"'],
    ['validateBytes', () => validateBytes(Buffer.alloc(2), 'data', 1), '"data.byteLength"'],
  ])('of %s names the length', (_, validate, name) => {
    expect(validate).toThrow(withCode('ERR_OUT_OF_RANGE', `^The value of ${name} is out of range`));
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'is not for %d, which is no integer',
    (value) => {
      for (const validate of [validateUint32, validBits]) {
        expect(() => validate(value, 'n')).toThrow(
          withCode('ERR_OUT_OF_RANGE', `It must be an integer. Received ${value}`),
        );
      }
    },
  );
});

test.each([
  [0, 0],
  [0xffffffff, 0xffffffff],
  [-1, 0xffffffff],
  [-(2 ** 31), 0x80000000],
])('the bits %d are %d without a sign', (value, expected) => {
  expect(validBits(value, 'bits')).toBe(expected);
});

describe('a security identifier', () => {
  test.each(['S-1-5-7', 'S-1-5-32-544', `S-1-5${'-1'.repeat(15)}`])('%s is taken', (sid) => {
    expect(() => validateSid(sid)).not.toThrow();
  });

  test.each([
    '',
    'S-1-5',
    'S-1-5-',
    's-1-5-7',
    'S-2-5-7',
    'S-1-5-x',
    ' S-1-5-7',
    'S-1-5-7\n',
    `S-1-5${'-1'.repeat(16)}`,
  ])('%o is refused', (sid) => {
    expect(() => validateSid(sid)).toThrow(
      withCode('ERR_INVALID_ARG_VALUE', "^The argument 'sid' must be a security identifier"),
    );
  });
});

test.each([
  ['a space', ' '],
  ['a tilde', '~'],
  ['nothing', ''],
])('printable ASCII has %s', (_, value) => {
  expect(() => validateAscii(value, 'label')).not.toThrow();
});

test.each([
  ['a control character', '\x1f'],
  ['a delete', '\x7f'],
  ['another letter', 'ä'],
  ['a line', 'a\n'],
])('printable ASCII has no %s', (_, value) => {
  expect(() => validateAscii(value, 'label')).toThrow(
    withCode('ERR_INVALID_ARG_VALUE', "'label' must be printable ASCII"),
  );
});

/** Of each type a value, and the validators that take it. */
const values: Readonly<Record<string, unknown>> = {
  string: 'a',
  number: 1,
  boolean: true,
  function: () => {},
  array: ['a'],
  bytes: Buffer.from('a'),
  object: {},
  null: null,
  undefined: undefined,
  bigint: 1n,
  symbol: Symbol('a'),
};

const typed: readonly [string, (value: unknown) => void, string[], string][] = [
  ['validateString', (value) => validateString(value, 'v'), ['string'], 'of type string'],
  ['validateName', (value) => validateName(value, 'v'), ['string'], 'of type string'],
  ['validateBoolean', (value) => validateBoolean(value, 'v'), ['boolean'], 'of type boolean'],
  ['validateFunction', (value) => validateFunction(value, 'v'), ['function'], 'of type function'],
  ['validateArray', (value) => validateArray(value, 'v'), ['array'], 'an instance of Array'],
  ['validateInteger', (value) => validateInteger(value, 'v', 0, 1), ['number'], 'of type number'],
  ['validateUint32', (value) => validateUint32(value, 'v'), ['number'], 'of type number'],
  ['validBits', (value) => validBits(value, 'v'), ['number'], 'of type number'],
  ['validateChoice', (value) => validateChoice(value, 'v', ['a']), ['string'], "one of 'a'"],
  [
    'validateBytes',
    (value) => validateBytes(value, 'v'),
    ['bytes'],
    'an instance of Buffer or Uint8Array',
  ],
  [
    'validateSignal',
    (value) => validateSignal(value, 'v'),
    ['undefined'],
    'an instance of AbortSignal',
  ],
];

test.each(typed)('%s takes one type', (_, validate, taken, expected) => {
  for (const [type, value] of Object.entries(values)) {
    if (taken.includes(type)) expect(() => validate(value)).not.toThrow();
    else {
      expect(() => validate(value)).toThrow(
        withCode('ERR_INVALID_ARG_TYPE', `^The "v" argument must be ${expected}\\. Received `),
      );
    }
  }
});

describe('a signal', () => {
  test('that has not aborted is taken', () => {
    expect(() => validateSignal(new AbortController().signal, 'signal')).not.toThrow();
  });

  test('that has aborted throws its reason, whatever that is', () => {
    const reason = { why: 'enough' };
    let thrown: unknown;
    try {
      validateSignal(AbortSignal.abort(reason), 'signal');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBe(reason);
  });

  test('may come from another realm: it needs aborted and addEventListener', () => {
    expect(() => validateSignal({ aborted: false, addEventListener() {} }, 's')).not.toThrow();
    for (const value of [{ aborted: false }, { aborted: 0, addEventListener() {} }]) {
      expect(() => validateSignal(value, 's')).toThrow(
        withCode('ERR_INVALID_ARG_TYPE', 'AbortSignal'),
      );
    }
  });
});

describe('bytes', () => {
  test.each([
    ['a string', 'text'],
    ['an ArrayBuffer', new ArrayBuffer(1)],
    ['a DataView', new DataView(new ArrayBuffer(1))],
    ['a Uint16Array', new Uint16Array(1)],
    ['an array', [1]],
    ['null', null],
  ])('%s is refused', (_, value) => {
    expect(() => validateBytes(value, 'message')).toThrow(
      withCode('ERR_INVALID_ARG_TYPE', 'must be an instance of Buffer or Uint8Array'),
    );
  });

  test('memory that another thread can change is refused, even in disguise', () => {
    const disguised = new Uint8Array(new SharedArrayBuffer(1));
    Object.defineProperty(disguised, 'buffer', { value: new ArrayBuffer(1) });
    for (const shared of [
      new Uint8Array(new SharedArrayBuffer(1)),
      runInNewContext('new Uint8Array(new SharedArrayBuffer(1))'),
      disguised,
    ]) {
      expect(() => validateBytes(shared, 'message')).toThrow(
        withCode('ERR_INVALID_ARG_VALUE', 'SharedArrayBuffer'),
      );
    }
  });

  test.each([[Buffer.from('a')], [new Uint8Array(0)], [new Uint8Array(8).subarray(2, 4)]])(
    '%o is taken',
    (value) => {
      expect(() => validateBytes(value, 'message')).not.toThrow();
    },
  );
});
