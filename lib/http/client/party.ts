import type { ClientContextFlag, ClientContextFlags, Credentials } from '../../index.js';
import type { OwnCredentials } from '../own-credentials.js';
import type { Scheme } from '../scheme.js';
import { type ClientSettings, targetNameOf } from './options.js';
import type { ProxySettings } from './proxy-options.js';

/** Who asks for authentication, and what it is answered with. */
export interface Party {
  readonly role: Role;
  readonly scheme: Scheme;
  readonly targetName: string;
  readonly flags: ClientContextFlags;
  readonly requiredFlags: readonly ClientContextFlag[];
  /** Whether contexts are bound to the TLS connection, which must be with this party. */
  readonly channelBindings: boolean;
  /** Whether a proxy, which is authenticated to, may answer in place of this party. */
  readonly isBehindProxy: boolean;
  credentials(): Promise<Credentials>;
}

/** The status and the headers that a server, or a proxy, asks and is answered with. */
export interface Role {
  readonly name: 'server' | 'proxy';
  readonly status: 401 | 407;
  readonly challenge: string;
  readonly info: string;
  readonly answer: string;
}

// https://www.rfc-editor.org/rfc/rfc9110#section-11.6 and 11.7
export const serverRole: Role = {
  name: 'server',
  status: 401,
  challenge: 'www-authenticate',
  info: 'authentication-info',
  answer: 'authorization',
};

export const proxyRole: Role = {
  name: 'proxy',
  status: 407,
  challenge: 'proxy-authenticate',
  info: 'proxy-authentication-info',
  answer: 'proxy-authorization',
};

/** The server of a URL. Absent: it is not to be authenticated to. */
export function serverParty(
  url: URL,
  first: URL,
  settings: ClientSettings,
  outbound: OwnCredentials,
): Party | undefined {
  const allowed = settings.allowedOrigins ?? [first.origin];
  if (!allowed.includes(url.origin)) return undefined;
  const { scheme, flags, requiredFlags } = settings;
  return {
    role: serverRole,
    scheme,
    targetName: targetNameOf(url, first, settings),
    flags,
    requiredFlags,
    channelBindings: settings.channelBindings && url.protocol === 'https:',
    // What comes through a tunnel is the server's own.
    isBehindProxy: settings.proxy !== undefined && url.protocol === 'http:',
    credentials: () => outbound.get(),
  };
}

export function proxyParty(proxy: ProxySettings, outbound: OwnCredentials): Party {
  const { scheme, targetName, flags, requiredFlags } = proxy;
  return {
    role: proxyRole,
    scheme,
    targetName,
    flags,
    requiredFlags,
    channelBindings: proxy.channelBindings && proxy.url.protocol === 'https:',
    isBehindProxy: false,
    credentials: () => outbound.get(),
  };
}
