import { isSharedArrayBuffer, isUint8Array } from 'node:util/types';
import { arrayBufferOf, byteLengthOf } from './bytes.js';
import { usageError } from './errors/usage-error.js';

// No validator puts a string that it was given into a message, but for names of keys and choices:
// the value may be a password.

function typeOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object') return `type ${typeof value}`;
  return `an instance of ${value.constructor?.name || 'Object'}`;
}

function wrongType(name: string, expected: string, value: unknown): Error {
  return usageError(
    'ERR_INVALID_ARG_TYPE',
    `"${name}" must be ${expected}. Received ${typeOf(value)}`,
  );
}

function quotedList(words: readonly string[]): string {
  return words.map((word) => `"${word}"`).join(', ');
}

/** How many letters have to be added, removed or replaced to get from one word to the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...to].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/** " Did you mean …?" where one of the valid words is near or starts the same, otherwise nothing. */
function suggestion(word: string, valid: readonly string[]): string {
  const lower = word.toLowerCase();
  const near = valid
    .map((candidate) => ({ candidate, steps: distance(lower, candidate.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps)
    .find(
      ({ candidate, steps }) =>
        steps <= 2 || (lower.length > 3 && candidate.toLowerCase().startsWith(lower)),
    );
  return near ? ` Did you mean "${near.candidate}"?` : '';
}

/**
 * A copy of options that have no key beside the valid ones. Each is read once, and nothing is
 * inherited: a default cannot be changed from outside, nor a value after its check.
 */
export function validOptions<Options extends object>(
  value: Options,
  name: string,
  valid: readonly (keyof Options & string)[],
): Partial<Options> {
  if (!isPlainObject(value)) throw wrongType(name, 'a plain object', value);
  const options = Object.create(null);
  for (const [key, option] of Object.entries(value)) {
    if (!(valid as readonly string[]).includes(key)) throw unknownKey(key, name, valid);
    options[key] = option;
  }
  return options;
}

// Of any realm. The properties of another prototype would be overlooked.
function isPlainObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unknownKey(key: string, name: string, valid: readonly string[]): Error {
  return usageError(
    'ERR_INVALID_ARG_VALUE',
    `"${name}" has the unknown key "${key}".${suggestion(key, valid)} ` +
      `The valid keys are ${quotedList(valid)}`,
  );
}

/** A signal that has not aborted yet; throws its reason where it has. */
export function validateSignal(
  value: unknown,
  name: string,
): asserts value is AbortSignal | undefined {
  if (value === undefined) return;
  // Of any realm: as Node itself does it.
  const { aborted, reason, addEventListener } = Object(value) as AbortSignal;
  if (typeof aborted !== 'boolean' || typeof addEventListener !== 'function') {
    throw wrongType(name, 'an instance of AbortSignal', value);
  }
  if (aborted) throw reason;
}

/** Text without a zero character: Windows would take it for the end. */
export function validateString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw wrongType(name, 'a string', value);
  if (value.includes('\0')) {
    throw usageError('ERR_INVALID_ARG_VALUE', `"${name}" must not contain a zero character`);
  }
}

export function validateName(value: unknown, name: string): asserts value is string {
  validateString(value, name);
  if (value === '') throw usageError('ERR_INVALID_ARG_VALUE', `"${name}" must not be empty`);
}

export function validateSid(value: unknown): asserts value is string {
  validateString(value, 'sid');
  if (/^S-1-\d+(-\d+){1,15}$/.test(value)) return;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    '"sid" must be a security identifier in its text form, such as "S-1-5-32-544"',
  );
}

export function validateAscii(value: string, name: string): void {
  if (/^[\x20-\x7e]*$/.test(value)) return;
  throw usageError('ERR_INVALID_ARG_VALUE', `"${name}" must be printable ASCII`);
}

export function validateLength(value: string, name: string, longest: number): void {
  if (value.length <= longest) return;
  throw usageError(
    'ERR_OUT_OF_RANGE',
    `"${name}" must not be longer than ${longest} characters. Received ${value.length} characters`,
  );
}

export function validateBoolean(value: unknown, name: string): asserts value is boolean {
  if (typeof value !== 'boolean') throw wrongType(name, 'a boolean', value);
}

export function validateFunction(value: unknown, name: string): asserts value is () => unknown {
  if (typeof value !== 'function') throw wrongType(name, 'a function', value);
}

export function validateChoice<Choice extends string>(
  value: unknown,
  name: string,
  choices: readonly Choice[],
): asserts value is Choice {
  if (typeof value !== 'string') throw wrongType(name, `one of ${quotedList(choices)}`, value);
  if ((choices as readonly string[]).includes(value)) return;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    `"${name}" must be one of ${quotedList(choices)}. Received "${value}".` +
      suggestion(value, choices),
  );
}

export function validateInteger(
  value: unknown,
  name: string,
  least: number,
  most: number,
): asserts value is number {
  if (typeof value !== 'number') throw wrongType(name, 'a number', value);
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw usageError(
    'ERR_OUT_OF_RANGE',
    `"${name}" must be an integer from ${least} to ${most}. Received ${value}`,
  );
}

export function validateUint32(value: unknown, name: string): asserts value is number {
  validateInteger(value, name, 0, 0xffffffff);
}

/** A word of flag bits. Operators such as | give it a sign where the highest bit is set. */
export function validBits(value: unknown, name: string): number {
  const signed =
    Number.isInteger(value) && (value as number) < 0 && (value as number) >= -(2 ** 31);
  const bits = signed ? (value as number) >>> 0 : value;
  validateUint32(bits, name);
  return bits;
}

/** Bytes that Windows may read or write during a call, and nobody else. */
export function validateBytes(
  value: unknown,
  name: string,
  longest = 0xffffffff,
): asserts value is Uint8Array {
  if (!isUint8Array(value)) throw wrongType(name, 'a Buffer or a Uint8Array', value);
  if (isSharedArrayBuffer(arrayBufferOf(value))) {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      `"${name}" must not lie in a SharedArrayBuffer, which another thread can change during the ` +
        'call. Copy it first',
    );
  }
  const length = byteLengthOf(value);
  if (length <= longest) return;
  throw usageError(
    'ERR_OUT_OF_RANGE',
    `"${name}" must not be longer than ${longest} bytes. Received ${length} bytes`,
  );
}
