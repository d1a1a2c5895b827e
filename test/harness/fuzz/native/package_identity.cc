// Access tokens and impersonation: what the package says of them, and what Windows then answers. A
// package may give anything for a token, and set none.
#include <windows.h>

// windows.h has to come first.
#include <ntsecapi.h>
#include <sddl.h>
#include <sspi.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "package.h"

using fuzz::check;
using fuzz::Package;

namespace {

using Sid = decltype(SID_AND_ATTRIBUTES::Sid);

// Every identifier here is as long.
constexpr std::size_t kSid = 12;

BOOL fail(DWORD error) {
  SetLastError(error);
  return FALSE;
}

bool isOf(uint8_t share) { return Package::current().input.ConsumeIntegral<uint8_t>() < share; }

// A structure with identifiers behind it, in a length that may change between two questions.
BOOL answerSids(DWORD head, DWORD count, void* memory, DWORD size, DWORD* needed) {
  *needed = head + count * static_cast<DWORD>(kSid);
  if (size < *needed) return fail(ERROR_INSUFFICIENT_BUFFER);
  std::memset(memory, 0, head);
  Package::current().input.ConsumeData(static_cast<std::byte*>(memory) + head, *needed - head);
  return TRUE;
}

BOOL answerUser(void* memory, DWORD size, DWORD* needed) {
  if (!answerSids(sizeof(TOKEN_USER), 1, memory, size, needed)) return FALSE;
  auto* const user = static_cast<TOKEN_USER*>(memory);
  user->User.Sid = reinterpret_cast<Sid>(user + 1);
  return TRUE;
}

BOOL answerGroups(void* memory, DWORD size, DWORD* needed) {
  const auto count = Package::current().input.ConsumeIntegralInRange<DWORD>(0, 5);
  const DWORD head = sizeof(TOKEN_GROUPS) + count * sizeof(SID_AND_ATTRIBUTES);
  if (!answerSids(head, count, memory, size, needed)) return FALSE;
  auto* const list = static_cast<TOKEN_GROUPS*>(memory);
  list->GroupCount = count;
  for (DWORD i = 0; i < count; i++) {
    list->Groups[i] = {reinterpret_cast<Sid>(static_cast<std::byte*>(memory) + head + i * kSid), i};
  }
  return TRUE;
}

template <typename Value>
BOOL answerFixed(const Value& value, void* memory, DWORD size, DWORD* needed) {
  *needed = sizeof value;
  if (size < sizeof value) return fail(ERROR_INSUFFICIENT_BUFFER);
  std::memcpy(memory, &value, sizeof value);
  return TRUE;
}

TOKEN_TYPE tokenType() {
  return Package::current().input.ConsumeBool() ? TokenPrimary : TokenImpersonation;
}

TOKEN_STATISTICS statistics() {
  auto& input = Package::current().input;
  TOKEN_STATISTICS value = {};
  value.AuthenticationId.LowPart = input.ConsumeIntegral<DWORD>();
  value.AuthenticationId.HighPart = input.ConsumeIntegral<LONG>();
  value.ExpirationTime.QuadPart = input.ConsumeIntegral<int64_t>();
  value.TokenType = tokenType();
  value.ImpersonationLevel = input.PickValueInArray(
      {SecurityAnonymous, SecurityIdentification, SecurityImpersonation, SecurityDelegation});
  return value;
}

}  // namespace

SECURITY_STATUS QuerySecurityContextToken(PCtxtHandle context, HANDLE* token) {
  Package& package = Package::current();
  package.useHandle(context);
  package.last_status = package.mostlyOk();
  switch (package.input.ConsumeIntegralInRange<int>(0, 7)) {
    case 0:
      break;
    case 1:
      *token = nullptr;
      break;
    case 2:  // the pseudo handles of the process, the thread and their tokens
      *token = reinterpret_cast<HANDLE>(-package.input.ConsumeIntegralInRange<intptr_t>(1, 8));
      break;
    case 3:
      *token = package.newOther();
      break;
    default:
      // What fails has nothing to give.
      if (package.last_status == SEC_E_OK) *token = package.newToken(package.nextToken());
      break;
  }
  return package.last_status;
}

SECURITY_STATUS ImpersonateSecurityContext(PCtxtHandle context) {
  Package& package = Package::current();
  package.useHandle(context);
  package.set_token = 0;
  if (!isOf(64)) package.thread_token = package.set_token = package.nextToken();
  package.last_status = package.mostlyOk();
  return package.last_status;
}

