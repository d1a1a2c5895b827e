import type { ConnectionOptions } from 'node:tls';
import { usageError } from '../../errors/usage-error.js';
import {
  type ClientContextFlag,
  type ClientContextFlags,
  type Credentials,
  type IdentityOptions,
  spn,
} from '../../index.js';
import { validateBoolean, validateChoice, validateName, validOptions } from '../../validate.js';
import {
  type CredentialsOptions,
  type CredentialsSource,
  validateCredentials,
} from '../own-credentials.js';
import type { Scheme } from '../scheme.js';

export interface ProxyOptions {
  /** Such as `http://proxy:3128`. */
  url: string | URL;
  /** Outbound credentials, which the caller closes. Default: those of the client. */
  credentials?: Credentials;
  /** Whom to log on to the proxy as. Default: as the client. */
  identity?: IdentityOptions;
  /** The scheme to answer. Default: that of the client. */
  scheme?: Scheme;
  /** The security package. Default: that of the client, or that of the scheme where it is another. */
  package?: string;
  /** The service principal name. Default: `HTTP/` and the proxy's host. */
  targetName?: string;
  /** What the contexts ask for. Mutual authentication is asked for only here. */
  flags?: ClientContextFlags;
  /** What the contexts must have been granted. */
  requiredFlags?: readonly ClientContextFlag[];
  /** Whether contexts are bound to the TLS connection with a proxy of https. Default: true. */
  channelBindings?: boolean;
  /** What TLS connections with a proxy of https are made with. */
  tls?: ConnectionOptions;
}

export interface ProxySettings {
  readonly url: URL;
  /** Absent: the credentials of the client. */
  readonly source: CredentialsSource | undefined;
  readonly scheme: Scheme;
  readonly targetName: string;
  readonly flags: ClientContextFlags;
  readonly requiredFlags: readonly ClientContextFlag[];
  readonly channelBindings: boolean;
  readonly tls: ConnectionOptions;
}

const keys = [
  'url',
  'credentials',
  'identity',
  'scheme',
  'package',
  'targetName',
  'flags',
  'requiredFlags',
  'channelBindings',
  'tls',
] as const;

/** What a proxy's options leave open is as in the client that they belong to. */
export interface ProxysClient extends CredentialsSource {
  readonly scheme: Scheme;
}

/** Options with their defaults, checked. */
export function proxySettings(
  options: string | URL | ProxyOptions,
  client: ProxysClient,
): ProxySettings {
  const bare = typeof options === 'string' || options instanceof URL;
  const valid = validOptions<ProxyOptions>(
    bare ? { url: options } : options,
    'options.proxy',
    keys,
  );
  const url = validUrl(valid.url);
  const { scheme = client.scheme, channelBindings = true, tls = {}, requiredFlags = [] } = valid;
  validateChoice(scheme, 'options.proxy.scheme', ['Negotiate', 'NTLM']);
  validateBoolean(channelBindings, 'options.proxy.channelBindings');
  const { targetName = spn('HTTP', hostOf(url)) } = valid;
  validateName(targetName, 'options.proxy.targetName');
  return {
    url,
    source: sourceOf(valid, scheme, client),
    scheme,
    targetName,
    // Few proxies prove who they are: there is no header for it in the answer to a CONNECT.
    flags: { mutualAuthentication: false, ...valid.flags },
    requiredFlags,
    channelBindings,
    tls: { ...tls },
  };
}

function sourceOf(
  options: CredentialsOptions,
  scheme: Scheme,
  client: ProxysClient,
): CredentialsSource | undefined {
  const { credentials, identity, package: name } = options;
  if (!credentials && !identity && name === undefined && scheme === client.scheme) return undefined;
  validateCredentials(options, 'options.proxy');
  const packageName = name ?? (scheme === client.scheme ? client.package : scheme);
  validateName(packageName, 'options.proxy.package');
  if (client.credentials && !credentials && !identity) {
    throw usageError(
      'ERR_INVALID_ARG_VALUE',
      '"options.credentials" are of one package, and the proxy wants another: pass ' +
        '"options.proxy.credentials" or "options.proxy.identity"',
    );
  }
  return {
    credentials,
    // Nobody else than the client unless it is said: least of all the user of the process.
    identity: credentials ? undefined : (identity ?? client.identity),
    package: packageName,
  };
}

function validUrl(value: unknown): URL {
  const text = value instanceof URL ? value.href : value;
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isBare) return url;
  // It may hold a password: the text is not shown.
  throw usageError(
    'ERR_INVALID_ARG_VALUE',
    '"options.proxy.url" must be the URL of a proxy without a user and a path, such as ' +
      '"http://proxy:3128"',
  );
}

/** The host of a URL as sockets and service principal names have it. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

export function portOf({ port, protocol }: URL): number {
  if (port !== '') return Number(port);
  return protocol === 'https:' ? 443 : 80;
}
