// Access tokens: who the client of a server's context is to Windows, and acting as it.
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

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
Result<AccessToken> querySecurityContextToken(const Context& context);

enum class AccountNames { kLeftOut, kLookedUp };

// Looking up the names of its accounts may wait for a domain controller.
// https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-gettokeninformation
Result<AccessTokenInfo> accessTokenInfo(HANDLE token, AccountNames names);

// The attribute of a context: its token as it is, without names.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_accesstoken
Result<AccessTokenInfo> queryAccessToken(const Context& context);

// https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-checktokenmembership
Result<bool> isMember(const AccessToken& token, const std::u16string& sid);

// While it lives, the calling thread acts as the client of a context. Then the thread is again what
// it was before, be that itself or another client.
class Impersonation {
 public:
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-impersonatesecuritycontext
  static Result<Impersonation> begin(const Context& context);

  Impersonation(Impersonation&& other) noexcept
      : context_(other.context_), before_(std::move(other.before_)) {
    other.context_ = nullptr;
  }
  Impersonation& operator=(Impersonation&&) = delete;
  Impersonation(const Impersonation&) = delete;
  Impersonation& operator=(const Impersonation&) = delete;
  ~Impersonation() { end(); }

  // Ends the process where the thread cannot be turned back: it must not go on as somebody else.
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-revertsecuritycontext
  void end();

 private:
  Impersonation(const Context& context, AccessToken before)
      : context_(&context), before_(std::move(before)) {}

  const Context* context_;
  AccessToken before_;  // the thread's token, or none
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_ACCESS_TOKEN_H_
