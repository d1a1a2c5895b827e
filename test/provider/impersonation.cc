// The client of every context is the user of the process, so that no logon is needed; the thread
// has a token of its own all the same.
#include "impersonation.h"

#include "calls.h"
#include "objects.h"

namespace provider {
namespace {

template <typename Work>
SECURITY_STATUS run(const char* function, const SecHandle* handle, Work work) {
  Call call(function, handle);
  if (const auto status = call.begin()) return call.end(*status);
  if (!findContext(handle, function)) return call.end(SEC_E_INVALID_HANDLE);
  return call.end(work() ? SEC_E_OK : SEC_E_NO_IMPERSONATION);
}

bool copyProcessToken(void** token) {
  HANDLE own = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &own)) return false;
  const bool copied = DuplicateTokenEx(own, TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE,
                                       nullptr, SecurityImpersonation, TokenImpersonation, token);
  CloseHandle(own);
  return copied;
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-impersonatesecuritycontext
SECURITY_STATUS WINAPI impersonateSecurityContext(PCtxtHandle handle) {
  return run("ImpersonateSecurityContext", handle,
             [] { return ImpersonateSelf(SecurityImpersonation) != FALSE; });
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-revertsecuritycontext
SECURITY_STATUS WINAPI revertSecurityContext(PCtxtHandle handle) {
  return run("RevertSecurityContext", handle, [] { return RevertToSelf() != FALSE; });
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
SECURITY_STATUS WINAPI querySecurityContextToken(PCtxtHandle handle, void** token) {
  return run("QuerySecurityContextToken", handle, [token] { return copyProcessToken(token); });
}

bool isImpersonating() {
  HANDLE token = nullptr;
  if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token)) return false;
  CloseHandle(token);
  return true;
}

}  // namespace provider
