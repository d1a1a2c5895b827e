import type { ConnectionOptions } from 'node:tls';
import { createError } from '../../errors/usage-error.js';
import {
  type ClientContextFlag,
  type ClientContextFlags,
  type Credentials,
  type IdentityOptions,
  spn,
} from '../../index.js';
import {
  boolean,
  type Description,
  name,
  optional,
  type Reader,
  readOptions,
} from '../../options.js';
import type { CredentialsSource } from '../credential-cache.js';
import { flagWords, requiredFlagWords, tlsOptions } from '../option-readers.js';
import type { Scheme } from '../scheme.js';
import { assertCredentials, credentials, identity, schemeList } from './source-options.js';

export interface ProxyOptions {
  /** Such as `http://proxy:3128`. */
  url: string | URL;
  /** Outbound credentials, which the caller closes. Default: those of the client. */
  credentials?: Credentials | undefined;
  /** The user to log on to the proxy as. Default: as the client. */
  identity?: IdentityOptions | undefined;
  /** Whether NTLM may be used. Default: as the client. */
  ntlm?: boolean | undefined;
  /** The schemes to answer, the best first. Default: those of the client. */
  schemes?: readonly Scheme[] | undefined;
  /** The security package of the one scheme. Default: that of the client, or the scheme's where the schemes differ. */
  package?: string | undefined;
  /** The service principal name. Default: `HTTP/` and the proxy's host. */
  targetName?: string | undefined;
  /** What the contexts ask for. Mutual authentication is asked for only here. */
  flags?: ClientContextFlags | undefined;
  /** What the contexts must have been granted. */
  requiredFlags?: readonly ClientContextFlag[] | undefined;
  /** Whether contexts are bound to the TLS connection with a proxy of https. Default: true. */
  channelBindings?: boolean | undefined;
  /** What TLS connections with a proxy of https are made with. */
  tls?: ConnectionOptions | undefined;
}

const proxyDescription = {
  url: readUrl as Reader<string | URL>,
  credentials: optional(credentials),
  identity: optional(identity),
  ntlm: optional(boolean),
  schemes: optional(schemeList),
  package: optional(name),
  targetName: optional(name),
  flags: optional(flagWords<ClientContextFlags>('client'), {}),
  requiredFlags: optional(requiredFlagWords<ClientContextFlag>('client'), []),
  channelBindings: optional(boolean, true),
  tls: optional(tlsOptions, {}),
} satisfies Description<ProxyOptions>;

export type ProxySettings = ReturnType<typeof proxySettings>;

/** What a proxy's options leave open is as in the client that they belong to. */
interface ClientOfProxy {
  readonly schemes: readonly Scheme[];
  readonly source: CredentialsSource;
}

/** Reads options, checks them and adds the defaults. */
export function proxySettings(options: string | URL | ProxyOptions, client: ClientOfProxy) {
  const isBare = typeof options === 'string' || options instanceof URL;
  const settings = readOptions(
    isBare ? { url: options } : options,
    'options.proxy',
    proxyDescription,
  );
  const url = settings.url as URL;
  const schemes = settings.schemes ?? client.schemes;
  return {
    url,
    schemes,
    source: sourceOf({ ...settings, schemes }, client),
    targetName: settings.targetName ?? spn('HTTP', hostOf(url)),
    // Few proxies prove who they are: there is no header for it in the answer to a CONNECT.
    mutualAuthentication: settings.flags.mutualAuthentication
      ? ('required' as const)
      : ('disabled' as const),
    flags: settings.flags,
    requiredFlags: settings.requiredFlags,
    channelBindings: settings.channelBindings,
    tls: settings.tls,
  };
}

// Absent: the credentials of the client.
function sourceOf(
  given: CredentialsSource & { readonly schemes: readonly Scheme[] },
  client: ClientOfProxy,
): CredentialsSource | undefined {
  const isSame = given.schemes.join() === client.schemes.join();
  const own = { credentials: given.credentials, identity: given.identity, package: given.package };
  const isOwn = Object.values({ ...own, ntlm: given.ntlm }).some((value) => value !== undefined);
  if (!isOwn && isSame) return undefined;
  assertCredentials({ ...own, ntlm: given.ntlm }, given.schemes, 'options.proxy');
  if (own.credentials) return own;
  if (client.source.credentials && !own.identity) {
    throw createError(
      'ERR_INVALID_ARG_VALUE',
      'options.credentials',
      'are of one package, and the proxy needs another: pass "options.proxy.credentials" or ' +
        '"options.proxy.identity"',
    );
  }
  return {
    ...own,
    // As the client unless another user is named: least of all as the user of the process.
    identity: own.identity ?? client.source.identity,
    package: own.package ?? (isSame ? client.source.package : undefined),
    ntlm: given.schemes.includes('NTLM') ? undefined : (given.ntlm ?? client.source.ntlm),
  };
}

function readUrl(value: unknown, key: string): URL {
  const text = value instanceof URL ? value.href : value;
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined;
  const isBare = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isBare) return url;
  // It may hold a password: the text is not shown.
  throw createError(
    'ERR_INVALID_ARG_VALUE',
    key,
    'must be the URL of a proxy without a user and a path, such as "http://proxy:3128"',
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
