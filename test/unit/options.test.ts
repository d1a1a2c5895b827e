import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import * as options from '../../lib/options.js';
import { integer, list, name, object, optional, readOptions, text } from '../../lib/options.js';

const { choice, bytes } = options;

const description = {
  max: optional(integer(1, 4), 2),
  user: optional(name),
  kind: choice(['a', 'b']),
};

const withCode = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

describe('options that are read by their description', () => {
  test('have all of its keys, with defaults, and inherit nothing', () => {
    const settings = readOptions({ kind: 'a' }, 'options', description);
    expect(Object.entries(settings)).toEqual([
      ['max', 2],
      ['user', undefined],
      ['kind', 'a'],
    ]);
    expect(Object.getPrototypeOf(settings)).toBe(null);
  });

  test('take undefined for what may be left out', () => {
    const settings = readOptions({ max: undefined, kind: 'a' }, 'options', description);
    expect(settings.max).toBe(2);
  });

  test('must have what has no default', () => {
    expect(() => readOptions({ max: 1 }, 'options', description)).toThrow(
      withCode('ERR_INVALID_ARG_TYPE', `The "options.kind" property must be one of 'a', 'b'`),
    );
  });

  test('are checked in the order of the description, not of the caller', () => {
    expect(() => readOptions({ kind: 1, user: 1, max: 0 }, 'options', description)).toThrow(
      withCode('ERR_OUT_OF_RANGE', '"options.max"'),
    );
  });

  test('refuse a key that the description lacks, before any value is read', () => {
    const read: string[] = [];
    const value = {
      get max() {
        read.push('max');
        return 1;
      },
      maxx: 1,
    };
    expect(() => readOptions(value, 'options', description)).toThrow(
      withCode('ERR_INVALID_ARG_VALUE', "'options.maxx' is unknown. Did you mean 'max'?"),
    );
    expect(read).toEqual([]);
  });

  test('are read once each, all of them before the first check', () => {
    const read: PropertyKey[] = [];
    const value = new Proxy(
      { kind: 'b', user: 1, max: 0 },
      {
        get(target, key, receiver) {
          read.push(key);
          return Reflect.get(target, key, receiver);
        },
      },
    );
    expect(() => readOptions(value, 'options', description)).toThrow('"options.max"');
    expect(read).toEqual(['kind', 'user', 'max']);
  });

  test('come from another realm, or have no prototype', () => {
    for (const value of [
      runInNewContext('({ kind: "a" })'),
      Object.assign(Object.create(null), { kind: 'a' }),
    ]) {
      expect(readOptions(value, 'options', description).kind).toBe('a');
    }
  });

  test.each([
    ['null', null],
    ['undefined', undefined],
    ['an array', []],
    ['text', 'text'],
    ['a number', 1],
    ['a function', () => {}],
    ['an object that inherits', Object.create({ kind: 'a' })],
  ])('are not %s', (_, value) => {
    expect(() => readOptions(value, 'options', description)).toThrow(
      withCode('ERR_INVALID_ARG_TYPE', 'The "options" argument must be a plain object'),
    );
  });

  test('may lie in options', () => {
    const nested = { identity: object({ user: name }) };
    expect(readOptions({ identity: { user: 'u' } }, 'options', nested).identity.user).toBe('u');
    expect(() => readOptions({ identity: { usr: 'u' } }, 'options', nested)).toThrow(
      withCode('ERR_INVALID_ARG_VALUE', "'options.identity.usr' is unknown. Did you mean 'user'?"),
    );
  });

  test.each(['max', 'kind', 'user', '__proto__', 'length', '0'])(
    'run no setter and no getter of Object.prototype for %s',
    (key) => {
      const seen: string[] = [];
      const before = Object.getOwnPropertyDescriptor(Object.prototype, key);
      Object.defineProperty(Object.prototype, key, {
        configurable: true,
        get: () => void seen.push('get'),
        set: () => void seen.push('set'),
      });
      try {
        readOptions({ kind: 'a' }, 'options', description);
        list(text)(['a'], 'list');
      } finally {
        if (before) Object.defineProperty(Object.prototype, key, before);
        else Reflect.deleteProperty(Object.prototype, key);
      }
      expect(seen).toEqual([]);
    },
  );
});

describe('a list', () => {
  test('is a copy of the array', () => {
    const array = ['a', 'b'];
    const copy = list(text)(array, 'list');
    array[0] = 'c';
    expect(copy).toEqual(['a', 'b']);
  });

  test('names the item that is wrong', () => {
    expect(() => list(text)(['a', 1], 'options.requiredFlags')).toThrow(
      withCode(
        'ERR_INVALID_ARG_TYPE',
        '"options.requiredFlags[1]" property must be of type string',
      ),
    );
  });

  test('must be an array', () => {
    for (const value of [undefined, 'ab', { length: 1, 0: 'a' }, new Set(['a'])]) {
      expect(() => list(text)(value, 'list')).toThrow(
        withCode('ERR_INVALID_ARG_TYPE', 'The "list" argument must be an instance of Array'),
      );
    }
  });

  test('is read by index: no iterator and no setter of the caller runs', () => {
    const seen: string[] = [];
    const array = ['a'];
    Object.defineProperty(array, Symbol.iterator, { get: () => void seen.push('iterator') });
    Object.defineProperty(Array.prototype, '0', {
      configurable: true,
      set: () => void seen.push('setter'),
    });
    let copy: readonly string[];
    try {
      copy = list(text)(array, 'list');
    } finally {
      Reflect.deleteProperty(Array.prototype, '0');
    }
    expect(seen).toEqual([]);
    expect(Object.entries(copy)).toEqual([['0', 'a']]);
  });
});

const controller = new AbortController();
const callback = () => {};

test.each<[string, options.Reader<unknown>, unknown]>([
  ['text', options.text, ''],
  ['name', options.name, 'a'],
  ['boolean', options.boolean, false],
  ['callback', options.callback, callback],
  ['sid', options.sid, 'S-1-5-32-544'],
  ['signal', options.signal, controller.signal],
  ['integer', integer(0, 3), 3],
  ['choice', choice(['a', 'b']), 'b'],
  ['bytes', bytes(2), Buffer.alloc(2)],
])('the reader %s returns the value that it was given', (_, read, value) => {
  expect(read(value, 'value')).toBe(value);
});

describe('a constant', () => {
  const use = options.constant({ inbound: 1, outbound: 2, none: 0 });

  test.each([
    ['inbound', 'inbound'],
    [1, 'inbound'],
    [0, 'none'],
  ])('%o is the word %s', (value, word) => {
    expect(use(value, 'use')).toBe(word);
  });

  test.each([
    [3, 'ERR_INVALID_ARG_VALUE', "'inbound', 'outbound', 'none', or the number of one. Received 3"],
    [Number.NaN, 'ERR_INVALID_ARG_VALUE', 'Received NaN'],
    ['inbond', 'ERR_INVALID_ARG_VALUE', "Did you mean 'inbound'?"],
    ['1', 'ERR_INVALID_ARG_VALUE', "must be one of: 'inbound'"],
    [undefined, 'ERR_INVALID_ARG_TYPE', "must be one of 'inbound', 'outbound', 'none'"],
    [1n, 'ERR_INVALID_ARG_TYPE', 'Received type bigint'],
  ])('%o is refused', (value, code, message) => {
    expect(() => use(value, 'use')).toThrow(withCode(code, message));
  });
});

test('the reader bits makes what operators gave unsigned', () => {
  expect(options.bits(0x80000001 | 0, 'qop')).toBe(0x80000001);
});
