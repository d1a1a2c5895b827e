#include "sspi/access_token.h"

#include <cstddef>
#include <span>

#include "sspi/account_names.h"
#include "sspi/query.h"
#include "sspi/time.h"

namespace sspi {
namespace {

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

// Without names where the LSA does not answer: a group is what its identifier says.
Result<std::vector<Account>> accountsOf(std::span<const PSID> sids, AccountNames names) {
  std::vector<AccountName> known(sids.size());
  if (names == AccountNames::kLookedUp) {
    auto found = lookupAccountNames(sids);
    if (found) known = std::move(*found);
  }
  std::vector<Account> accounts;
  for (std::size_t i = 0; i < sids.size(); i++) {
    auto written = sidText(sids[i]);
    if (!written) return written.failure();
    accounts.push_back(
        {std::move(*written), std::move(known[i].name), std::move(known[i].domain), known[i].type});
  }
  return accounts;
}

struct Members {
  Account user;
  std::vector<Group> groups;
};

Result<Members> membersOf(HANDLE token, AccountNames names) {
  auto user = information(token, TokenUser);
  if (!user) return user.failure();
  auto groups = information(token, TokenGroups);
  if (!groups) return groups.failure();
  const auto* list = reinterpret_cast<const TOKEN_GROUPS*>(groups->data());
  const std::span entries(list->Groups, list->GroupCount);
  std::vector<PSID> sids = {reinterpret_cast<const TOKEN_USER*>(user->data())->User.Sid};
  for (const SID_AND_ATTRIBUTES& entry : entries) sids.push_back(entry.Sid);
  auto accounts = accountsOf(sids, names);
  if (!accounts) return accounts.failure();
  Members members = {std::move(accounts->front()), {}};
  for (std::size_t i = 0; i < entries.size(); i++) {
    members.groups.push_back({std::move((*accounts)[i + 1]), entries[i].Attributes});
  }
  return members;
}

// Whether a handle can name a token that a package opened. Pseudo handles, which are negative, name
// the tokens of this process and this thread.
bool isOpened(HANDLE token) { return reinterpret_cast<LONG_PTR>(token) > 0; }

}  // namespace

Result<AccessToken> querySecurityContextToken(const Context& context) {
  constexpr const char* kFunction = "QuerySecurityContextToken";
  auto handle = context.currentHandle();
  if (!handle) return Failure{kFunction, SEC_E_INVALID_HANDLE};
  HANDLE token = nullptr;
  const SECURITY_STATUS status = QuerySecurityContextToken(&*handle, &token);
  if (status != SEC_E_OK) return Failure{kFunction, status};
  const Failure no_token = {kFunction, SEC_E_NO_IMPERSONATION};
  if (!isOpened(token)) return no_token;
  AccessToken owner(token);
  const auto type = fixedInformation<TOKEN_TYPE>(token, TokenType);
  if (type) return owner;
  // A handle that is closed or names another object is not ours to close.
  if (type.failure().status == HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE)) owner.release();
  return no_token;
}

Result<AccessTokenInfo> accessTokenInfo(HANDLE token, AccountNames names) {
  auto members = membersOf(token, names);
  if (!members) return members.failure();
  auto statistics = fixedInformation<TOKEN_STATISTICS>(token, TokenStatistics);
  if (!statistics) return statistics.failure();
  auto elevation = fixedInformation<TOKEN_ELEVATION>(token, TokenElevation);

  AccessTokenInfo info = {std::move(members->user),
                          std::move(members->groups),
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

Result<AccessTokenInfo> queryAccessToken(const Context& context) {
  auto token = query<SecPkgContext_AccessToken>(context, SECPKG_ATTR_ACCESS_TOKEN);
  if (!token) return token.failure();
  if (!isOpened(token->AccessToken)) return Failure{kQueryFunction, SEC_E_NO_IMPERSONATION};
  // The context's own handle, which stays open.
  return accessTokenInfo(token->AccessToken, AccountNames::kLeftOut);
}

Result<bool> isMember(const AccessToken& token, const std::u16string& sid) {
  const auto group_sid = sidOf(sid);
  if (!group_sid) return group_sid.failure();
  const PSID group = group_sid->get();
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

}  // namespace sspi
