import { X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createError } from '../../errors/usage-error.js';
import { Credentials, type ServerContextFlag, type ServerContextFlags } from '../../index.js';
import {
  boolean,
  callback,
  choice,
  type Description,
  integer,
  list,
  name,
  optional,
  type Reader,
  readOptions,
  sid,
} from '../../options.js';
import { flagWords, instance, requiredFlagWords } from '../option-readers.js';
import type { Scheme } from '../scheme.js';
import type { AuthenticateFailure } from './authenticate-result.js';
import type { FormatFailure } from './failure-page.js';

export interface ServerOptions {
  /** Inbound credentials, which the caller closes. Default: those of the process, with `package`. */
  credentials?: Credentials | undefined;
  /** The security package, which also takes the tokens of the scheme NTLM. Default: `Negotiate`. */
  package?: string | undefined;
  /** Whether NTLM may be used. With `false`, Negotiate is offered alone, and must not choose it. Default: true. */
  ntlm?: boolean | undefined;
  /** The schemes to offer, the best first. Default: Negotiate, then NTLM; with the package NTLM that alone. */
  schemes?: readonly Scheme[] | undefined;
  /**
   * Whether a logon by Kerberos, or by another package that takes one token, is for its connection, until that closes
   * or another logon begins on it. Otherwise it is for one request, and each request brings a token, so that a proxy
   * which adds no headers cannot mix users up. Default: false.
   */
  persistKerberos?: boolean | undefined;
  /** Whether a logon by NTLM, or by another package that takes several tokens, is for its connection. Default: true. */
  persistNtlm?: boolean | undefined;
  /**
   * Connections of proxies, which headers such as Via and X-Forwarded-For reveal, or a missing address: `refuse`, or
   * `kerberosPerRequest`, which requires a Kerberos token with every request, with and without signs of a proxy.
   * Default: `refuse`.
   */
  proxyPolicy?: 'refuse' | 'kerberosPerRequest' | undefined;
  /**
   * Extended protection, over TLS: `allow` accepts clients without channel bindings, `require` refuses them, and every
   * request without TLS; both refuse wrong bindings. Default: `allow`.
   */
  extendedProtection?: 'off' | 'allow' | 'require' | undefined;
  /** The certificate of the TLS server, where it has several. Default: the one of the socket. */
  certificate?: X509Certificate | undefined;
  /**
   * Extended protection without TLS: the service names that clients may have asked for, such as `HTTP/intranet`. Other
   * names are refused. With `require`, clients that have named no service are refused too, and TLS is not required.
   */
  targetNames?: readonly string[] | undefined;
  /** The flags to ask for, where they differ from the default: `connection` alone. */
  flags?: ServerContextFlags | undefined;
  /** The flags that the package must grant. */
  requiredFlags?: readonly ServerContextFlag[] | undefined;
  /** The SIDs of groups or users, one of which a client must have. Default: every client is allowed. */
  allowedSids?: readonly string[] | undefined;
  /** Whether ANONYMOUS LOGON is allowed: a client that has named no user. Default: false. */
  allowAnonymous?: boolean | undefined;
  /**
   * Whether Guest and members of Guests and Domain Guests are allowed. Where Guest is enabled, Windows logs unknown
   * users on as Guest. Default: false.
   */
  allowGuest?: boolean | undefined;
  /** The longest token, in bytes. Default: 49,152. The `maxHeaderSize` of Node's server is applied first. */
  maxTokenLength?: number | undefined;
  /** The number of handshakes that may wait for their clients: one more ends the oldest. Default: 1,000. */
  maxHandshakes?: number | undefined;
  /** The same for the handshakes of one address, or of 64 bits of an address of IPv6. Default: 100. */
  maxHandshakesPerAddress?: number | undefined;
  /** The time limit of a handshake, in milliseconds. Default: 15,000. */
  handshakeTimeout?: number | undefined;
  /** Called for each request that fails, except those without a token. Must not throw. */
  onAuthenticationFailed?:
    | ((failure: AuthenticateFailure, request: IncomingMessage) => void)
    | undefined;
  /**
   * Returns the page for a failure, such as `{ body: '<h1>…', contentType: 'text/html; charset=utf-8' }`; undefined
   * for the default text. Status and headers stay. It is synchronous. Where it throws, the client gets the default
   * text, and a warning is emitted.
   */
  formatFailure?: FormatFailure | undefined;
}

