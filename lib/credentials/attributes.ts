import {
  getBinding,
  type NativeCredentials,
  type NativeFailure,
  resultOf,
} from '../addon/binding.js';
import {
  boolean,
  type Constant,
  type ConstantWord,
  constant,
  type Description,
  optional,
  type Reader,
  readOptions,
} from '../options.js';
import { validateLength, validateName } from '../validate.js';

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycredentialsattributesw

export const SECPKG_CRED_ATTR_NAMES = 1;
export const SECPKG_CRED_ATTR_SSI_PROVIDER = 2;
export const SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS = 3;
export const SECPKG_CRED_ATTR_CERT = 4;

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_namesw */
export interface CredentialsNames {
  /** `DOMAIN\\user` or `user@domain`. */
  readonly userName: string;
}

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_ssiproviderw */
export interface SsiProvider {
  readonly providerName: string;
  readonly providerInfo: Buffer;
}

/** What `credentials.query` returns, by the attribute's name. */
export interface CredentialsAttributes {
  names: CredentialsNames;
  ssiProvider: SsiProvider;
  /** Of a smart card: its certificate, or the certificate's thumbprint, as the package has it. */
  cert: Buffer;
}

/**
 * Kerberos: the KDC proxy of the credentials.
 *
 * https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_kdcproxysettingsw
 */
export interface KdcProxySettings {
  /** At most 32,767 characters. */
  proxyServer: string;
  /** Whether to use it where a domain controller could be reached too. Default: false. */
  force?: boolean | undefined;
}

/** What `credentials.set` takes, by the attribute's name. */
export interface SettableCredentialsAttributes {
  kdcProxySettings: KdcProxySettings;
}

type Queries = {
  readonly [Name in keyof CredentialsAttributes]: (
    credentials: NativeCredentials,
  ) => CredentialsAttributes[Name] | NativeFailure;
};

const queries: Queries = {
  names: (credentials) => getBinding().queryCredentialsNames(credentials),
  ssiProvider: (credentials) => getBinding().queryCredentialsSsiProvider(credentials),
  cert: (credentials) => getBinding().queryCredentialsCert(credentials),
};

const numbers = {
  names: SECPKG_CRED_ATTR_NAMES,
  ssiProvider: SECPKG_CRED_ATTR_SSI_PROVIDER,
  cert: SECPKG_CRED_ATTR_CERT,
} as const satisfies Readonly<Record<keyof CredentialsAttributes, number>>;

/** What names an attribute: its word, or its number SECPKG_CRED_ATTR_*. */
export type CredentialsAttributeName = Constant<typeof numbers>;

/** The value of an attribute, by its word or its number. */
export type CredentialsAttribute<Name extends CredentialsAttributeName> =
  CredentialsAttributes[ConstantWord<typeof numbers, Name>];

/** Reads the name of an attribute, and returns its word. */
export const readAttributeName: Reader<keyof CredentialsAttributes> = constant(numbers);

/** Queries an attribute. Throws UnsupportedFunctionError where the package lacks it. */
export function queryAttribute<Name extends keyof CredentialsAttributes>(
  credentials: NativeCredentials,
  name: Name,
): CredentialsAttributes[Name] {
  return resultOf<CredentialsAttributes[Name]>(queries[name](credentials));
}

/** Sets the attribute that it was made for. */
export type Setter = (credentials: NativeCredentials) => undefined | NativeFailure;

// In characters of two bytes: the structure counts bytes in 16 bits.
const LONGEST_PROXY = 0x7fff;

const proxyServer: Reader<string> = (value, name) => {
  validateName(value, name);
  validateLength(value, name, LONGEST_PROXY);
  return value;
};

const kdcProxySettings = {
  proxyServer,
  force: optional(boolean, false),
} satisfies Description<KdcProxySettings>;

const setters: Readonly<Record<keyof SettableCredentialsAttributes, (value: unknown) => Setter>> = {
  kdcProxySettings(value) {
    const { proxyServer, force } = readOptions(value, 'value', kdcProxySettings);
    return (credentials) => getBinding().setKdcProxySettings(credentials, proxyServer, force);
  },
};

const setterNumbers = {
  kdcProxySettings: SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
} as const satisfies Readonly<Record<keyof SettableCredentialsAttributes, number>>;

/** What names an attribute that can be set: its word, or its number SECPKG_CRED_ATTR_*. */
export type SettableCredentialsAttributeName = Constant<typeof setterNumbers>;

/** What an attribute is set to, by its word or its number. */
export type SettableCredentialsAttribute<Name extends SettableCredentialsAttributeName> =
  SettableCredentialsAttributes[ConstantWord<typeof setterNumbers, Name>];

const readSetterName = constant(setterNumbers);

/** Reads an attribute's name and value, and returns the call that sets it. */
export function readSetter(name: unknown, value: unknown): Setter {
  return setters[readSetterName(name, 'attribute')](value);
}
