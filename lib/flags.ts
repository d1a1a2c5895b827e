import { boolean, optional, readOptions } from './options.js';

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
// number theirs differently; what is granted (ISC_RET_*, ASC_RET_*) has the numbers of what is asked,
// but for the words of requestOnly.

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

/** A property of a context that one side asks for and the package grants or does not. */
export type ContextFlag = keyof typeof clientBits | keyof typeof serverBits;

/** What is asked for (absent: the default) or what was granted. */
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

// Nothing tells whether these were granted.
const requestOnly: readonly string[] = [
  'noIntegrity',
  'unverifiedTargetName',
  'proxyBindings',
  'allowMissingBindings',
];

/** The words that a side of a context can ask for. */
export function flagNames(role: ContextRole): ContextFlag[] {
  return Object.keys(bits[role]) as ContextFlag[];
}

/** The words of what a side of a context can be granted. */
export function grantableFlagNames(role: ContextRole): ContextFlag[] {
  return flagNames(role).filter((name) => !requestOnly.includes(name));
}

const describeFlags = (role: ContextRole) =>
  Object.fromEntries(flagNames(role).map((name) => [name, optional(boolean)]));

const descriptions = { client: describeFlags('client'), server: describeFlags('server') };

/** The bits to ask for: the defaults, changed by what the caller set. */
export function requestedBits(role: ContextRole, flags: ContextFlags = {}): number {
  const words = readOptions(flags, 'options.flags', descriptions[role]);
  const requested = Object.entries(bits[role]).filter(
    ([name]) => words[name] ?? requestedByDefault.includes(name),
  );
  return requested.reduce((sum, [, bit]) => sum | bit, 0) >>> 0;
}

const grantedBefore: Record<ContextRole, Map<number, ContextFlags>> = {
  client: new Map(),
  server: new Map(),
};

/** The words of the bits that were granted: every word that can be, true or false. */
export function grantedFlags(role: ContextRole, granted: number): ContextFlags {
  const known = grantedBefore[role];
  const flags = known.get(granted) ?? newFlags(role, granted);
  // Contexts have few kinds of flags. A package that makes many up gets no room for them.
  if (known.size < 64) known.set(granted, flags);
  return flags;
}

function newFlags(role: ContextRole, granted: number): ContextFlags {
  const words = grantableFlagNames(role).map((name) => [
    name,
    (granted & (bits[role][name] ?? 0)) !== 0,
  ]);
  return Object.freeze(Object.fromEntries(words));
}
