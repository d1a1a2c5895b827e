#include "sspi/credentials.h"

#include <cstddef>
#include <cstring>
#include <vector>

#include "sspi/authentication_data.h"
#include "sspi/secur32.h"
#include "sspi/text.h"
#include "sspi/time.h"

namespace sspi {
Result<Credentials> Credentials::acquire(const CredentialsRequest& request) {
  Result<PackageInfo> package = querySecurityPackage(request.package);
  if (!package) return package.failure();

  AuthenticationData data(request);
  if (!data.fits()) return Failure{"AcquireCredentialsHandle", SEC_E_UNKNOWN_CREDENTIALS};
  SecHandle handle;
  SecInvalidateHandle(&handle);
  TimeStamp expiry = {};
  const SECURITY_STATUS status =
      AcquireCredentialsHandleW(wideOrNull(request.principal), wide(request.package), request.use,
                                nullptr, data.get(), nullptr, nullptr, &handle, &expiry);
  if (!succeeded(status)) return Failure{"AcquireCredentialsHandle", status};
  if (!SecIsValidHandle(&handle)) {
    return Failure{"AcquireCredentialsHandle", SEC_E_INVALID_HANDLE};
  }
  return Credentials(CredentialsHandle(handle), std::move(*package),
                     millisecondsSinceEpoch(expiry));
}

Result<void> Credentials::add(const CredentialsRequest& request) const {
  AuthenticationData data(request);
  if (!data.fits()) return Failure{"AddCredentials", SEC_E_UNKNOWN_CREDENTIALS};
  TimeStamp expiry = {};
  const SECURITY_STATUS status =
      AddCredentialsW(handle(), wideOrNull(request.principal), wide(request.package), request.use,
                      data.get(), nullptr, nullptr, &expiry);
  if (succeeded(status)) return {};
  return Failure{"AddCredentials", status};
}

Result<void> Credentials::set(const KdcProxySettings& settings) const {
  constexpr const char* kFunction = "SetCredentialsAttributes";
  const auto function =
      secur32Function<SET_CREDENTIALS_ATTRIBUTES_FN_W>("SetCredentialsAttributesW");
  if (!function) return Failure{kFunction, SEC_E_UNSUPPORTED_FUNCTION};

  // The structure, and the text behind it.
  const std::size_t bytes = settings.proxy_server.size() * sizeof(char16_t);
  SecPkgCredentials_KdcProxySettingsW header = {};
  header.Version = KDC_PROXY_SETTINGS_V1;
  header.Flags = settings.force ? KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY : 0;
  header.ProxyServerOffset = sizeof header;
  header.ProxyServerLength = static_cast<USHORT>(bytes);
  std::vector<std::byte> memory(sizeof header + bytes);
  std::memcpy(memory.data(), &header, sizeof header);
  std::memcpy(memory.data() + sizeof header, settings.proxy_server.data(), bytes);
  const SECURITY_STATUS status = function(handle(), SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS,
                                          memory.data(), static_cast<ULONG>(memory.size()));
  if (succeeded(status)) return {};
  return Failure{kFunction, status};
}

}  // namespace sspi
