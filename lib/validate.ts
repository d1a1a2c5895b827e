import { isSharedArrayBuffer, isUint8Array } from 'node:util/types';
import { arrayBufferOf, byteLengthOf, isDetached } from './bytes.js';
import { quote, suggest } from './errors/suggestion.js';
import { createError, hideStackFrames } from './errors/usage-error.js';

// No validator puts a string that it was given into a message, but for names of keys and choices:
// the value may be a password.

/** Throws unless the value is one that a function takes. `name` is the argument's, for the error. */
export type Validator<Value> = (value: unknown, name: string) => asserts value is Value;

/**
 * Copies options that have no key beside the valid ones. Reads each once, and inherits nothing: code
 * of the caller's can change neither a default nor a value after its check.
 */
export const validOptions = hideStackFrames(
  <Options extends object>(
    value: Options,
    name: string,
    valid: readonly (keyof Options & string)[],
  ): Partial<Options> => {
    if (!isPlainObject(value)) throw wrongType(name, 'a plain object', value);
    const keys = Object.keys(value) as (keyof Options & string)[];
    const unknown = keys.find((key) => !valid.includes(key));
    if (unknown !== undefined) throw unknownKey(unknown, name, valid);
    const options = Object.create(null);
    for (const key of keys) options[key] = value[key];
    return options;
  },
);

// Takes objects of any realm, and none with another prototype: its properties would be overlooked.
function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unknownKey(key: string, name: string, valid: readonly string[]): Error {
  const reason = `is unknown.${suggest(key, valid)} The valid properties are ${quote(valid)}`;
  return wrongValue(`${name}.${key}`, reason);
}

function wrongType(name: string, expected: string, value: unknown): Error {
  return createError('ERR_INVALID_ARG_TYPE', name, expected, value);
}

function wrongValue(name: string, reason: string): Error {
  return createError('ERR_INVALID_ARG_VALUE', name, reason);
}

/** Checks an abort signal, and throws its reason where it has aborted. */
export const validateSignal: Validator<AbortSignal | undefined> = hideStackFrames(
  (value, name): asserts value is AbortSignal | undefined => {
    if (value === undefined) return;
    // Takes signals of any realm, as Node does.
    const { aborted, addEventListener } = Object(value) as AbortSignal;
    if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
      throw wrongType(name, 'an instance of AbortSignal', value);
    }
    if (aborted) throw (value as AbortSignal).reason;
  },
);

/** Checks text: a zero character is refused, which Windows would take for the end. */
export const validateString: Validator<string> = hideStackFrames(
  (value, name): asserts value is string => {
    if (typeof value !== 'string') throw wrongType(name, 'of type string', value);
    if (value.includes('\0')) throw wrongValue(name, 'must not contain a zero character');
  },
);

/** Checks text that must not be empty. */
export const validateName: Validator<string> = hideStackFrames(
  (value, name): asserts value is string => {
    validateString(value, name);
    if (value === '') throw wrongValue(name, 'must not be empty');
  },
);

/** Checks the text form of a security identifier. */
export const validateSid: (value: unknown, name?: string) => asserts value is string =
  hideStackFrames((value: unknown, name = 'sid'): asserts value is string => {
    validateString(value, name);
    if (/^S-1-\d+(-\d+){1,15}$/.test(value)) return;
    throw wrongValue(name, 'must be a security identifier as text, such as S-1-5-32-544');
  });

/** Checks that text is printable ASCII. */
export const validateAscii = hideStackFrames((value: string, name: string): void => {
  if (!/^[\x20-\x7e]*$/.test(value)) throw wrongValue(name, 'must be printable ASCII');
});

/** Checks the length of text, in UTF-16 code units. */
export const validateLength = hideStackFrames(
  (value: string, name: string, longest: number): void => {
    if (value.length <= longest) return;
    throw createError('ERR_OUT_OF_RANGE', `${name}.length`, `<= ${longest}`, value.length);
  },
);

export const validateBoolean: Validator<boolean> = hideStackFrames(
  (value, name): asserts value is boolean => {
    if (typeof value !== 'boolean') throw wrongType(name, 'of type boolean', value);
  },
);

export const validateFunction: Validator<() => unknown> = hideStackFrames(
  (value, name): asserts value is () => unknown => {
    if (typeof value !== 'function') throw wrongType(name, 'of type function', value);
  },
);

export const validateArray: Validator<readonly unknown[]> = hideStackFrames(
  (value, name): asserts value is readonly unknown[] => {
    if (!Array.isArray(value)) throw wrongType(name, 'an instance of Array', value);
  },
);

/** Checks that a value is one of the words. */
export const validateChoice: <Choice extends string>(
  value: unknown,
  name: string,
  choices: readonly Choice[],
) => asserts value is Choice = hideStackFrames(
  <Choice extends string>(
    value: unknown,
    name: string,
    choices: readonly Choice[],
  ): asserts value is Choice => {
    if (typeof value !== 'string') throw wrongType(name, `one of ${quote(choices)}`, value);
    if ((choices as readonly string[]).includes(value)) return;
    const reason = `must be one of: ${quote(choices)}. Received '${value}'.`;
    throw wrongValue(name, reason + suggest(value, choices));
  },
);

export const validateInteger: (
  value: unknown,
  name: string,
  least: number,
  most: number,
) => asserts value is number = hideStackFrames(
  (value: unknown, name: string, least: number, most: number): asserts value is number => {
    if (typeof value !== 'number') throw wrongType(name, 'of type number', value);
    if (!Number.isInteger(value)) throw createError('ERR_OUT_OF_RANGE', name, 'an integer', value);
    if (value >= least && value <= most) return;
    throw createError('ERR_OUT_OF_RANGE', name, `>= ${least} && <= ${most}`, value);
  },
);

export const validateUint32: Validator<number> = hideStackFrames(
  (value, name): asserts value is number => validateInteger(value, name, 0, 0xffffffff),
);

/** Makes 32 flag bits unsigned: operators such as | make them negative where the highest is set. */
export const validBits = hideStackFrames((value: unknown, name: string): number => {
  validateInteger(value, name, -0x80000000, 0xffffffff);
  return value >>> 0;
});

/** Checks bytes that Windows reads or writes during a call: other threads must not reach them. */
export const validateBytes: (
  value: unknown,
  name: string,
  longest?: number,
) => asserts value is Uint8Array = hideStackFrames(
  (value: unknown, name: string, longest = 0xffffffff): asserts value is Uint8Array => {
    if (!isUint8Array(value)) throw wrongType(name, 'an instance of Buffer or Uint8Array', value);
    if (isSharedArrayBuffer(arrayBufferOf(value))) {
      const reason = 'must not lie in a SharedArrayBuffer, which another thread can change';
      throw wrongValue(name, `${reason} during the call. Copy it first`);
    }
    if (isDetached(value)) throw createError('ERR_SSPI_BUFFER_DETACHED', name);
    const length = byteLengthOf(value);
    if (length <= longest) return;
    throw createError('ERR_OUT_OF_RANGE', `${name}.byteLength`, `<= ${longest}`, length);
  },
);
