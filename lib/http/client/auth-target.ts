import type { ClientContextFlag, ClientContextFlags, Credentials } from '../../index.js';
import type { CredentialCache } from '../credential-cache.js';
import type { Scheme } from '../scheme.js';
import { type ClientSettings, type MutualAuthentication, targetNameOf } from './options.js';
import type { ProxySettings } from './proxy-options.js';

/** A server or a proxy that a client authenticates to. */
export interface AuthTarget {
  readonly headers: ChallengeHeaders;
  /** The best first. */
  readonly schemes: readonly Scheme[];
  readonly mutualAuthentication: MutualAuthentication;
  readonly flags: ClientContextFlags;
  readonly requiredFlags: readonly ClientContextFlag[];
  /** Whether contexts are bound to the TLS connection, which must be with this target. */
  readonly channelBindings: boolean;
  /** Whether a proxy, which is authenticated to, may answer in place of this target. */
  readonly isBehindProxy: boolean;
  targetName(): Promise<string>;
  credentials(scheme: Scheme): Promise<Credentials>;
}

/** The status and the headers of challenges and credentials. */
export interface ChallengeHeaders {
  /** The name of the side that asks, for errors. */
  readonly peer: 'server' | 'proxy';
  readonly status: 401 | 407;
  readonly challenge: string;
  readonly info: string;
  readonly credentials: string;
}

// https://www.rfc-editor.org/rfc/rfc9110#section-11.6 and 11.7
const serverHeaders: ChallengeHeaders = {
  peer: 'server',
  status: 401,
  challenge: 'www-authenticate',
  info: 'authentication-info',
  credentials: 'authorization',
};

const proxyHeaders: ChallengeHeaders = {
  peer: 'proxy',
  status: 407,
  challenge: 'proxy-authenticate',
  info: 'proxy-authentication-info',
  credentials: 'proxy-authorization',
};

/** The server of a URL. Absent: its origin is not one of those that may be authenticated to. */
export function serverTarget(
  url: URL,
  settings: ClientSettings,
  cache: CredentialCache,
): AuthTarget | undefined {
  if (!settings.allowedOrigins.has(url)) return undefined;
  const { schemes, mutualAuthentication, flags, requiredFlags } = settings;
  return {
    headers: serverHeaders,
    schemes,
    mutualAuthentication,
    flags,
    requiredFlags,
    channelBindings: settings.channelBindings && url.protocol === 'https:',
    // What comes through a tunnel is the server's own.
    isBehindProxy: settings.proxy !== undefined && url.protocol === 'http:',
    targetName: () => targetNameOf(url, settings),
    credentials: (scheme) => cache.get(scheme),
  };
}

export function proxyTarget(proxy: ProxySettings, cache: CredentialCache): AuthTarget {
  const { schemes, targetName, mutualAuthentication, flags, requiredFlags } = proxy;
  return {
    headers: proxyHeaders,
    schemes,
    mutualAuthentication,
    flags,
    requiredFlags,
    channelBindings: proxy.channelBindings && proxy.url.protocol === 'https:',
    isBehindProxy: false,
    targetName: async () => targetName,
    credentials: (scheme) => cache.get(scheme),
  };
}
