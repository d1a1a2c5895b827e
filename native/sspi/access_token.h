// Access tokens: who the client of a server's context is to Windows.
#ifndef WINSSPI_SSPI_ACCESS_TOKEN_H_
#define WINSSPI_SSPI_ACCESS_TOKEN_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sspi/accounts.h"
#include "sspi/status.h"

namespace sspi {

class Context;

struct ReleaseObject {
  using pointer = HANDLE;
  void operator()(HANDLE handle) const { CloseHandle(handle); }
};

using AccessToken = std::unique_ptr<HANDLE, ReleaseObject>;

struct Group {
  Account account;
  uint32_t attributes;  // SE_GROUP_*
};

struct AccessTokenInfo {
  Account user;
  std::vector<Group> groups;
  uint64_t logon_id;
  std::optional<uint32_t> impersonation_level;  // SECURITY_IMPERSONATION_LEVEL; none: primary
  bool elevated;
  std::optional<double> expiry;  // milliseconds since 1970, UTC
};

// Fails with SEC_E_NO_IMPERSONATION also where the package reports a success without a token: a
// question about no token would be answered about this process.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
Result<AccessToken> querySecurityContextToken(const Context& context);

enum class AccountNames { kLeftOut, kLookedUp };

// Looking up the names of its accounts is one question to the LSA, and may wait for a domain
// controller.
// https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-gettokeninformation
Result<AccessTokenInfo> accessTokenInfo(HANDLE token, AccountNames names);

// The attribute of a context: its token as it is, without names.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_accesstoken
Result<AccessTokenInfo> queryAccessToken(const Context& context);

// https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-checktokenmembership
Result<bool> isMember(const AccessToken& token, const std::u16string& sid);

}  // namespace sspi

#endif  // WINSSPI_SSPI_ACCESS_TOKEN_H_
