import { getBinding, type NativeCredentials, resultOf } from '../addon/binding.js';
import { validateChoice } from '../validate.js';

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

/** What `credentials.query` answers, by the attribute's name. */
export interface CredentialsAttributes {
  names: CredentialsNames;
  ssiProvider: SsiProvider;
  /** Of a smart card: its certificate, or the certificate's thumbprint, as the package has it. */
  cert: Buffer;
}

type Queries = {
  readonly [Name in keyof CredentialsAttributes]: (
    credentials: NativeCredentials,
  ) => CredentialsAttributes[Name];
};

const queries: Queries = {
  names: (credentials) => resultOf(getBinding().queryCredentialsNames(credentials)),
  ssiProvider: (credentials) => resultOf(getBinding().queryCredentialsSsiProvider(credentials)),
  cert: (credentials) => resultOf(getBinding().queryCredentialsCert(credentials)),
};

/** The attribute's value. Throws UnsupportedFunctionError where the package lacks it. */
export function queryCredentialsAttribute<Name extends keyof CredentialsAttributes>(
  credentials: NativeCredentials,
  name: Name,
): CredentialsAttributes[Name] {
  validateChoice(name, 'attribute', Object.keys(queries) as (keyof CredentialsAttributes)[]);
  return queries[name](credentials);
}
