import { getBinding, type NativeContext, type NativePackage, resultOf } from '../addon/binding.js';
import { securityPackage } from '../addon/security-package.js';
import { toDate } from '../addon/time.js';
import { type ContextRole, grantedFlags } from '../flags.js';
import { SECPKG_ATTR_SIZES, SECPKG_ATTR_STREAM_SIZES } from '../message/sizes.js';
import { type Constant, type ConstantWord, constant, type Reader } from '../options.js';
import {
  type ContextAttributes,
  type LastClientTokenStatus,
  type Lifespan,
  type NegotiationInfo,
  SECPKG_ATTR_ACCESS_TOKEN,
  SECPKG_ATTR_APPLICATION_PROTOCOL,
  SECPKG_ATTR_AUTHORITY,
  SECPKG_ATTR_CIPHER_INFO,
  SECPKG_ATTR_CLIENT_SPECIFIED_TARGET,
  SECPKG_ATTR_CONNECTION_INFO,
  SECPKG_ATTR_DCE_INFO,
  SECPKG_ATTR_ENDPOINT_BINDINGS,
  SECPKG_ATTR_FLAGS,
  SECPKG_ATTR_KEY_INFO,
  SECPKG_ATTR_KEYING_MATERIAL,
  SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
  SECPKG_ATTR_LIFESPAN,
  SECPKG_ATTR_NAMES,
  SECPKG_ATTR_NATIVE_NAMES,
  SECPKG_ATTR_NEGOTIATION_INFO,
  SECPKG_ATTR_PACKAGE_INFO,
  SECPKG_ATTR_PASSWORD_EXPIRY,
  SECPKG_ATTR_REMOTE_CERT_CONTEXT,
  SECPKG_ATTR_SESSION_KEY,
  SECPKG_ATTR_TARGET_INFORMATION,
  SECPKG_ATTR_UNIQUE_BINDINGS,
} from './attributes.js';
import type { ChannelBindings } from './channel-bindings.js';
import { crypto } from './crypto.js';
import { toAccessToken } from './identity.js';
import { toApplicationProtocol } from './schannel.js';

interface Attribute {
  readonly number: number;
  /** Converts what the addon returns. Absent: it is the value. */
  readonly convert?: (value: never, role: ContextRole) => unknown;
}

const negotiationStates = [
  'complete',
  'optimistic',
  'inProgress',
  'direct',
  'tryMulticred',
] as const;

const lastClientTokenStatuses = ['yes', 'no', 'maybe'] as const;

const attributes = {
  sizes: { number: SECPKG_ATTR_SIZES },
  streamSizes: { number: SECPKG_ATTR_STREAM_SIZES },
  names: { number: SECPKG_ATTR_NAMES },
  lifespan: { number: SECPKG_ATTR_LIFESPAN, convert: toLifespan },
  keyInfo: { number: SECPKG_ATTR_KEY_INFO },
  sessionKey: { number: SECPKG_ATTR_SESSION_KEY },
  packageInfo: { number: SECPKG_ATTR_PACKAGE_INFO, convert: securityPackage },
  negotiationInfo: { number: SECPKG_ATTR_NEGOTIATION_INFO, convert: toNegotiationInfo },
  nativeNames: { number: SECPKG_ATTR_NATIVE_NAMES },
  flags: { number: SECPKG_ATTR_FLAGS, convert: toFlags },
  dceInfo: { number: SECPKG_ATTR_DCE_INFO },
  authority: { number: SECPKG_ATTR_AUTHORITY },
  passwordExpiry: { number: SECPKG_ATTR_PASSWORD_EXPIRY, convert: toDate },
  targetInformation: { number: SECPKG_ATTR_TARGET_INFORMATION },
  accessToken: { number: SECPKG_ATTR_ACCESS_TOKEN, convert: toAccessToken },
  uniqueBindings: { number: SECPKG_ATTR_UNIQUE_BINDINGS, convert: toChannelBindings },
  endpointBindings: { number: SECPKG_ATTR_ENDPOINT_BINDINGS, convert: toChannelBindings },
  clientSpecifiedTarget: { number: SECPKG_ATTR_CLIENT_SPECIFIED_TARGET },
  lastClientTokenStatus: {
    number: SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS,
    convert: toLastClientTokenStatus,
  },
  applicationProtocol: { number: SECPKG_ATTR_APPLICATION_PROTOCOL, convert: toApplicationProtocol },
  remoteCertContext: { number: SECPKG_ATTR_REMOTE_CERT_CONTEXT, convert: toCertificate },
  connectionInfo: { number: SECPKG_ATTR_CONNECTION_INFO },
  cipherInfo: { number: SECPKG_ATTR_CIPHER_INFO },
  keyingMaterial: { number: SECPKG_ATTR_KEYING_MATERIAL },
} as const satisfies Readonly<Record<keyof ContextAttributes, Attribute>>;

type Numbers = { [Name in keyof typeof attributes]: (typeof attributes)[Name]['number'] };

/** What names an attribute: its word, or its number SECPKG_ATTR_*. */
export type ContextAttributeName = Constant<Numbers>;

/** The value of an attribute, by its word or its number. */
export type ContextAttribute<Name extends ContextAttributeName> = ContextAttributes[ConstantWord<
  Numbers,
  Name
>];

const numbers = Object.fromEntries(
  Object.entries(attributes).map(([name, { number }]) => [name, number]),
) as Numbers;

/** Reads the name of an attribute, and returns its word. */
export const readAttributeName: Reader<keyof ContextAttributes> = constant(numbers);

/** Queries an attribute. Throws UnsupportedFunctionError where the package lacks it. */
export function queryAttribute<Name extends keyof ContextAttributes>(
  context: { readonly handle: NativeContext; readonly role: ContextRole },
  name: Name,
): ContextAttributes[Name] {
  const { number, convert }: Attribute = attributes[name];
  const value = resultOf(getBinding().queryAttribute(context.handle, number));
  return (convert ? convert(value as never, context.role) : value) as ContextAttributes[Name];
}

function toLifespan({ start, expiry }: { start?: number; expiry?: number }): Lifespan {
  return { start: toDate(start), expiry: toDate(expiry) };
}

function toNegotiationInfo(value: { package: NativePackage; state: number }): NegotiationInfo {
  return {
    package: securityPackage(value.package),
    state: negotiationStates[value.state] ?? value.state,
  };
}

function toFlags(granted: number, role: ContextRole) {
  return grantedFlags(role, granted);
}

function toChannelBindings(applicationData: Buffer): ChannelBindings {
  return { applicationData };
}

function toLastClientTokenStatus(value: number): LastClientTokenStatus {
  return lastClientTokenStatuses[value] ?? value;
}

function toCertificate(der: Buffer) {
  return new (crypto().X509Certificate)(der);
}
