import type { X509Certificate } from 'node:crypto';
import type { SecurityPackage } from '../addon/security-package.js';
import type { ContextFlags } from '../flags.js';
import type { Sizes, StreamSizes } from '../message/sizes.js';
import type { ChannelBindings } from './channel-bindings.js';
import type { AccessToken } from './identity.js';
import type { ApplicationProtocol, CipherInfo, ConnectionInfo } from './schannel.js';

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

/**
 * What Schannel derives `keyingMaterial` from (RFC 5705).
 *
 * https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_keyingmaterialinfo
 */
export interface KeyingMaterialInfo {
  /** Printable ASCII, of at most 65,534 characters. */
  label: string;
  /** At most 65,535 bytes. */
  context?: Uint8Array | undefined;
  /** How many bytes to derive, from 1 to 4,294,967,295. */
  length: number;
}

/** What `setAttribute` takes, by the attribute's name. Only Schannel has any. */
export interface SettableContextAttributes {
  /** Bytes of the caller's that stay with the TLS session. */
  applicationData: Uint8Array;
  keyingMaterialInfo: KeyingMaterialInfo;
}
