import { createError } from './errors/usage-error.js';
import { boolean, choice, list, optional, readOptions } from './options.js';
import { validBits } from './validate.js';

// https://learn.microsoft.com/windows/win32/secauthn/context-requirements

export const ISC_REQ_DELEGATE = 0x00000001;
export const ISC_REQ_MUTUAL_AUTH = 0x00000002;
export const ISC_REQ_REPLAY_DETECT = 0x00000004;
export const ISC_REQ_SEQUENCE_DETECT = 0x00000008;
export const ISC_REQ_CONFIDENTIALITY = 0x00000010;
export const ISC_REQ_USE_SESSION_KEY = 0x00000020;
export const ISC_REQ_PROMPT_FOR_CREDS = 0x00000040;
export const ISC_REQ_USE_SUPPLIED_CREDS = 0x00000080;
export const ISC_REQ_ALLOCATE_MEMORY = 0x00000100;
export const ISC_REQ_USE_DCE_STYLE = 0x00000200;
export const ISC_REQ_DATAGRAM = 0x00000400;
export const ISC_REQ_CONNECTION = 0x00000800;
export const ISC_REQ_CALL_LEVEL = 0x00001000;
export const ISC_REQ_FRAGMENT_SUPPLIED = 0x00002000;
export const ISC_REQ_EXTENDED_ERROR = 0x00004000;
export const ISC_REQ_STREAM = 0x00008000;
export const ISC_REQ_INTEGRITY = 0x00010000;
export const ISC_REQ_IDENTIFY = 0x00020000;
export const ISC_REQ_NULL_SESSION = 0x00040000;
export const ISC_REQ_MANUAL_CRED_VALIDATION = 0x00080000;
export const ISC_REQ_FRAGMENT_TO_FIT = 0x00200000;
export const ISC_REQ_FORWARD_CREDENTIALS = 0x00400000;
export const ISC_REQ_NO_INTEGRITY = 0x00800000;
export const ISC_REQ_USE_HTTP_STYLE = 0x01000000;
export const ISC_REQ_UNVERIFIED_TARGET_NAME = 0x20000000;
export const ISC_REQ_CONFIDENTIALITY_ONLY = 0x40000000;

export const ASC_REQ_DELEGATE = 0x00000001;
export const ASC_REQ_MUTUAL_AUTH = 0x00000002;
export const ASC_REQ_REPLAY_DETECT = 0x00000004;
export const ASC_REQ_SEQUENCE_DETECT = 0x00000008;
export const ASC_REQ_CONFIDENTIALITY = 0x00000010;
export const ASC_REQ_USE_SESSION_KEY = 0x00000020;
export const ASC_REQ_SESSION_TICKET = 0x00000040;
export const ASC_REQ_ALLOCATE_MEMORY = 0x00000100;
export const ASC_REQ_USE_DCE_STYLE = 0x00000200;
export const ASC_REQ_DATAGRAM = 0x00000400;
export const ASC_REQ_CONNECTION = 0x00000800;
export const ASC_REQ_CALL_LEVEL = 0x00001000;
export const ASC_REQ_FRAGMENT_SUPPLIED = 0x00002000;
export const ASC_REQ_EXTENDED_ERROR = 0x00008000;
export const ASC_REQ_STREAM = 0x00010000;
export const ASC_REQ_INTEGRITY = 0x00020000;
export const ASC_REQ_LICENSING = 0x00040000;
export const ASC_REQ_IDENTIFY = 0x00080000;
export const ASC_REQ_ALLOW_NULL_SESSION = 0x00100000;
export const ASC_REQ_ALLOW_NON_USER_LOGONS = 0x00200000;
export const ASC_REQ_ALLOW_CONTEXT_REPLAY = 0x00400000;
export const ASC_REQ_FRAGMENT_TO_FIT = 0x00800000;
export const ASC_REQ_NO_TOKEN = 0x01000000;
export const ASC_REQ_PROXY_BINDINGS = 0x04000000;
export const ASC_REQ_ALLOW_MISSING_BINDINGS = 0x10000000;

// The words of the options, and their bits. InitializeSecurityContext and AcceptSecurityContext
// number theirs differently. What is granted (ISC_RET_*, ASC_RET_*) has the numbers of what is asked
// for, except the words of requestOnly.

