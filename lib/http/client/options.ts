import type { LookupFunction } from 'node:net';
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
  callback,
  choice,
  type Description,
  integer,
  list,
  name,
  optional,
  type Reader,
  readOptions,
  type Settings,
} from '../../options.js';
import type { CredentialsSource } from '../credential-cache.js';
import { flagWords, requiredFlagWords, tlsOptions } from '../option-readers.js';
import type { Scheme } from '../scheme.js';
import { Origins } from './origins.js';
import { hostOf, type ProxyOptions, type ProxySettings, proxySettings } from './proxy-options.js';
import { assertCredentials, credentials, identity, schemeList } from './source-options.js';

/** What decides about a server that does not prove who it is. */
export type MutualAuthentication = 'required' | 'optional' | 'disabled';

/** How a client authenticates, and connects. */
export interface ClientOptions {
  /**
   * The origins that may be authenticated to, such as `https://intranet`, and `https://*.corp.example` for every host
   * below corp.example. A redirect, or text from elsewhere in a URL, leads to no other.
   */
  allowedOrigins: readonly string[];
  /** Outbound credentials, which the caller closes. Default: acquired with `package` and `identity`. */
  credentials?: Credentials | undefined;
  /** The user to log on as. Default: the logged-on user. */
  identity?: IdentityOptions | undefined;
  /** Whether NTLM may be used. With `false`, Negotiate must not choose it. Default: true. */
  ntlm?: boolean | undefined;
  /** The schemes to answer, the best first. Default: `['Negotiate']`. */
  schemes?: readonly Scheme[] | undefined;
  /** The security package of the one scheme. Default: the scheme's. */
  package?: string | undefined;
  /**
   * The service principal name: a text where there is one allowed origin, or a function that returns the name for a
   * URL, or a promise of it. Default: `HTTP/` and the host's name.
   */
  targetName?: string | ((url: URL) => string | Promise<string>) | undefined;
  /**
   * Whether the server must prove who it is. `required`: every answer after a handshake needs the proof. `optional`:
   * an answer without a token is taken, and a wrong token is not. `disabled`: no proof is asked for.
   * Default: `required`.
   */
  mutualAuthentication?: MutualAuthentication | undefined;
  /** What the contexts ask for, where it differs from the default. */
  flags?: ClientContextFlags | undefined;
  /** What the contexts must have been granted. */
  requiredFlags?: readonly ClientContextFlag[] | undefined;
  /** Whether contexts are bound to the TLS connection that they are for. Default: true. */
  channelBindings?: boolean | undefined;
  /** What TLS connections are made with: `ca`, `rejectUnauthorized`, … */
  tls?: ConnectionOptions | undefined;
  /** The proxy to go through, such as `http://proxy:3128`, and how to authenticate to it. */
  proxy?: string | URL | ProxyOptions | undefined;
  /**
   * The longest body in bytes that is kept while it is sent, to be sent again where the server asks for
   * authentication. Default: 1 MiB.
   */
  maxReplayBodySize?: number | undefined;
  /** How long a connection may take until it can be used, tunnel and TLS included, in milliseconds. Default: 10,000. */
  connectTimeout?: number | undefined;
  /** How long a peer may be silent before the head of its response has come, in milliseconds. 0: no limit. Default: 300,000. */
  headersTimeout?: number | undefined;
  /** What finds the addresses of a host, as in `net.connect()`. */
  lookup?: LookupFunction | undefined;
  /** The address of this machine to connect from. */
  localAddress?: string | undefined;
}

const LONGEST_TIMER = 0x7fffffff;
const MOST_KEPT = 0x40000000;

export const clientDescription = {
  allowedOrigins: (value: unknown, key: string) =>
    new Origins(list((item) => item)(value, key), key),
  credentials: optional(credentials),
  identity: optional(identity),
  ntlm: optional(boolean, true),
  schemes: optional(schemeList, ['Negotiate']),
  package: optional(name),
  targetName: optional(nameOrFunction),
  mutualAuthentication: optional(choice(['required', 'optional', 'disabled'] as const), 'required'),
  flags: optional(flagWords<ClientContextFlags>('client'), {}),
  requiredFlags: optional(requiredFlagWords<ClientContextFlag>('client'), []),
  channelBindings: optional(boolean, true),
  tls: optional(tlsOptions, {}),
  proxy: (value: unknown) => value as ClientOptions['proxy'],
  maxReplayBodySize: optional(integer(0, MOST_KEPT), 0x100000),
  connectTimeout: optional(integer(1, LONGEST_TIMER), 10_000),
  headersTimeout: optional(integer(0, LONGEST_TIMER), 300_000),
  lookup: optional(callback as Reader<LookupFunction>),
  localAddress: optional(name),
} satisfies Readers;

type Readers = { [Key in keyof Description<ClientOptions>]: Reader<unknown> };

export interface ClientSettings
  extends Omit<Settings<typeof clientDescription>, 'proxy' | 'credentials' | 'identity' | 'ntlm'> {
  readonly source: CredentialsSource;
  readonly proxy: ProxySettings | undefined;
}

/** Reads options, checks them and adds the defaults. */
export function clientSettings(options: ClientOptions): ClientSettings {
  return settingsOf(readOptions(options, 'options', clientDescription));
}

/** Checks what options say together. */
export function settingsOf<Read extends Settings<typeof clientDescription>>({
  credentials: given,
  identity: user,
  ntlm,
  proxy,
  ...settings
}: Read) {
  const source = { credentials: given, identity: user, package: settings.package, ntlm };
  assertCredentials(source, settings.schemes, 'options');
  if (typeof settings.targetName === 'string' && settings.allowedOrigins.single === undefined) {
    throw createError(
      'ERR_INVALID_ARG_VALUE',
      'options.targetName',
      'must be a function of the URL where there are several allowed origins',
    );
  }
  return {
    ...settings,
    source,
    proxy: proxy === undefined ? undefined : proxySettings(proxy, { ...settings, source }),
  };
}

function nameOrFunction(value: unknown, key: string): NonNullable<ClientOptions['targetName']> {
  if (typeof value === 'function') return value as (url: URL) => string;
  return name(value, key);
}

/** The service principal name for a URL. */
export async function targetNameOf(
  url: URL,
  { targetName }: Pick<ClientSettings, 'targetName'>,
): Promise<string> {
  if (typeof targetName === 'string') return targetName;
  return targetName === undefined ? spn('HTTP', hostOf(url)) : await targetName(new URL(url));
}
