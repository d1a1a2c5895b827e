import type { X509Certificate } from 'node:crypto';
import {
  getBinding,
  type NativeContext,
  type NativeFailure,
  type NativePackage,
  resultOf,
} from '../addon/binding.js';
import { type SecurityPackage, securityPackage } from '../addon/security-package.js';
import { type ContextFlags, type ContextRole, grantedFlags } from '../flags.js';
import {
  SECPKG_ATTR_SIZES,
  SECPKG_ATTR_STREAM_SIZES,
  type Sizes,
  type StreamSizes,
} from '../message/sizes.js';
import {
  validateAscii,
  validateBytes,
  validateChoice,
  validateInteger,
  validateLength,
  validateName,
  validOptions,
} from '../validate.js';
import type { ChannelBindings } from './channel-bindings.js';
import { crypto } from './crypto.js';
import { type AccessToken, accessTokenOf } from './identity.js';
import {
  type ApplicationProtocol,
  applicationProtocolOf,
  type CipherInfo,
  type ConnectionInfo,
} from './schannel.js';

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw

export const SECPKG_ATTR_NAMES = 1;
export const SECPKG_ATTR_LIFESPAN = 2;
export const SECPKG_ATTR_DCE_INFO = 3;
export const SECPKG_ATTR_KEY_INFO = 5;
export const SECPKG_ATTR_AUTHORITY = 6;
export const SECPKG_ATTR_PASSWORD_EXPIRY = 8;
export const SECPKG_ATTR_SESSION_KEY = 9;
export const SECPKG_ATTR_PACKAGE_INFO = 10;
export const SECPKG_ATTR_NEGOTIATION_INFO = 12;
export const SECPKG_ATTR_NATIVE_NAMES = 13;
export const SECPKG_ATTR_FLAGS = 14;
export const SECPKG_ATTR_TARGET_INFORMATION = 17;
export const SECPKG_ATTR_ACCESS_TOKEN = 18;
export const SECPKG_ATTR_UNIQUE_BINDINGS = 25;
export const SECPKG_ATTR_ENDPOINT_BINDINGS = 26;
export const SECPKG_ATTR_CLIENT_SPECIFIED_TARGET = 27;
export const SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS = 30;
export const SECPKG_ATTR_APPLICATION_PROTOCOL = 35;
export const SECPKG_ATTR_REMOTE_CERT_CONTEXT = 0x53;
export const SECPKG_ATTR_CONNECTION_INFO = 0x5a;
export const SECPKG_ATTR_APP_DATA = 0x5e;
export const SECPKG_ATTR_CIPHER_INFO = 0x64;
export const SECPKG_ATTR_KEYING_MATERIAL_INFO = 0x6a;
export const SECPKG_ATTR_KEYING_MATERIAL = 0x6b;

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_namesw */
export interface Names {
  /** The client's name: `DOMAIN\user`. */
  readonly userName: string;
}

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_lifespan */
export interface Lifespan {
  readonly start: Date | undefined;
  /** Absent: never, or the package does not say. */
  readonly expiry: Date | undefined;
}

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_keyinfow */
export interface KeyInfo {
  readonly signatureAlgorithmName: string;
  readonly encryptAlgorithmName: string;
  /** In bits. */
  readonly keySize: number;
  readonly signatureAlgorithm: number;
  readonly encryptAlgorithm: number;
}

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_negotiationinfow */
export interface NegotiationInfo {
  readonly package: SecurityPackage;
  /** SECPKG_NEGOTIATION_*; its number where Windows has a newer one. */
  readonly state: 'complete' | 'optimistic' | 'inProgress' | 'direct' | 'tryMulticred' | number;
}

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_nativenamesw */
export interface NativeNames {
  readonly clientName: string;
  readonly serverName: string;
}

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_dceinfo */
export interface DceInfo {
  /** RPC_C_AUTHZ_*. */
  readonly authorizationService: number;
  /** The client's name, where the service is RPC_C_AUTHZ_NAME (1). */
  readonly name: string | undefined;
}

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_authorityw */
export interface Authority {
  /** Who vouches for the client: a domain. */
  readonly authorityName: string;
}

