#include "access_tokens.h"

#include <cstring>
#include <mutex>
#include <vector>

namespace provider {
namespace {

// The number of a closed handle can become another object's: a token's own number cannot.
struct Token {
  HANDLE handle;
  LUID id;
};

std::mutex mutex;
std::vector<Token> handed_out;
Token kept = {};

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

}  // namespace

bool handOutToken(void** handle) {
  Token token;
  if (!copyProcessToken(token)) return false;
  const std::lock_guard lock(mutex);
  handed_out.push_back(token);
  *handle = token.handle;
  return true;
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
  const std::lock_guard lock(mutex);
  if (!kept.handle && !copyProcessToken(kept)) kept = {};
  return kept.handle;
}

bool keptTokenWasClosed() {
  const std::lock_guard lock(mutex);
  if (!kept.handle || isAlive(kept)) return false;
  kept = {};
  return true;
}

}  // namespace provider
