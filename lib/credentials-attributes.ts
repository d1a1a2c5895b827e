import { X509Certificate } from 'node:crypto';
import { getBinding, type NativeCredentials, resultOf } from './internal/binding.js';
import { validateChoice } from './internal/validate.js';

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
  cert: X509Certificate;
}

type Queries = {
  readonly [Name in keyof CredentialsAttributes]: (
    credentials: NativeCredentials,
  ) => CredentialsAttributes[Name];
};

const queries: Queries = {
  names: (credentials) => resultOf(getBinding().queryCredentialsNames(credentials)),
  ssiProvider: (credentials) => resultOf(getBinding().queryCredentialsSsiProvider(credentials)),
  cert: (credentials) =>
    new X509Certificate(resultOf(getBinding().queryCredentialsCert(credentials))),
};

/** The attribute's value. Throws UnsupportedFunctionError where the package lacks it. */
export function queryCredentialsAttribute<Name extends keyof CredentialsAttributes>(
  credentials: NativeCredentials,
  name: Name,
): CredentialsAttributes[Name] {
  validateChoice(name, 'attribute', Object.keys(queries) as (keyof CredentialsAttributes)[]);
  return queries[name](credentials);
}
