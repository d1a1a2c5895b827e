#include "sspi/credentials_attributes.h"

#include "sspi/context_buffer.h"

namespace sspi {
namespace {

constexpr const char* kQueryFunction = "QueryCredentialsAttributes";

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycredentialsattributesw
template <typename Attribute>
Result<Attribute> query(const Credentials& credentials, ULONG attribute) {
  Attribute value = {};
  const SECURITY_STATUS status =
      QueryCredentialsAttributesW(credentials.handle(), attribute, &value);
  if (status != SEC_E_OK) return Failure{kQueryFunction, status};
  return value;
}

}  // namespace

Result<CredentialsNames> queryCredentialsNames(const Credentials& credentials) {
  auto names = query<SecPkgCredentials_NamesW>(credentials, SECPKG_CRED_ATTR_NAMES);
  if (!names) return names.failure();
  return CredentialsNames{takeText(names->sUserName)};
}

Result<SsiProvider> querySsiProvider(const Credentials& credentials) {
  auto provider = query<SecPkgCredentials_SSIProviderW>(credentials, SECPKG_CRED_ATTR_SSI_PROVIDER);
  if (!provider) return provider.failure();
  return SsiProvider{takeText(provider->sProviderName),
                     takeBytes(provider->ProviderInfo, provider->ProviderInfoLength)};
}

Result<CredentialsCertificate> queryCert(const Credentials& credentials) {
  auto certificate = query<SecPkgCredentials_Cert>(credentials, SECPKG_CRED_ATTR_CERT);
  if (!certificate) return certificate.failure();
  if (!certificate->EncodedCert) return Failure{kQueryFunction, SEC_E_INTERNAL_ERROR};
  return CredentialsCertificate{takeBytes(certificate->EncodedCert, certificate->EncodedCertSize)};
}

}  // namespace sspi
