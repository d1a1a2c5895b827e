import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { usageError } from '../../errors/usage-error.js';
import { Credentials, type ServerContextFlag, type ServerContextFlags } from '../../index.js';
import {
  validateChoice,
  validateFunction,
  validateInteger,
  validateName,
  validateSid,
  validOptions,
} from '../../validate.js';
import type { Scheme } from '../scheme.js';
import type { Refusal } from './verdict.js';

export interface ServerOptions {
  /** Inbound credentials, which the caller closes. Default: those of the process, with `package`. */
  credentials?: Credentials;
  /** The security package, which also takes the tokens of the scheme NTLM. Default: `Negotiate`. */
  package?: string;
  /** What to offer, the best first. Default: Negotiate, then NTLM. */
  schemes?: readonly Scheme[];
  /**
   * What an authentication is for: the connection, until it closes or another begins on it, or the one
   * request. Default: `connection`.
   */
  per?: 'connection' | 'request';
  /**
   * Requests that came through a proxy, which say so with Via, Forwarded or X-Forwarded-For: `refuse`,
   * or `kerberosPerRequest`, which lets no request in without a Kerberos token of its own, whether a
   * proxy is named or not. Default: `refuse`.
   */
  proxied?: 'refuse' | 'kerberosPerRequest';
  /**
   * Extended protection, over TLS: clients without channel bindings are let in with `allow`, and
   * refused with `require`, as is everyone without TLS; wrong ones are refused with both. Default:
   * `allow`.
   */
  extendedProtection?: 'off' | 'allow' | 'require';
  /** The certificate of the TLS server, where it has several. Default: the socket knows it. */
  certificate?: X509Certificate;
  /** What the contexts ask for, where it differs from the default. */
  flags?: ServerContextFlags;
  /** What the contexts must have been granted. */
  requiredFlags?: readonly ServerContextFlag[];
  /** Who may come in, by the SIDs of groups or users: one of them is enough. Default: everybody. */
  allow?: readonly string[];
  /** The longest token, in bytes. Default: 49,152. A server's `maxHeaderSize` comes before it. */
  maxTokenLength?: number;
  /** How many handshakes may be under way. Default: 1,000. */
  maxHandshakes?: number;
  /** How long a handshake may take, in milliseconds. Default: 15,000. */
  handshakeTimeout?: number;
  /** Hears of each request that is not let in, but for those that bring no token. Must not throw. */
  onRefusal?: (refusal: Refusal, request: IncomingMessage) => void;
}

export interface ServerSettings extends Required<Omit<ServerOptions, Optional>> {
  readonly credentials: Credentials | undefined;
  readonly certificate: X509Certificate | undefined;
  readonly flags: ServerContextFlags;
  readonly allow: readonly string[] | undefined;
}

type Optional = 'credentials' | 'certificate' | 'flags' | 'allow';

export const serverKeys = [
  'credentials',
  'package',
  'schemes',
  'per',
  'proxied',
  'extendedProtection',
  'certificate',
  'flags',
  'requiredFlags',
  'allow',
  'maxTokenLength',
  'maxHandshakes',
  'handshakeTimeout',
  'onRefusal',
] as const;

const LONGEST_TOKEN = 49_152;
const LONGEST_TIMER = 0x7fffffff;

/** Options with their defaults, checked. What only a context can check, the first context checks. */
export function serverSettings(options: ServerOptions): ServerSettings {
  const valid = validOptions(options, 'options', serverKeys);
  const { credentials, certificate, allow, flags = {}, requiredFlags = [] } = valid;
  const { per = 'connection', proxied = 'refuse', extendedProtection = 'allow' } = valid;
  const { maxTokenLength = LONGEST_TOKEN, maxHandshakes = 1000 } = valid;
  const { handshakeTimeout = 15_000, onRefusal = () => {} } = valid;
  validateChoice(per, 'options.per', ['connection', 'request']);
  validateChoice(proxied, 'options.proxied', ['refuse', 'kerberosPerRequest']);
  validateChoice(extendedProtection, 'options.extendedProtection', ['off', 'allow', 'require']);
  validateInteger(maxTokenLength, 'options.maxTokenLength', 1, LONGEST_TOKEN);
  validateInteger(maxHandshakes, 'options.maxHandshakes', 1, 0xffffffff);
  validateInteger(handshakeTimeout, 'options.handshakeTimeout', 1, LONGEST_TIMER);
  validateFunction(onRefusal, 'options.onRefusal');
  validateCertificate(certificate);
  for (const sid of validList(allow ?? [], 'options.allow')) validateSid(sid);
  return {
    credentials: validCredentials(credentials, valid.package),
    package: validPackage(valid.package ?? credentials?.package ?? 'Negotiate'),
    schemes: validSchemes(valid.schemes, proxied === 'kerberosPerRequest'),
    per: proxied === 'kerberosPerRequest' ? 'request' : per,
    proxied,
    extendedProtection,
    certificate,
    flags,
    requiredFlags: validList(requiredFlags, 'options.requiredFlags'),
    allow: allow && [...allow],
    maxTokenLength,
    maxHandshakes,
    handshakeTimeout,
    onRefusal,
  };
}

// NTLM is bound to a TCP connection, and a proxy's connections are everybody's.
function validSchemes(schemes: readonly Scheme[] | undefined, kerberosOnly: boolean): Scheme[] {
  const offered: readonly Scheme[] = kerberosOnly ? ['Negotiate'] : ['Negotiate', 'NTLM'];
  const list = validList(schemes ?? offered, 'options.schemes');
  for (const [index, scheme] of list.entries()) {
    validateChoice(scheme, `options.schemes[${index}]`, offered);
  }
  if (list.length > 0) return list;
  throw usageError('ERR_INVALID_ARG_VALUE', '"options.schemes" must name one at least');
}

function validList<Value>(list: readonly Value[], name: string): Value[] {
  if (Array.isArray(list)) return [...list];
  throw usageError('ERR_INVALID_ARG_TYPE', `"${name}" must be an array`);
}

function validPackage(name: string): string {
  validateName(name, 'options.package');
  return name;
}

function validCredentials(
  credentials: Credentials | undefined,
  packageName: string | undefined,
): Credentials | undefined {
  if (credentials === undefined) return undefined;
  if (!(credentials instanceof Credentials)) {
    throw usageError(
      'ERR_INVALID_ARG_TYPE',
      '"options.credentials" must come from Credentials.acquire()',
    );
  }
  if (packageName === undefined) return credentials;
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    '"options.package" has no meaning beside "options.credentials", which have one',
  );
}

function validateCertificate(certificate: unknown): void {
  if (certificate === undefined || certificate instanceof X509Certificate) return;
  throw usageError('ERR_INVALID_ARG_TYPE', '"options.certificate" must be an X509Certificate');
}
