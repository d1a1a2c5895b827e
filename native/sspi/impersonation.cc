#include "sspi/impersonation.h"

#include <cstdlib>

#include "sspi/context.h"

namespace sspi {

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