SECURITY_STATUS RevertSecurityContext(PCtxtHandle context) {
  Package& package = Package::current();
  package.useHandle(context);
  if (!isOf(64)) package.thread_token = 0;
  return package.mostlyOk();
}

BOOL OpenThreadToken(HANDLE, DWORD, BOOL as_self, PHANDLE token) {
  Package& package = Package::current();
  check(as_self, "the process opens the token of its thread, not the client");
  if (package.thread_token == 0) return fail(ERROR_NO_TOKEN);
  if (isOf(16))
    return fail(package.input.PickValueInArray({ERROR_ACCESS_DENIED, ERROR_CANT_OPEN_ANONYMOUS}));
  *static_cast<HANDLE*>(token) = package.newToken(package.thread_token);
  return TRUE;
}

BOOL SetThreadToken(PHANDLE, HANDLE token) {
  Package& package = Package::current();
  check(!token || package.tokenOf(token) != 0, "a thread gets a token that is open");
  package.thread_token = token ? package.tokenOf(token) : 0;
  return TRUE;
}

BOOL RevertToSelf() {
  if (isOf(8)) return fail(ERROR_ACCESS_DENIED);
  Package::current().thread_token = 0;
  return TRUE;
}

BOOL GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind, void* memory, DWORD size,
                         DWORD* needed) {
  check(token != nullptr, "nobody asks about no token");
  Package& package = Package::current();
  if (package.tokenOf(token) == 0) return fail(ERROR_INVALID_HANDLE);
  if (isOf(8)) return fail(ERROR_ACCESS_DENIED);
  switch (kind) {
    case TokenUser:
      return answerUser(memory, size, needed);
    case TokenGroups:
      return answerGroups(memory, size, needed);
    case TokenType:
      return answerFixed(tokenType(), memory, size, needed);
    case TokenStatistics:
      return answerFixed(statistics(), memory, size, needed);
    default:
      return answerFixed(TOKEN_ELEVATION{package.input.ConsumeIntegral<DWORD>()}, memory, size, needed);
  }
}

BOOL CheckTokenMembership(HANDLE token, PSID, BOOL* member) {
  check(Package::current().tokenOf(token) != 0, "nobody asks whether the process is a member");
  if (isOf(64)) return fail(isOf(128) ? ERROR_NO_IMPERSONATION_TOKEN : ERROR_ACCESS_DENIED);
  *member = Package::current().input.ConsumeBool();
  return TRUE;
}

BOOL DuplicateToken(HANDLE token, SECURITY_IMPERSONATION_LEVEL, PHANDLE duplicate) {
  Package& package = Package::current();
  check(package.tokenOf(token) != 0, "what is duplicated is a token");
  if (isOf(32)) return fail(ERROR_ACCESS_DENIED);
  *static_cast<HANDLE*>(duplicate) = package.newToken(package.tokenOf(token));
  return TRUE;
}

BOOL closeHandle(HANDLE handle) {
  if (isThread(handle)) return TRUE;
  check(Package::current().closeToken(handle), "what is closed is a token that is open");
  return TRUE;
}

BOOL ConvertSidToStringSidW(PSID, LPWSTR* text) {
  if (isOf(8)) return fail(ERROR_INVALID_SID);
  const std::u16string characters = Package::current().text(16);
  const std::size_t size = (characters.size() + 1) * sizeof(WCHAR);
  *text = static_cast<LPWSTR>(std::malloc(size));
  std::memcpy(*text, characters.c_str(), size);
  return TRUE;
}

BOOL ConvertStringSidToSidW(LPCWSTR, PSID* sid) {
  if (isOf(32)) return fail(ERROR_INVALID_SID);
  *sid = std::calloc(kSid, 1);
  return TRUE;
}

void* LocalFree(void* memory) {
  std::free(memory);
  return nullptr;
}

BOOL LookupAccountSidW(LPCWSTR, PSID, LPWSTR, LPDWORD, LPWSTR, LPDWORD, PSID_NAME_USE) {
  return fail(ERROR_CALL_NOT_IMPLEMENTED);
}

BOOL LookupAccountNameW(LPCWSTR, LPCWSTR, PSID, LPDWORD, LPWSTR, LPDWORD, PSID_NAME_USE) {
  return fail(ERROR_CALL_NOT_IMPLEMENTED);
}

BOOL LocalFileTimeToFileTime(const FILETIME* local, FILETIME* utc) {
  *utc = *local;
  return TRUE;
}
