// Credentials attributes: QueryCredentialsAttributes, one function for each.
#ifndef WINSSPI_SSPI_CREDENTIALS_ATTRIBUTES_H_
#define WINSSPI_SSPI_CREDENTIALS_ATTRIBUTES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "sspi/credentials.h"
#include "sspi/status.h"

namespace sspi {

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_namesw
struct CredentialsNames {
  std::u16string user;
};
Result<CredentialsNames> queryCredentialsNames(const Credentials& credentials);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_ssiproviderw
struct SsiProvider {
  std::u16string name;
  std::vector<std::byte> info;
};
Result<SsiProvider> querySsiProvider(const Credentials& credentials);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_cert
struct CredentialsCertificate {
  std::vector<std::byte> der;
};
Result<CredentialsCertificate> queryCert(const Credentials& credentials);

}  // namespace sspi

#endif  // WINSSPI_SSPI_CREDENTIALS_ATTRIBUTES_H_
