import { type ContextFlags, type ContextRole, grantedFlags } from './flags.js';
import {
  getBinding,
  type NativeContext,
  type NativePackage,
  resultOf,
} from './internal/binding.js';
import { validateChoice } from './internal/validate.js';
import { type SecurityPackage, securityPackage } from './packages.js';

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw

export const SECPKG_ATTR_SIZES = 0;
export const SECPKG_ATTR_NAMES = 1;
export const SECPKG_ATTR_LIFESPAN = 2;
export const SECPKG_ATTR_STREAM_SIZES = 4;
export const SECPKG_ATTR_KEY_INFO = 5;
export const SECPKG_ATTR_SESSION_KEY = 9;
export const SECPKG_ATTR_PACKAGE_INFO = 10;
export const SECPKG_ATTR_NEGOTIATION_INFO = 12;
export const SECPKG_ATTR_NATIVE_NAMES = 13;
export const SECPKG_ATTR_FLAGS = 14;

/** Sizes in bytes. https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_sizes */
export interface Sizes {
  readonly maxToken: number;
  readonly maxSignature: number;
  readonly blockSize: number;
  readonly securityTrailer: number;
}

/**
 * Sizes in bytes, of stream packages such as Schannel.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_streamsizes
 */
export interface StreamSizes {
  readonly header: number;
  readonly trailer: number;
  readonly maximumMessage: number;
  /** How many buffers a message takes. */
  readonly buffers: number;
  readonly blockSize: number;
}

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