/**
 * Whether the last token of the client was the last one of the handshake; its number where Windows
 * has a newer one.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_lastclienttokenstatus
 */
export type LastClientTokenStatus = 'yes' | 'no' | 'maybe' | number;

/** What `queryAttribute` answers, by the attribute's name. */
export interface ContextAttributes {
  sizes: Sizes;
  streamSizes: StreamSizes;
  names: Names;
  lifespan: Lifespan;
  keyInfo: KeyInfo;
  /** The key itself: whoever has it can read and forge messages. */
  sessionKey: Buffer;
  packageInfo: SecurityPackage;
  negotiationInfo: NegotiationInfo;
  nativeNames: NativeNames;
  flags: ContextFlags;
  dceInfo: DceInfo;
  authority: Authority;
  /** Absent: never, or the package does not say. */
  passwordExpiry: Date | undefined;
  /** Marshalled, as CredMarshalTargetInfo does. */
  targetInformation: Buffer;
  /** A server's: what the token of its client says, without names. */
  accessToken: AccessToken;
  /** Schannel: `tls-unique`. */
  uniqueBindings: ChannelBindings;
  /** Schannel: `tls-server-end-point`. */
  endpointBindings: ChannelBindings;
  /** A server's: the target name that its client asked for. */
  clientSpecifiedTarget: string;
  lastClientTokenStatus: LastClientTokenStatus;
  /** Schannel: what ALPN agreed on. */
  applicationProtocol: ApplicationProtocol;
  /** Schannel: the peer's certificate. */
  remoteCertContext: X509Certificate;
  /** Schannel. */
  connectionInfo: ConnectionInfo;
  /** Schannel. */
  cipherInfo: CipherInfo;
  /** Schannel: what setAttribute('keyingMaterialInfo') asked for. Secret. */
  keyingMaterial: Buffer;
}

/** What `setAttribute` takes, by the attribute's name. Only Schannel has any. */
export interface SettableContextAttributes {
  /** Bytes of the caller's that stay with the TLS session. */
  applicationData: Uint8Array;
  /** What `keyingMaterial` is to be derived from (RFC 5705), and its length in bytes. */
  keyingMaterialInfo: { label: string; context?: Uint8Array; length: number };
}

interface Attribute {
  readonly number: number;
  readonly convert: (value: never, role: ContextRole) => unknown;
}

const negotiationStates = [
  'complete',
  'optimistic',
  'inProgress',
  'direct',
  'tryMulticred',
] as const;

const dateOf = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : new Date(milliseconds);

const lastClientTokenStatuses = ['yes', 'no', 'maybe'] as const;

const bindingsOf = (applicationData: Buffer): ChannelBindings => ({ applicationData });

const asItIs = (value: unknown) => value;

