import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { codes } from '../../lib/errors/codes.js';
import { createError, type UsageErrorCode, usageError } from '../../lib/errors/usage-error.js';
import * as validate from '../../lib/validate.js';

const everyCode = Object.keys(codes) as UsageErrorCode[];

const typeErrors = [
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
  'ERR_ILLEGAL_CONSTRUCTOR',
  'ERR_INVALID_THIS',
  'ERR_SSPI_FOREIGN_OBJECT',
];

function classOf(code: UsageErrorCode): ErrorConstructor {
  if (code === 'ERR_OUT_OF_RANGE') return RangeError;
  return typeErrors.includes(code) ? TypeError : Error;
}

const frames = (error: unknown) =>
  String((error as Error).stack)
    .split('\n    at ')
    .slice(1);

function thrownBy(call: () => unknown): Error {
  try {
    call();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

describe('the error of a code', () => {
  test.each(everyCode)('%s is of the class that Node uses for such a code', (code) => {
    const error = usageError(code, 'text');
    expect(error.constructor).toBe(classOf(code));
    expect(Object.entries(error)).toEqual([['code', code]]);
    expect(error.message).toBe('text');
  });

  test.each(everyCode)('%s stands in the first line of the stack, not in the name', (code) => {
    const { name } = classOf(code);
    const error = usageError(code, 'text');
    expect(error.stack?.split('\n')[0]).toBe(`${name} [${code}]: text`);
    expect(error.name).toBe(name);
    expect(Object.hasOwn(error, 'name')).toBe(false);
    expect(inspect(error).split('\n')[0]).toBe(`${name} [${code}]: text`);
  });

  test('has the text of the table', () => {
    const error = createError('ERR_SSPI_CONTEXT_BUSY', 'a step', 'await it first');
    expect(error).toMatchObject({
      code: 'ERR_SSPI_CONTEXT_BUSY',
      message: 'The context is busy with a step: await it first',
    });
    expect(error).not.toHaveProperty('cause');
  });

  test('takes a cause behind what the text names', () => {
    const cause = new Error('x');
    const loaded = createError('ERR_SSPI_ADDON_NOT_LOADED', 'win32-x64', 'no file', { cause });
    expect(loaded.cause).toBe(cause);
    expect(loaded.message).toMatch(/prebuilds\/win32-x64: no file\./);
    expect(createError('ERR_SSPI_CONTEXT_CLOSED', { cause }).cause).toBe(cause);
    expect(usageError('ERR_SSPI_CONTEXT_CLOSED', 'text', { cause }).cause).toBe(cause);
  });

  test('is read by no setter and no getter of Object.prototype', () => {
    const keys = ['code', 'name', 'cause', 'get', 'value'];
    const seen: string[] = [];
    for (const key of keys) {
      Object.defineProperty(Object.prototype, key, {
        configurable: true,
        set: () => void seen.push(`set ${key}`),
      });
    }
    let error: Error | undefined;
    try {
      error = createError('ERR_SSPI_CONTEXT_CLOSED');
    } finally {
      for (const key of keys) Reflect.deleteProperty(Object.prototype, key);
    }
    expect(Object.getOwnPropertyDescriptor(error, 'code')?.value).toBe('ERR_SSPI_CONTEXT_CLOSED');
    expect(seen).toEqual([]);
  });
});

describe('the texts have the form of Node', () => {
  test.each([
    ['name', 'The "name" argument must be of type string. Received undefined'],
    ['options.name', 'The "options.name" property must be of type string. Received undefined'],
  ])('a wrong type of %s', (name, message) => {
    const error = createError('ERR_INVALID_ARG_TYPE', name, 'of type string', undefined);
    expect(error.message).toBe(message);
  });

  test.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['hunter2', 'type string'],
    [424242, 'type number'],
    [1n, 'type bigint'],
    [Symbol('hunter2'), 'type symbol'],
    [() => 'hunter2', 'function'],
    [['hunter2'], 'an instance of Array'],
    [{ hunter2: 'hunter2' }, 'an instance of Object'],
    [Object.create(null), 'an instance of Object'],
    [new Map(), 'an instance of Map'],
    [runInNewContext('new Date()'), 'an instance of Date'],
  ])('%o is described by its type alone: it may be a password', (value, description) => {
    const error = createError('ERR_INVALID_ARG_TYPE', 'a', 'x', value);
    expect(error.message).toBe(`The "a" argument must be x. Received ${description}`);
  });

  test('a wrong value', () => {
    const text = (name: string) => createError('ERR_INVALID_ARG_VALUE', name, 'is bad').message;
    expect([text('name'), text('options.name')]).toEqual([
      "The argument 'name' is bad",
      "The property 'options.name' is bad",
    ]);
  });

  test('a value out of range', () => {
    expect(createError('ERR_OUT_OF_RANGE', 'options.max', '>= 1 && <= 2', 3).message).toBe(
      'The value of "options.max" is out of range. It must be >= 1 && <= 2. Received 3',
    );
  });
});

describe('the stack', () => {
  test.each([
    ['createError', () => createError('ERR_SSPI_CONTEXT_CLOSED')],
    ['usageError', () => usageError('ERR_SSPI_CONTEXT_CLOSED', 'text')],
  ])('of %s begins with its caller', (_, create) => {
    function caller() {
      return create();
    }
    expect(frames(caller())[0]).toContain('usage-error.test.ts');
    expect(frames(caller())[1]).toMatch(/^caller /);
  });

  const wrong: Readonly<Record<string, () => unknown>> = {
    validOptions: () => validate.validOptions({ a: 1 } as object, 'options', []),
    validateSignal: () => validate.validateSignal(1, 'signal'),
    validateString: () => validate.validateString(1, 'text'),
    validateName: () => validate.validateName(1, 'name'),
    validateSid: () => validate.validateSid(1),
    validateAscii: () => validate.validateAscii('ä', 'label'),
    validateLength: () => validate.validateLength('ab', 'label', 1),
    validateBoolean: () => validate.validateBoolean(1, 'flag'),
    validateFunction: () => validate.validateFunction(1, 'callback'),
    validateArray: () => validate.validateArray(1, 'list'),
    validateChoice: () => validate.validateChoice('x', 'use', ['a']),
    validateInteger: () => validate.validateInteger(0.5, 'length', 0, 1),
    validateUint32: () => validate.validateUint32(-1, 'qop'),
    validBits: () => validate.validBits(0.5, 'type'),
    validateBytes: () => validate.validateBytes('x', 'message'),
  };

  test('is tested for every validator', () => {
    expect(Object.keys(wrong).sort()).toEqual(Object.keys(validate).sort());
  });

  test.each(Object.entries(wrong))('of %s begins with its caller, and has the code', (_, call) => {
    const error = thrownBy(() => call());
    expect(frames(error)[0]).toContain('usage-error.test.ts');
    expect(error.stack).toMatch(/^(Type|Range)Error \[ERR_[A-Z_]+\]: /);
  });

  test("of an error of the caller's own stays what it was", () => {
    const own = new TypeError('mine');
    Object.assign(own, { code: 'ERR_INVALID_ARG_TYPE' });
    const { stack } = own;
    const options = {
      get user(): string {
        throw own;
      },
    };
    const error = thrownBy(() => validate.validOptions(options, 'options', ['user']));
    expect(error).toBe(own);
    expect(error.stack).toBe(stack);
  });
});
