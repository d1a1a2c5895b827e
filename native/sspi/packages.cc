#include "sspi/packages.h"

#include <span>

#include "sspi/context_buffer.h"
#include "sspi/secur32.h"

namespace sspi {

PackageInfo packageInfo(const SecPkgInfoW& info) {
  return {text(info.Name), text(info.Comment), info.fCapabilities,
          info.wVersion,   info.wRPCID,        info.cbMaxToken};
}

Result<std::vector<PackageInfo>> enumerateSecurityPackages() {
  const auto library = secur32();
  if (!library) return library.failure();
  ULONG count = 0;
  SecPkgInfoW* memory = nullptr;
  const SECURITY_STATUS status = EnumerateSecurityPackagesW(&count, &memory);
  const ContextBuffer<SecPkgInfoW> owner(memory);
  if (status != SEC_E_OK) return Failure{"EnumerateSecurityPackages", status};
  if (!memory) return Failure{"EnumerateSecurityPackages", SEC_E_INTERNAL_ERROR};
  std::vector<PackageInfo> packages;
  packages.reserve(count);
  for (const SecPkgInfoW& info : std::span(memory, count)) packages.push_back(packageInfo(info));
  return packages;
}

Result<PackageInfo> querySecurityPackage(const std::u16string& name) {
  const auto library = secur32();
  if (!library) return library.failure();
  SecPkgInfoW* memory = nullptr;
  const SECURITY_STATUS status = QuerySecurityPackageInfoW(wide(name), &memory);
  const ContextBuffer<SecPkgInfoW> owner(memory);
  if (status != SEC_E_OK) return Failure{"QuerySecurityPackageInfo", status};
  if (!memory) return Failure{"QuerySecurityPackageInfo", SEC_E_INTERNAL_ERROR};
  return packageInfo(*memory);
}

}  // namespace sspi
