#include "sspi/credentials.h"

#include <cstddef>
#include <cstring>
#include <vector>

#include "sspi/secur32.h"
#include "sspi/text.h"
#include "sspi/time.h"

namespace sspi {
namespace {

// The authentication data of a request, in the smallest form that holds it: nothing for the
// logged-on user, SEC_WINNT_AUTH_IDENTITY_W for an identity, and the EX form only where a package
// list asks for it.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_w
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_exw
class AuthenticationData {
 public:
  explicit AuthenticationData(const CredentialsRequest& request) {
    if (!request.package_list.empty()) {
      extended_.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
      extended_.Length = sizeof extended_;
      setIdentity(extended_, request.identity);
      extended_.PackageList = characters(wide(request.package_list));
      extended_.PackageListLength = static_cast<ULONG>(request.package_list.size());
      data_ = &extended_;
    } else if (request.identity) {
      setIdentity(plain_, request.identity);
      data_ = &plain_;
    }
  }

  void* get() { return data_; }

 private:
  static unsigned short* characters(const void* memory) {
    return static_cast<unsigned short*>(const_cast<void*>(memory));
  }

  template <typename Form>
  static void setIdentity(Form& form, const std::optional<Identity>& identity) {
    form.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
    if (!identity) return;
    form.User = characters(identity->user.c_str());
    form.UserLength = static_cast<ULONG>(identity->user.size());
    form.Domain = characters(identity->domain.c_str());
    form.DomainLength = static_cast<ULONG>(identity->domain.size());
    form.Password = characters(identity->password.data());
    form.PasswordLength = static_cast<ULONG>(identity->password.size() - 1);
  }

  SEC_WINNT_AUTH_IDENTITY_W plain_ = {};
  SEC_WINNT_AUTH_IDENTITY_EXW extended_ = {};
  void* data_ = nullptr;
};

}  // namespace

Result<Credentials> Credentials::acquire(const CredentialsRequest& request) {
  Result<PackageInfo> package = querySecurityPackage(request.package);
  if (!package) return package.failure();

  AuthenticationData data(request);
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
