#include "clients.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "access_tokens.h"
#include "imports.h"
#include "script.h"
#include "sspi.h"

// After windows.h, which sspi.h includes.
#include <sddl.h>

namespace provider {
namespace {

constexpr DWORD kEnabled = SE_GROUP_MANDATORY | SE_GROUP_ENABLED_BY_DEFAULT | SE_GROUP_ENABLED;

struct Client {
  std::wstring user;
  std::vector<std::wstring> groups;
};

// Of the domain S-1-5-21-1-2-3. What NTLM and Kerberos put into a network logon.
Client client(HANDLE token) {
  constexpr std::wstring_view kDomain = L"S-1-5-21-1-2-3-";
  const auto inDomain = [&](const wchar_t* number) { return std::wstring(kDomain) + number; };
  switch (behaviour("client").value_or(0)) {
    case 1:  // ANONYMOUS LOGON
      return {L"S-1-5-7", {L"S-1-5-2"}};
    case 2:  // Guest, of this machine
      return {inDomain(L"501"), {inDomain(L"513"), L"S-1-1-0", L"S-1-5-32-546", L"S-1-5-2"}};
    case 3:  // a member of the domain's guests
      return {inDomain(L"1107"), {inDomain(L"514"), L"S-1-1-0", L"S-1-5-2"}};
    case 5:  // a user for each session
      return {inDomain(std::to_wstring(clientNumberOf(token)).c_str()), {L"S-1-1-0"}};
    default:  // a user with as many groups as the behaviour "groups" says
      break;
  }
  Client user = {inDomain(L"1108"), {L"S-1-1-0"}};
  for (uint32_t i = 0; i < behaviour("groups").value_or(0); i++) {
    user.groups.push_back(inDomain(std::to_wstring(2000 + i).c_str()));
  }
  return user;
}

std::vector<unsigned char> sidOf(const std::wstring& written) {
  PSID sid = nullptr;
  if (!ConvertStringSidToSidW(written.c_str(), &sid)) return {};
  const auto* const bytes = static_cast<const unsigned char*>(sid);
  std::vector<unsigned char> copy(bytes, bytes + GetLengthSid(sid));
  LocalFree(sid);
  return copy;
}

bool isClient(HANDLE token) { return behaves("client") && wasHandedOut(token); }

// The structure, and the identifiers that it points to behind it.
class Answer {
 public:
  Answer(void* memory, DWORD size, std::size_t head)
      : memory_(static_cast<unsigned char*>(memory)), size_(size), used_(head) {}

  PSID add(const std::wstring& written) {
    const auto sid = sidOf(written);
    unsigned char* const place = memory_ + used_;
    if (used_ + sid.size() <= size_) std::memcpy(place, sid.data(), sid.size());
    used_ += sid.size();
    return place;
  }

  bool fits() const { return used_ <= size_; }

  BOOL end(DWORD* needed) const {
    *needed = static_cast<DWORD>(used_);
    if (fits()) return TRUE;
    SetLastError(ERROR_INSUFFICIENT_BUFFER);
    return FALSE;
  }

 private:
  unsigned char* memory_;
  std::size_t size_;
  std::size_t used_;
};

BOOL answerUser(HANDLE token, void* memory, DWORD size, DWORD* needed) {
  Answer answer(memory, size, sizeof(TOKEN_USER));
  const PSID sid = answer.add(client(token).user);
  if (answer.fits()) static_cast<TOKEN_USER*>(memory)->User = {sid, 0};
  return answer.end(needed);
}

BOOL answerGroups(HANDLE token, void* memory, DWORD size, DWORD* needed) {
  const std::vector<std::wstring> groups = client(token).groups;
  Answer answer(memory, size, sizeof(TOKEN_GROUPS) + groups.size() * sizeof(SID_AND_ATTRIBUTES));
  std::vector<PSID> sids;
  for (const std::wstring& group : groups) sids.push_back(answer.add(group));
  if (!answer.fits()) return answer.end(needed);
  auto* const list = static_cast<TOKEN_GROUPS*>(memory);
  list->GroupCount = static_cast<DWORD>(sids.size());
  for (std::size_t i = 0; i < sids.size(); i++) list->Groups[i] = {sids[i], kEnabled};
  return answer.end(needed);
}

// https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-gettokeninformation
BOOL WINAPI getTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind, void* memory,
                                DWORD size, DWORD* needed) {
  if (kind == TokenUser && isClient(token)) return answerUser(token, memory, size, needed);
  if (kind == TokenGroups && isClient(token)) return answerGroups(token, memory, size, needed);
  return GetTokenInformation(token, kind, memory, size, needed);
}

// https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-checktokenmembership
BOOL WINAPI checkTokenMembership(HANDLE token, PSID sid, BOOL* is_member) {
  if (!isClient(token)) return CheckTokenMembership(token, sid, is_member);
  Client who = client(token);
  who.groups.push_back(who.user);
  *is_member = FALSE;
  for (const std::wstring& group : who.groups) {
    std::vector<unsigned char> bytes = sidOf(group);
    if (EqualSid(bytes.data(), sid)) *is_member = TRUE;
  }
  return TRUE;
}

}  // namespace

void installClients() {
  replaceImport("GetTokenInformation", reinterpret_cast<void*>(&getTokenInformation));
  replaceImport("CheckTokenMembership", reinterpret_cast<void*>(&checkTokenMembership));
}

}  // namespace provider
