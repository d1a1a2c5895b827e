#include "access_tokens.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

#include "script.h"

namespace provider {
namespace {

// The number of a closed handle can become another object's: a token's own number cannot.
struct Token {
  HANDLE handle;
  LUID id;
  Key key;
};

std::mutex mutex;
std::vector<Token> handed_out;
Token kept = {};
HANDLE kept_event = nullptr;

bool identify(HANDLE handle, LUID& id) {
  TOKEN_STATISTICS statistics;
  DWORD length = 0;
  const BOOL known =
      GetTokenInformation(handle, TokenStatistics, &statistics, sizeof statistics, &length);
  if (known) id = statistics.TokenId;
  return known != FALSE;
}

bool isAlive(const Token& token) {
  LUID id;
  return identify(token.handle, id) && std::memcmp(&id, &token.id, sizeof id) == 0;
}

bool copyProcessToken(Token& copy) {
  HANDLE own = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &own)) return false;
  const BOOL copied =
      DuplicateTokenEx(own, TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE, nullptr,
                       SecurityImpersonation, TokenImpersonation, &copy.handle);
  CloseHandle(own);
  return copied && identify(copy.handle, copy.id);
}

HANDLE eventHandle() {
  const std::lock_guard lock(mutex);
  if (!kept_event) kept_event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  return kept_event;
}

HANDLE closedHandle() {
  const HANDLE event = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  CloseHandle(event);
  return event;
}

// What is no token, as the script says.
HANDLE noToken() {
  switch (behaviour("noToken").value_or(0)) {
    case 1:
      return nullptr;
    case 2:
      return INVALID_HANDLE_VALUE;
    case 3:  // the pseudo handle of the process's token
      return reinterpret_cast<HANDLE>(intptr_t{-4});
    case 4:
      return eventHandle();
    default:
      return closedHandle();
  }
}

}  // namespace

bool handOutToken(void** handle, const Key& key) {
  if (behaves("noToken")) {
    *handle = noToken();
    return true;
  }
  Token token = {};
  if (!copyProcessToken(token)) return false;
  token.key = key;
  const std::lock_guard lock(mutex);
  handed_out.push_back(token);
  *handle = token.handle;
  return true;
}

bool wasHandedOut(HANDLE token) {
  LUID id;
  if (!identify(token, id)) return false;
  const std::lock_guard lock(mutex);
  return std::ranges::any_of(
      handed_out, [&](const Token& known) { return std::memcmp(&id, &known.id, sizeof id) == 0; });
}

uint32_t clientNumberOf(HANDLE token) {
  LUID id;
  if (!identify(token, id)) return 0;
  const std::lock_guard lock(mutex);
  const auto found = std::ranges::find_if(
      handed_out, [&](const Token& known) { return std::memcmp(&id, &known.id, sizeof id) == 0; });
  if (found == handed_out.end()) return 0;
  uint32_t number = 0;
  std::memcpy(&number, found->key.data(), sizeof number);
  return number;
}

uint32_t tokensAlive() {
  const std::lock_guard lock(mutex);
  std::erase_if(handed_out, [](const Token& token) { return !isAlive(token); });
  return static_cast<uint32_t>(handed_out.size());
}

void forgetTokens() {
  const std::lock_guard lock(mutex);
  handed_out.clear();
}

HANDLE keptToken() {
  if (behaves("noToken")) return noToken();
  const std::lock_guard lock(mutex);
  if (!kept.handle && !copyProcessToken(kept)) kept = {};
  return kept.handle;
}

bool keptHandleWasClosed() {
  const std::lock_guard lock(mutex);
  DWORD flags = 0;
  if (kept_event && !GetHandleInformation(kept_event, &flags)) {
    kept_event = nullptr;
    return true;
  }
  if (!kept.handle || isAlive(kept)) return false;
  kept = {};
  return true;
}

void closeTokensOfCaller() {
  constexpr uintptr_t kMost = 1 << 16;
  for (uintptr_t number = 4; number < kMost; number += 4) {
    const auto handle = reinterpret_cast<HANDLE>(number);
    TOKEN_TYPE type;
    DWORD size = 0;
    const bool is_readable = GetTokenInformation(handle, TokenType, &type, sizeof type, &size);
    // Of all objects, only a token that was opened without TOKEN_QUERY denies access.
    const bool is_token = is_readable || GetLastError() == ERROR_ACCESS_DENIED;
    if (is_token && (!is_readable || type == TokenImpersonation)) CloseHandle(handle);
  }
}

uint64_t threadTokenNumber() {
  HANDLE token = nullptr;
  if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) return 0;
  LUID id = {};
  identify(token, id);
  CloseHandle(token);
  return (uint64_t{static_cast<uint32_t>(id.HighPart)} << 32) | id.LowPart;
}

}  // namespace provider
