// Credentials: the principal that contexts are made for.
#ifndef WINSSPI_SSPI_CREDENTIALS_H_
#define WINSSPI_SSPI_CREDENTIALS_H_

#include <cstdint>
#include <cstddef>
#include <optional>
#include <string>
#include <variant>

#include "sspi/handle.h"
#include "sspi/packages.h"
#include "sspi/secure_memory.h"
#include "sspi/status.h"

namespace sspi {

using Password = SecureArray<char16_t>;  // with a terminating zero
using Keytab = SecureArray<std::byte>;   // the bytes of a file of MIT's format

struct Identity {
  std::u16string user;
  std::u16string domain;
  std::variant<Password, Keytab> secret;
};

struct CredentialsRequest {
  std::u16string package;
  uint32_t use;                      // SECPKG_CRED_*
  std::u16string principal;          // empty: none
  std::optional<Identity> identity;  // absent: the logged-on user
  std::u16string package_list;       // empty: none
};

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_kdcproxysettingsw
struct KdcProxySettings {
  std::u16string proxy_server;
  bool force;  // also where a domain controller could be reached
};

class Credentials {
 public:
  // May wait for the LSA.
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
  static Result<Credentials> acquire(const CredentialsRequest& request);

  // What an imported context has in their place: a package, and no handle.
  static Credentials none(PackageInfo package) {
    return Credentials({}, std::move(package), std::nullopt);
  }

  // Adds credentials of another package, such as for Negotiate to choose from. May wait for the
  // LSA. https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-addcredentialsw
  Result<void> add(const CredentialsRequest& request) const;

  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcredentialsattributesw
  Result<void> set(const KdcProxySettings& settings) const;

  bool valid() const { return handle_.valid(); }
  PCredHandle handle() const { return handle_.get(); }
  const PackageInfo& package() const { return package_; }
  std::optional<double> expiry() const { return expiry_; }  // milliseconds since 1970, UTC

 private:
  Credentials(CredentialsHandle handle, PackageInfo package, std::optional<double> expiry)
      : handle_(std::move(handle)),
        package_(std::move(package)),
        expiry_(expiry) {}

  CredentialsHandle handle_;
  PackageInfo package_;
  std::optional<double> expiry_;
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_CREDENTIALS_H_