const attributes: Readonly<Record<keyof ContextAttributes, Attribute>> = {
  sizes: { number: SECPKG_ATTR_SIZES, convert: asItIs },
  streamSizes: { number: SECPKG_ATTR_STREAM_SIZES, convert: asItIs },
  names: { number: SECPKG_ATTR_NAMES, convert: asItIs },
  lifespan: {
    number: SECPKG_ATTR_LIFESPAN,
    convert: (value: { start?: number; expiry?: number }): Lifespan => ({
      start: dateOf(value.start),
      expiry: dateOf(value.expiry),
    }),
  },
  keyInfo: { number: SECPKG_ATTR_KEY_INFO, convert: asItIs },
  sessionKey: { number: SECPKG_ATTR_SESSION_KEY, convert: asItIs },
  packageInfo: { number: SECPKG_ATTR_PACKAGE_INFO, convert: securityPackage },
  negotiationInfo: {
    number: SECPKG_ATTR_NEGOTIATION_INFO,
    convert: (value: { package: NativePackage; state: number }): NegotiationInfo => ({
      package: securityPackage(value.package),
      state: negotiationStates[value.state] ?? value.state,
    }),
  },
  nativeNames: { number: SECPKG_ATTR_NATIVE_NAMES, convert: asItIs },
  flags: {
    number: SECPKG_ATTR_FLAGS,
    convert: (value: number, role) => grantedFlags(role, value),
  },
  dceInfo: { number: SECPKG_ATTR_DCE_INFO, convert: asItIs },
  authority: { number: SECPKG_ATTR_AUTHORITY, convert: asItIs },
  passwordExpiry: { number: SECPKG_ATTR_PASSWORD_EXPIRY, convert: dateOf },
  targetInformation: { number: SECPKG_ATTR_TARGET_INFORMATION, convert: asItIs },
  accessToken: { number: SECPKG_ATTR_ACCESS_TOKEN, convert: accessTokenOf },
  uniqueBindings: { number: SECPKG_ATTR_UNIQUE_BINDINGS, convert: bindingsOf },
  endpointBindings: { number: SECPKG_ATTR_ENDPOINT_BINDINGS, convert: bindingsOf },
  clientSpecifiedTarget: { number: SECPKG_ATTR_CLIENT_SPECIFIED_TARGET, convert: asItIs },
  lastClientTokenStatus: {
    number: SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
    convert: (value: number): LastClientTokenStatus => lastClientTokenStatuses[value] ?? value,
  },
  applicationProtocol: {
    number: SECPKG_ATTR_APPLICATION_PROTOCOL,
    convert: applicationProtocolOf,
  },
  remoteCertContext: {
    number: SECPKG_ATTR_REMOTE_CERT_CONTEXT,
    convert: (der: Buffer) => new (crypto().X509Certificate)(der),
  },
  connectionInfo: { number: SECPKG_ATTR_CONNECTION_INFO, convert: asItIs },
  cipherInfo: { number: SECPKG_ATTR_CIPHER_INFO, convert: asItIs },
  keyingMaterial: { number: SECPKG_ATTR_KEYING_MATERIAL, convert: asItIs },
};

export function validateAttributeName(name: unknown): asserts name is keyof ContextAttributes {
  validateChoice(name, 'name', Object.keys(attributes) as (keyof ContextAttributes)[]);
}

/** The attribute's value. Throws UnsupportedFunctionError where the package lacks it. */
export function queryAttribute<Name extends keyof ContextAttributes>(
  context: { readonly handle: NativeContext; readonly role: ContextRole },
  name: Name,
): ContextAttributes[Name] {
  const { number, convert } = attributes[name];
  const value = resultOf(getBinding().queryAttribute(context.handle, number));
  return convert(value as never, context.role) as ContextAttributes[Name];
}

const LONGEST_LABEL = 0xfffe;

type Setters = {
  readonly [Name in keyof SettableContextAttributes]: (
    context: NativeContext,
    value: SettableContextAttributes[Name],
  ) => undefined | NativeFailure;
};

const setters: Setters = {
  applicationData(context, data) {
    validateBytes(data, 'value');
    return getBinding().setApplicationData(context, data);
  },
  keyingMaterialInfo(context, info) {
    const valid = validOptions(info, 'value', ['label', 'context', 'length']);
    const { label, context: bytes, length } = valid;
    validateName(label, 'value.label');
    validateLength(label, 'value.label', LONGEST_LABEL);
    validateAscii(label, 'value.label');
    if (bytes !== undefined) validateBytes(bytes, 'value.context', 0xffff);
    validateInteger(length, 'value.length', 1, 0xffffffff);
    return getBinding().setKeyingMaterialInfo(context, { label, context: bytes, length });
  },
};

export function validateSettableName(
  name: unknown,
): asserts name is keyof SettableContextAttributes {
  validateChoice(name, 'name', Object.keys(setters) as (keyof SettableContextAttributes)[]);
}

/** Sets an attribute. Throws UnsupportedFunctionError where the package lacks it. */
export function setAttribute<Name extends keyof SettableContextAttributes>(
  context: NativeContext,
  name: Name,
  value: SettableContextAttributes[Name],
): void {
  resultOf(setters[name](context, value));
}
