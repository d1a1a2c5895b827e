import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  validateBytes,
  validateChoice,
  validateName,
  validateString,
  validateUint32,
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

describe('numbers', () => {
  test.each([[-1], [1.5], [2 ** 32], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    '%d is out of range',
    (value) => {
      expect(() => validateUint32(value, 'qop')).toThrow(withCode('ERR_OUT_OF_RANGE', 'qop'));
    },
  );

  test.each([[0], [0x80000001], [0xffffffff]])('%d is in range', (value) => {
    expect(() => validateUint32(value, 'qop')).not.toThrow();
  });

  test('a string is not a number', () => {
    expect(() => validateUint32('1', 'qop')).toThrow(withCode('ERR_INVALID_ARG_TYPE', 'qop'));
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

  test('memory that another thread can change is refused, whatever it says it is', () => {
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
