// Security packages: what is installed.
#ifndef WINSSPI_SSPI_PACKAGES_H_
#define WINSSPI_SSPI_PACKAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sspi/status.h"

namespace sspi {

struct PackageInfo {
  std::u16string name;
  std::u16string comment;
  uint32_t capabilities;  // SECPKG_FLAG_*
  uint32_t version;
  uint32_t rpc_id;
  uint32_t max_token;  // bytes
};

PackageInfo packageInfo(const SecPkgInfoW& info);

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-enumeratesecuritypackagesw
Result<std::vector<PackageInfo>> enumerateSecurityPackages();

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritypackageinfow
Result<PackageInfo> querySecurityPackage(const std::u16string& name);

}  // namespace sspi

#endif  // WINSSPI_SSPI_PACKAGES_H_
