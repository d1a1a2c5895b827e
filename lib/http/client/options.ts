import type { ConnectionOptions } from 'node:tls';
import { usageError } from '../../errors/usage-error.js';
import {
  type ClientContextFlag,
  type ClientContextFlags,
  type Credentials,
  type IdentityOptions,
  spn,
} from '../../index.js';
import {
  validateBoolean,
  validateChoice,
  validateInteger,
  validateName,
  validOptions,
} from '../../validate.js';
import { validateCredentials } from '../own-credentials.js';
import type { Scheme } from '../scheme.js';
import { hostOf, type ProxyOptions, type ProxySettings, proxySettings } from './proxy-options.js';

export interface ClientOptions {
  /** Outbound credentials, which the caller closes. Default: acquired with `package` and `identity`. */
  credentials?: Credentials;
  /** Whom to log on as. Default: the logged-on user. */
  identity?: IdentityOptions;
  /** The scheme to answer. Default: `Negotiate`. */
  scheme?: Scheme;
  /** The security package. Default: that of the scheme. */
  package?: string;
  /** Who may be authenticated to, such as `https://intranet`. Default: the origin of the URL alone. */
  allowedOrigins?: readonly string[];
  /**
   * The service principal name. A text is for the origin of the URL; a function is asked for each
   * origin. Default: `HTTP/` and the host's name.
   */
  targetName?: string | ((url: URL) => string);
  /** What the contexts ask for, where it differs from the default. */
  flags?: ClientContextFlags;
  /** What the contexts must have been granted. */
  requiredFlags?: readonly ClientContextFlag[];
  /** Whether contexts are bound to the TLS connection that they are for. Default: true. */
  channelBindings?: boolean;
  /** What TLS connections are made with: `ca`, `rejectUnauthorized`, … */
  tls?: ConnectionOptions;
  /** The proxy to go through, such as `http://proxy:3128`, and how to authenticate to it. */
  proxy?: string | URL | ProxyOptions;
  /** How many redirects to follow. Default: 20. */
  maxRedirects?: number;
}

export interface ClientSettings {
  readonly credentials: Credentials | undefined;
  readonly identity: IdentityOptions | undefined;
  readonly scheme: Scheme;
  readonly package: string;
  readonly allowedOrigins: readonly string[] | undefined;
  readonly targetName: ClientOptions['targetName'];
  readonly flags: ClientContextFlags;
  readonly requiredFlags: readonly ClientContextFlag[];
  readonly channelBindings: boolean;
  readonly tls: ConnectionOptions;
  readonly proxy: ProxySettings | undefined;
  readonly maxRedirects: number;
}

const keys = [
  'credentials',
  'identity',
  'scheme',
  'package',
  'allowedOrigins',
  'targetName',
  'flags',
  'requiredFlags',
  'channelBindings',
  'tls',
  'proxy',
  'maxRedirects',
] as const;

/** Options with their defaults, checked. What only a context can check, the first context checks. */
export function clientSettings(options: ClientOptions): ClientSettings {
  const valid = validOptions(options, 'options', keys);
  const {
    credentials,
    identity,
    allowedOrigins,
    targetName,
    flags = {},
    requiredFlags = [],
  } = valid;
  const { scheme = 'Negotiate', channelBindings = true, tls = {}, maxRedirects = 20 } = valid;
  validateChoice(scheme, 'options.scheme', ['Negotiate', 'NTLM']);
  validateBoolean(channelBindings, 'options.channelBindings');
  validateInteger(maxRedirects, 'options.maxRedirects', 0, 100);
  if (typeof targetName !== 'function' && targetName !== undefined) {
    validateName(targetName, 'options.targetName');
  }
  const packageName = valid.package ?? scheme;
  validateName(packageName, 'options.package');
  validateCredentials(valid, 'options');
  const source = { credentials, identity, scheme, package: packageName };
  return {
    ...source,
    allowedOrigins: allowedOrigins && validOrigins(allowedOrigins),
    targetName,
    flags,
    requiredFlags,
    channelBindings,
    tls: { ...tls },
    proxy: valid.proxy === undefined ? undefined : proxySettings(valid.proxy, source),
    maxRedirects,
  };
}

function validOrigins(origins: readonly string[]): string[] {
  if (!Array.isArray(origins)) {
    throw usageError('ERR_INVALID_ARG_TYPE', '"options.allowedOrigins" must be an array');
  }
  return origins.map((origin, index) => {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    const given = String(origin).replace(/\/$/, '').toLowerCase();
    const bare = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
    if (bare && given.split('/').length === 3) return url.origin;
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      `"options.allowedOrigins[${index}]" must be an origin, such as "https://intranet"`,
    );
  });
}

/** The service principal name of a URL; `first` is where the caller's own request went. */
export function targetNameOf(url: URL, first: URL, { targetName }: ClientSettings): string {
  if (typeof targetName === 'function') return targetName(url);
  if (targetName !== undefined && url.origin === first.origin) return targetName;
  return spn('HTTP', hostOf(url));
}