const LONGEST_TOKEN = 49_152;
const LONGEST_TIMER = 0x7fffffff;

const schemeNames: readonly Scheme[] = ['Negotiate', 'NTLM'];

const serverOptions = {
  credentials: optional(instance(Credentials, 'credentials from Credentials.acquire()')),
  package: optional(name),
  ntlm: optional(boolean, true),
  schemes: optional(list(choice(schemeNames))),
  persistKerberos: optional(boolean, false),
  persistNtlm: optional(boolean, true),
  proxyPolicy: optional(choice(['refuse', 'kerberosPerRequest'] as const), 'refuse'),
  extendedProtection: optional(choice(['off', 'allow', 'require'] as const), 'allow'),
  certificate: optional(instance(X509Certificate, 'an instance of X509Certificate')),
  targetNames: optional(list(name)),
  flags: optional(flagWords<ServerContextFlags>('server'), {}),
  requiredFlags: optional(requiredFlagWords<ServerContextFlag>('server'), []),
  allowedSids: optional(list(sid)),
  allowAnonymous: optional(boolean, false),
  allowGuest: optional(boolean, false),
  maxTokenLength: optional(integer(1, LONGEST_TOKEN), LONGEST_TOKEN),
  maxHandshakes: optional(integer(1, 0xffffffff), 1000),
  maxHandshakesPerAddress: optional(integer(1, 0xffffffff), 100),
  handshakeTimeout: optional(integer(1, LONGEST_TIMER), 15_000),
  onAuthenticationFailed: optional(
    callback as Reader<NonNullable<ServerOptions['onAuthenticationFailed']>>,
    () => {},
  ),
  formatFailure: optional(callback as Reader<FormatFailure>),
} satisfies Description<ServerOptions>;

export type ServerSettings = ReturnType<typeof readServerOptions>;

/** Reads options, checks them and adds the defaults. */
export function readServerOptions(options: ServerOptions) {
  const settings = readOptions(options, 'options', serverOptions);
  const { credentials } = settings;
  const kerberosOnly = settings.proxyPolicy === 'kerberosPerRequest';
  if (credentials && (settings.package !== undefined || !settings.ntlm)) {
    const key = settings.ntlm ? 'package' : 'ntlm';
    throw wrongOption(key, 'has no meaning beside credentials, which were acquired with one');
  }
  const packageName = settings.package ?? credentials?.package ?? 'Negotiate';
  if (packageName.toLowerCase() === 'kerberos') {
    const reason = 'must not be Kerberos, which does not read the tokens of browsers. For Kerberos';
    throw wrongOption('package', `${reason} alone use Negotiate with "ntlm: false"`);
  }
  if (kerberosOnly && settings.persistKerberos) {
    throw wrongOption('persistKerberos', 'has no meaning where each request brings a token');
  }
  const { targetNames, extendedProtection } = settings;
  if (targetNames && extendedProtection === 'off') {
    throw wrongOption('targetNames', 'has no meaning where extended protection is off');
  }
  if (targetNames?.length === 0) throw wrongOption('targetNames', 'must name one at least');
  return {
    ...settings,
    package: packageName,
    schemes: readSchemes(settings, packageName),
    kerberosOnly,
  };
}

function readSchemes(
  { schemes, ntlm, proxyPolicy }: Pick<ServerOptions, 'schemes' | 'ntlm' | 'proxyPolicy'>,
  packageName: string,
): readonly Scheme[] {
  // NTLM authenticates a TCP connection, which a proxy shares among users.
  const isWithoutNtlm = ntlm === false || proxyPolicy === 'kerberosPerRequest';
  const isNtlm = packageName.toLowerCase() === 'ntlm';
  if (isNtlm && isWithoutNtlm) throw wrongOption('package', 'must not be NTLM without NTLM');
  const possible = isWithoutNtlm ? schemeNames.filter((name) => name !== 'NTLM') : schemeNames;
  const list = schemes ?? (isNtlm ? ['NTLM'] : possible);
  if (list.length === 0) throw wrongOption('schemes', 'must name one at least');
  if (list.every((scheme) => possible.includes(scheme))) return list;
  throw wrongOption('schemes', 'must not name NTLM where only Kerberos is taken');
}

function wrongOption(key: keyof ServerOptions, reason: string): Error {
  return createError('ERR_INVALID_ARG_VALUE', `options.${key}`, reason);
}