const clientBits = {
  delegate: ISC_REQ_DELEGATE,
  mutualAuthentication: ISC_REQ_MUTUAL_AUTH,
  replayDetect: ISC_REQ_REPLAY_DETECT,
  sequenceDetect: ISC_REQ_SEQUENCE_DETECT,
  confidentiality: ISC_REQ_CONFIDENTIALITY,
  integrity: ISC_REQ_INTEGRITY,
  useSessionKey: ISC_REQ_USE_SESSION_KEY,
  useSuppliedCredentials: ISC_REQ_USE_SUPPLIED_CREDS,
  dceStyle: ISC_REQ_USE_DCE_STYLE,
  datagram: ISC_REQ_DATAGRAM,
  connection: ISC_REQ_CONNECTION,
  extendedError: ISC_REQ_EXTENDED_ERROR,
  stream: ISC_REQ_STREAM,
  identify: ISC_REQ_IDENTIFY,
  nullSession: ISC_REQ_NULL_SESSION,
  manualCredentialValidation: ISC_REQ_MANUAL_CRED_VALIDATION,
  forwardCredentials: ISC_REQ_FORWARD_CREDENTIALS,
  noIntegrity: ISC_REQ_NO_INTEGRITY,
  httpStyle: ISC_REQ_USE_HTTP_STYLE,
  unverifiedTargetName: ISC_REQ_UNVERIFIED_TARGET_NAME,
  confidentialityOnly: ISC_REQ_CONFIDENTIALITY_ONLY,
} as const;

const serverBits = {
  delegate: ASC_REQ_DELEGATE,
  mutualAuthentication: ASC_REQ_MUTUAL_AUTH,
  replayDetect: ASC_REQ_REPLAY_DETECT,
  sequenceDetect: ASC_REQ_SEQUENCE_DETECT,
  confidentiality: ASC_REQ_CONFIDENTIALITY,
  integrity: ASC_REQ_INTEGRITY,
  useSessionKey: ASC_REQ_USE_SESSION_KEY,
  dceStyle: ASC_REQ_USE_DCE_STYLE,
  datagram: ASC_REQ_DATAGRAM,
  connection: ASC_REQ_CONNECTION,
  extendedError: ASC_REQ_EXTENDED_ERROR,
  stream: ASC_REQ_STREAM,
  identify: ASC_REQ_IDENTIFY,
  nullSession: ASC_REQ_ALLOW_NULL_SESSION,
  sessionTicket: ASC_REQ_SESSION_TICKET,
  allowNonUserLogons: ASC_REQ_ALLOW_NON_USER_LOGONS,
  allowContextReplay: ASC_REQ_ALLOW_CONTEXT_REPLAY,
  noToken: ASC_REQ_NO_TOKEN,
  proxyBindings: ASC_REQ_PROXY_BINDINGS,
  allowMissingBindings: ASC_REQ_ALLOW_MISSING_BINDINGS,
} as const;

export type ContextRole = 'client' | 'server';

/** What credentials are for: clients, servers, or both. */
export type CredentialsUse = 'outbound' | 'inbound' | 'both';

/** A word for a property that a client asks for: one bit of ISC_REQ_*. */
export type ClientContextFlag = keyof typeof clientBits;

/** A word for a property that a server asks for: one bit of ASC_REQ_*. */
export type ServerContextFlag = keyof typeof serverBits;

/** A word for a property of a context. */
export type ContextFlag = ClientContextFlag | ServerContextFlag;

/** What a client asks for. A word that is absent or undefined has its default. */
export type ClientContextFlags = { readonly [Flag in ClientContextFlag]?: boolean | undefined };

/** What a server asks for. A word that is absent or undefined has its default. */
export type ServerContextFlags = { readonly [Flag in ServerContextFlag]?: boolean | undefined };

/** What was granted: true or false for each word of the side. */
export type ContextFlags = { readonly [Flag in ContextFlag]?: boolean };

const bits: Readonly<Record<ContextRole, Readonly<Record<string, number>>>> = {
  client: clientBits,
  server: serverBits,
};

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
  return Object.keys(bits[role]) as ContextFlag[];
}

/** Lists the words of what a side of a context can be granted. */
export function grantableFlagNames(role: ContextRole): ContextFlag[] {
  return flagNames(role).filter((word) => !requestOnly.includes(word));
}

function sumBits(role: ContextRole, words: readonly string[]): number {
  return words.reduce((sum, word) => sum | (bits[role][word] ?? 0), 0) >>> 0;
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

/** Reads the option `require`, an array of words or a number of their bits, and returns the words. */
export function requiredFlags(role: ContextRole, require: unknown): readonly ContextFlag[] {
  const name = 'options.require';
  if (typeof require !== 'number') return words[role](require, name);
  const required = validBits(require, name);
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
