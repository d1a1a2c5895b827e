import { quote } from './errors/suggestion.js';
import { createError, hideStackFrames } from './errors/usage-error.js';
import {
  type Validator,
  validateArray,
  validateBoolean,
  validateBytes,
  validateChoice,
  validateFunction,
  validateInteger,
  validateName,
  validateSid,
  validateSignal,
  validateString,
  validBits,
  validOptions,
} from './validate.js';

// An options type is described once: each key with the reader of its value, in the order in which they
// are checked. Keys, checks, defaults and the type of the result come from that.
//
//     const description = {
//       max: optional(integer(1, 1024)),
//       signal: optional(signal),
//     } satisfies Description<ThreadOptions>;
//     const { max, signal } = readOptions(options, 'options', description);

/** Checks a value and returns what the call uses, or throws. `name` is for the error. */
export type Reader<Value> = (value: unknown, name: string) => Value;

/** A reader for each key of an options type. */
export type Description<Options extends object> = {
  readonly [Key in keyof Options]-?: Reader<Options[Key]>;
};

type Readers = Readonly<Record<string, Reader<unknown>>>;

/** What a description reads. */
export type Settings<Described extends Readers> = {
  readonly [Key in keyof Described]: ReturnType<Described[Key]>;
};

/**
 * Reads options by their description: refuses other keys, gets each value once, then checks them in the
 * order of the description. The result has all of the keys and inherits nothing, so that code of the
 * caller's can change neither a default nor a value after its check.
 */
export const readOptions = hideStackFrames(
  <Described extends Readers>(
    options: unknown,
    name: string,
    description: Described,
  ): Settings<Described> => {
    const values = validOptions(options as Record<string, unknown>, name, Object.keys(description));
    const settings = Object.create(null);
    for (const [key, read] of Object.entries(description)) {
      settings[key] = read(values[key], `${name}.${key}`);
    }
    return settings;
  },
);

/** Reads a value that may be left out or undefined, and then is the fallback. */
export function optional<Value>(read: Reader<Value>): Reader<Value | undefined>;
export function optional<Value>(read: Reader<Value>, fallback: Value): Reader<Value>;
export function optional<Value>(read: Reader<Value>, fallback?: Value): Reader<Value | undefined> {
  return (value, name) => (value === undefined ? fallback : read(value, name));
}

function reader<Value>(validate: Validator<Value>): Reader<Value> {
  return (value, name) => {
    const check: Validator<Value> = validate;
    check(value, name);
    return value;
  };
}

export const text = reader(validateString);
/** Reads text that is not empty. */
export const name = reader(validateName);
export const boolean = reader(validateBoolean);
export const callback = reader(validateFunction);
export const sid = reader(validateSid);
/** Reads a signal, and throws its reason where it has aborted. */
export const signal = reader(validateSignal);
/** Reads 32 flag bits, unsigned. */
export const bits: Reader<number> = validBits;

/** Reads an integer within both bounds. */
export function integer(least: number, most: number): Reader<number> {
  return (value, name) => {
    validateInteger(value, name, least, most);
    return value;
  };
}

/** Reads one of the words. */
export function choice<Word extends string>(words: readonly Word[]): Reader<Word> {
  return (value, name) => {
    validateChoice(value, name, words);
    return value;
  };
}

/** What constant() takes: a word, or the number that Windows has for it. */
export type Constant<Numbers> = keyof Numbers | Numbers[keyof Numbers];

/** The word of a constant, which may be given as its number. */
export type ConstantWord<Numbers, Key> = Key extends keyof Numbers
  ? Key
  : { [Word in keyof Numbers]: Numbers[Word] extends Key ? Word : never }[keyof Numbers];

/** Reads one of the words, or the number that Windows has for it, and returns the word. */
export function constant<Word extends string>(
  numbers: Readonly<Record<Word, number>>,
): Reader<Word> {
  const words = Object.keys(numbers) as Word[];
  return (value, name) => {
    const word = words.find((candidate) => numbers[candidate] === value) ?? value;
    if (typeof word === 'number') {
      const reason = `must be one of: ${quote(words)}, or the number of one. Received ${word}`;
      throw createError('ERR_INVALID_ARG_VALUE', name, reason);
    }
    validateChoice(word, name, words);
    return word;
  };
}

/** Reads at most so many bytes. */
export function bytes(longest?: number): Reader<Uint8Array> {
  return (value, name) => {
    validateBytes(value, name, longest);
    return value;
  };
}

/** Copies an array. Reads it by index, because iterators run code of the caller's. */
export function list<Item>(read: Reader<Item>): Reader<readonly Item[]> {
  return (value, name) => {
    validateArray(value, name);
    const indices = { __proto__: null, length: value.length } as ArrayLike<undefined>;
    return Array.from(indices, (_, index) => read(value[index], `${name}[${index}]`));
  };
}

/** Reads options within options. */
export function object<Described extends Readers>(
  description: Described,
): Reader<Settings<Described>> {
  return (value, name) => readOptions(value, name, description);
}
