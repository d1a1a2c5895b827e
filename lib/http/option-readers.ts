import type { ConnectionOptions } from 'node:tls';
import { createError } from '../errors/usage-error.js';
import { readRequiredFlags, requestedBits } from '../flags.js';
import type { Reader } from '../options.js';

/** Reads an instance of a class. */
export function instance<Instance>(
  type: abstract new (...args: never[]) => Instance,
  expected: string,
): Reader<Instance> {
  return (value, name) => {
    if (value instanceof type) return value;
    throw createError('ERR_INVALID_ARG_TYPE', name, expected, value);
  };
}

type Side = 'client' | 'server';

/** Copies an object with words for the flags of contexts. */
export function flagWords<Flags extends object>(side: Side): Reader<Flags> {
  return (value, name) => {
    const words = copyObject<Flags>(value, name);
    requestedBits(side, words);
    return words;
  };
}

/** Copies a list of words for flags that contexts must be granted. */
export function requiredFlagWords<Flag extends string>(side: Side): Reader<readonly Flag[]> {
  return (value, name) => {
    if (Array.isArray(value)) return readRequiredFlags(side, value) as readonly Flag[];
    throw createError('ERR_INVALID_ARG_TYPE', name, 'an instance of Array', value);
  };
}

// An agent's options go first: they would lead to another host than the one that a token is for.
const routing = ['host', 'port', 'path', 'socket', 'lookup', 'localAddress', 'family'];

/** Copies what TLS connections are made with. */
export function tlsOptions(value: unknown, name: string): ConnectionOptions {
  const options = copyObject<ConnectionOptions>(value, name);
  const wrong = routing.find((key) => key in options);
  if (wrong === undefined) return options;
  throw createError('ERR_INVALID_ARG_VALUE', `${name}.${wrong}`, 'has no meaning: the URL has it');
}

/** Copies an object, without what is undefined. */
export function copyObject<Value extends object>(value: unknown, name: string): Value {
  if (typeof value !== 'object' || value === null) {
    throw createError('ERR_INVALID_ARG_TYPE', name, 'an object', value);
  }
  const given = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return Object.fromEntries(given) as Value;
}
