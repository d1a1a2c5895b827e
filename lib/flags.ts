import { createError } from './errors/usage-error.js';
import {
  type ClientContextFlag,
  type ClientContextFlags,
  type ContextRole,
  flagBits,
  ISC_REQ_ALLOCATE_MEMORY,
  type ServerContextFlag,
  type ServerContextFlags,
} from './flag-bits.js';
import { boolean, choice, list, optional, readOptions } from './options.js';
import { validBits } from './validate.js';

export type {
  ClientContextFlag,
  ClientContextFlags,
  ContextRole,
  CredentialsUse,
  ServerContextFlag,
  ServerContextFlags,
} from './flag-bits.js';

/** A word for a property of a context. */
export type ContextFlag = ClientContextFlag | ServerContextFlag;

/** What was granted: true or false for each word of the side. */
export type ContextFlags = { readonly [Flag in ContextFlag]?: boolean };

const requestedByDefault: readonly string[] = [
  'mutualAuthentication',
  'replayDetect',
  'sequenceDetect',
  'confidentiality',
  'integrity',
];

// Windows does not report whether these were granted.
const requestOnly: readonly string[] = [
  'noIntegrity',
  'unverifiedTargetName',
  'proxyBindings',
  'allowMissingBindings',
];

/** Lists the words that a side of a context can ask for. */
export function flagNames(role: ContextRole): ContextFlag[] {
  return Object.keys(flagBits[role]) as ContextFlag[];
}

/** Lists the words of what a side of a context can be granted. */
export function grantableFlagNames(role: ContextRole): ContextFlag[] {
  return flagNames(role).filter((word) => !requestOnly.includes(word));
}

function sumBits(role: ContextRole, words: readonly string[]): number {
  return words.reduce((sum, word) => sum | (flagBits[role][word] ?? 0), 0);
}

const describeFlags = (role: ContextRole) =>
  Object.fromEntries(flagNames(role).map((word) => [word, optional(boolean)]));

const descriptions = { client: describeFlags('client'), server: describeFlags('server') };

/**
 * Reads the option `flags`, and returns the bits to ask for: a number as it is, or the defaults with the
 * changes of the words.
 */
export function requestedBits(
  role: ContextRole,
  flags: ClientContextFlags | ServerContextFlags | number = {},
): number {
  if (typeof flags === 'number') return exactBits(flags, 'options.flags');
  const words = readOptions(flags, 'options.flags', descriptions[role]);
  const requested = flagNames(role).filter(
    (word) => words[word] ?? requestedByDefault.includes(word),
  );
  return sumBits(role, requested);
}

function exactBits(flags: number, name: string): number {
  const exact = validBits(flags, name);
  if ((exact & ISC_REQ_ALLOCATE_MEMORY) === 0) return exact;
  const reason = 'must not have the bit 0x100 (*_REQ_ALLOCATE_MEMORY): the addon allocates tokens';
  throw createError('ERR_INVALID_ARG_VALUE', name, reason);
}

const words = {
  client: list(choice(grantableFlagNames('client'))),
  server: list(choice(grantableFlagNames('server'))),
};

/** Reads the option `requiredFlags`, an array of words or a number of their bits, and returns the words. */
export function readRequiredFlags(role: ContextRole, value: unknown): readonly ContextFlag[] {
  const name = 'options.requiredFlags';
  if (typeof value !== 'number') return words[role](value, name);
  const required = validBits(value, name);
  const named = grantableFlagNames(role).filter((word) => required & sumBits(role, [word]));
  const rest = (required & ~sumBits(role, named)) >>> 0;
  if (rest === 0) return named;
  const reason = `has bits whose grant Windows does not report: 0x${rest.toString(16)}`;
  throw createError('ERR_INVALID_ARG_VALUE', name, reason);
}

const grantedBefore: Record<ContextRole, Map<number, ContextFlags>> = {
  client: new Map(),
  server: new Map(),
};

/** Returns the words of the bits that were granted: every word that can be, true or false. */
export function grantedFlags(role: ContextRole, granted: number): ContextFlags {
  const known = grantedBefore[role];
  const flags = known.get(granted) ?? newFlags(role, granted);
  // Contexts have few sets of flags. A package that makes up many does not fill the memory.
  if (known.size < 64) known.set(granted, flags);
  return flags;
}

function newFlags(role: ContextRole, granted: number): ContextFlags {
  const entries = grantableFlagNames(role).map((word) => [
    word,
    (granted & sumBits(role, [word])) !== 0,
  ]);
  return Object.freeze(Object.fromEntries(entries));
}
