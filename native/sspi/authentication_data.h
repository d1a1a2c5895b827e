// Whom credentials are for, in the forms that AcquireCredentialsHandle takes.
#ifndef WINSSPI_SSPI_AUTHENTICATION_DATA_H_
#define WINSSPI_SSPI_AUTHENTICATION_DATA_H_

#include <cstddef>
#include <optional>
#include <string>

#include "sspi/credentials.h"
#include "sspi/secure_memory.h"
#include "sspi/sspi.h"

namespace sspi {

// The smallest form that holds a request's data: nothing for the logged-on user,
// SEC_WINNT_AUTH_IDENTITY_W for a password, the EX form only where a package list asks for it, and
// EX2 for a keytab. Points into the request, which has to live as long.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_w
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_exw
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_ex2
class AuthenticationData {
 public:
  explicit AuthenticationData(const CredentialsRequest& request);
  AuthenticationData(const AuthenticationData&) = delete;
  AuthenticationData& operator=(const AuthenticationData&) = delete;

  // Whether the form holds the request: that of a keytab counts bytes in 16 bits.
  bool fits() const { return fits_; }

  // Null: the logged-on user.
  void* get() { return data_; }

 private:
  void setPassword(const CredentialsRequest& request);
  void setKeytab(const Identity& identity, const std::u16string& package_list);

  SEC_WINNT_AUTH_IDENTITY_W plain_ = {};
  SEC_WINNT_AUTH_IDENTITY_EXW extended_ = {};
  SecureArray<std::byte> packed_;  // SEC_WINNT_AUTH_IDENTITY_EX2, and what its offsets lead to
  void* data_ = nullptr;
  bool fits_ = true;
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_AUTHENTICATION_DATA_H_
