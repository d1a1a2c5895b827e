#include "sspi/impersonation.h"

#include <utility>

#include "sspi/context.h"
#include "threads/thread.h"

namespace sspi {

namespace {

// The calling thread's own token; none where it acts as the process. Opened as the process: the
// client of an outer impersonation may not be allowed to.
Result<AccessToken> threadToken() {
  HANDLE token = nullptr;
  if (OpenThreadToken(GetCurrentThread(), TOKEN_IMPERSONATE, TRUE, &token)) {
    return AccessToken(token);
  }
  if (GetLastError() == ERROR_NO_TOKEN) return AccessToken();
  return lastError("OpenThreadToken");
}

// Whether the calling thread has a token, which need not let itself be opened.
bool threadHasToken() {
  HANDLE token = nullptr;
  if (OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) {
    CloseHandle(token);
    return true;
  }
  const DWORD error = GetLastError();
  return error == ERROR_ACCESS_DENIED || error == ERROR_CANT_OPEN_ANONYMOUS;
}

}  // namespace

Result<Impersonation> Impersonation::begin(const Context& context) {
  constexpr const char* kFunction = "ImpersonateSecurityContext";
  auto handle = context.currentHandle();
  if (!handle) return Failure{kFunction, SEC_E_INVALID_HANDLE};
  auto before = threadToken();
  if (!before) return before.failure();
  // So that a token of an outer client is not taken for the one that the package sets.
  if (*before && !RevertToSelf()) return lastError("RevertToSelf");
  Impersonation impersonation(context, std::move(*before));
  const SECURITY_STATUS status = ImpersonateSecurityContext(&*handle);
  if (status != SEC_E_OK) {
    impersonation.restore();
    return Failure{kFunction, status};
  }
  if (!threadHasToken()) return Failure{kFunction, SEC_E_NO_IMPERSONATION};
  return impersonation;
}

void Impersonation::end() {
  if (!context_) return;
  if (auto handle = context_->currentHandle()) RevertSecurityContext(&*handle);
  restore();
}

void Impersonation::restore() {
  context_ = nullptr;
  if (!SetThreadToken(nullptr, before_.get())) {
    threads::abortBecause("a thread that acted as a client could not be turned back");
  }
}

}  // namespace sspi
