#include "sspi/access_token.h"

// After windows.h, which access_token.h includes.
#include <sddl.h>

#include <cstddef>
#include <cstdlib>
#include <span>

#include "sspi/context.h"
#include "sspi/text.h"
#include "sspi/time.h"

namespace sspi {
namespace {

struct ReleaseLocal {
  void operator()(void* memory) const { LocalFree(memory); }
};

template <typename T>
using LocalMemory = std::unique_ptr<T, ReleaseLocal>;

// The error of a function that is not SSPI's, as the status that stands for it.
Failure lastError(const char* function) { return {function, HRESULT_FROM_WIN32(GetLastError())}; }

// A variable-length answer of GetTokenInformation, aligned for any structure.
Result<std::vector<std::max_align_t>> information(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
  DWORD size = 0;
  GetTokenInformation(token, kind, nullptr, 0, &size);
  std::vector<std::max_align_t> memory(size / sizeof(std::max_align_t) + 1);
  const DWORD room = static_cast<DWORD>(memory.size() * sizeof(std::max_align_t));
  if (!GetTokenInformation(token, kind, memory.data(), room, &size)) {
    return lastError("GetTokenInformation");
  }
  return memory;
}

template <typename Value>
Result<Value> fixedInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind) {
  Value value = {};
  DWORD size = 0;
  if (!GetTokenInformation(token, kind, &value, sizeof value, &size)) {
    return lastError("GetTokenInformation");
  }
  return value;
}

// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountsidw
void lookUpNames(PSID sid, Account& account) {
  constexpr DWORD kRoom = 257;  // names have at most 256 characters and the terminating zero
  SEC_WCHAR name[kRoom] = {};
  SEC_WCHAR domain[kRoom] = {};
  DWORD name_length = kRoom;
  DWORD domain_length = kRoom;
  SID_NAME_USE use;
  if (!LookupAccountSidW(nullptr, sid, name, &name_length, domain, &domain_length, &use)) return;
  account.name = text(name);
  account.domain = text(domain);
}

Result<Account> accountOf(const SID_AND_ATTRIBUTES& entry) {
  LPWSTR characters = nullptr;
  if (!ConvertSidToStringSidW(entry.Sid, &characters)) return lastError("ConvertSidToStringSid");
  const LocalMemory<wchar_t> owner(characters);
  Account account = {text(characters), {}, {}, entry.Attributes};
  lookUpNames(entry.Sid, account);
  return account;
}

Result<Account> userOf(HANDLE token) {
  auto memory = information(token, TokenUser);
  if (!memory) return memory.failure();
  return accountOf(reinterpret_cast<const TOKEN_USER*>(memory->data())->User);
}

Result<std::vector<Account>> groupsOf(HANDLE token) {
  auto memory = information(token, TokenGroups);
  if (!memory) return memory.failure();
  const auto* list = reinterpret_cast<const TOKEN_GROUPS*>(memory->data());
  std::vector<Account> groups;
  for (const SID_AND_ATTRIBUTES& entry : std::span(list->Groups, list->GroupCount)) {
    auto group = accountOf(entry);
    if (!group) return group.failure();
    groups.push_back(std::move(*group));
  }
  return groups;
}

}  // namespace

Result<AccessToken> querySecurityContextToken(const Context& context) {
  constexpr const char* kFunction = "QuerySecurityContextToken";
  if (!context.started()) return Failure{kFunction, SEC_E_INVALID_HANDLE};
  HANDLE token = nullptr;
  const SECURITY_STATUS status = QuerySecurityContextToken(context.handle(), &token);
  if (status != SEC_E_OK) return Failure{kFunction, status};
  return AccessToken(token);
}

Result<AccessTokenInfo> accessTokenInfo(const AccessToken& token) {
  auto user = userOf(token.get());
  if (!user) return user.failure();
  auto groups = groupsOf(token.get());
  if (!groups) return groups.failure();
  auto statistics = fixedInformation<TOKEN_STATISTICS>(token.get(), TokenStatistics);
  if (!statistics) return statistics.failure();
  auto elevation = fixedInformation<TOKEN_ELEVATION>(token.get(), TokenElevation);

  AccessTokenInfo info = {std::move(*user),
                          std::move(*groups),
                          0,
                          std::nullopt,
                          false,
                          millisecondsSinceEpochOfUtc(statistics->ExpirationTime)};
  const LUID& logon = statistics->AuthenticationId;
  info.logon_id = (static_cast<uint64_t>(static_cast<uint32_t>(logon.HighPart)) << 32) |
                  static_cast<uint32_t>(logon.LowPart);
  if (statistics->TokenType == TokenImpersonation) {
    info.impersonation_level = static_cast<uint32_t>(statistics->ImpersonationLevel);
  }
  info.elevated = elevation && elevation->TokenIsElevated != 0;
  return info;
}

Result<bool> isMember(const AccessToken& token, const std::u16string& sid) {
  PSID group = nullptr;
  if (!ConvertStringSidToSidW(reinterpret_cast<LPCWSTR>(sid.c_str()), &group)) {
    return lastError("ConvertStringSidToSid");
  }
  const LocalMemory<void> owner(group);
  BOOL member = FALSE;
  if (CheckTokenMembership(token.get(), group, &member)) return member != FALSE;
  if (GetLastError() != ERROR_NO_IMPERSONATION_TOKEN) return lastError("CheckTokenMembership");

  // A primary token has to be made an impersonation token first.
  HANDLE duplicate = nullptr;
  if (!DuplicateToken(token.get(), SecurityIdentification, &duplicate)) {
    return lastError("DuplicateToken");
  }
  const AccessToken impersonation(duplicate);
  if (!CheckTokenMembership(duplicate, group, &member)) return lastError("CheckTokenMembership");
  return member != FALSE;
}

Result<Impersonation> Impersonation::begin(const Context& context) {
  constexpr const char* kFunction = "ImpersonateSecurityContext";
  if (!context.started()) return Failure{kFunction, SEC_E_INVALID_HANDLE};
  HANDLE before = nullptr;
  // As the process itself: the client of an outer impersonation may not be allowed to look.
  if (!OpenThreadToken(GetCurrentThread(), TOKEN_IMPERSONATE, TRUE, &before)) {
    if (GetLastError() != ERROR_NO_TOKEN) return lastError("OpenThreadToken");
    before = nullptr;
  }
  AccessToken owner(before);
  const SECURITY_STATUS status = ImpersonateSecurityContext(context.handle());
  if (status != SEC_E_OK) return Failure{kFunction, status};
  return Impersonation(context, std::move(owner));
}

void Impersonation::end() {
  if (!context_) return;
  const bool reverted = RevertSecurityContext(context_->handle()) == SEC_E_OK || RevertToSelf();
  const bool restored = !before_ || SetThreadToken(nullptr, before_.get());
  context_ = nullptr;
  if (!reverted || !restored) std::abort();
}

}  // namespace sspi
