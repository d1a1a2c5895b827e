// The client is the user of the process, and the thread has a token of its own all the same.
#include "impersonation.h"

#include "access_tokens.h"
#include "calls.h"
#include "objects.h"
#include "script.h"

namespace provider {
namespace {

template <typename Work>
SECURITY_STATUS run(const char* function, const SecHandle* handle, Work work) {
  Call call(function, handle);
  if (const auto status = call.begin()) return call.end(*status);
  const auto context = findContext(handle, function);
  if (!context) return call.end(SEC_E_INVALID_HANDLE);
  return call.end(work(*context) ? SEC_E_OK : SEC_E_NO_IMPERSONATION);
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-impersonatesecuritycontext
SECURITY_STATUS WINAPI impersonateSecurityContext(PCtxtHandle handle) {
  // Halfway: the thread has the client's token, and the call fails.
  if (behaves("impersonatesAndFails")) ImpersonateSelf(SecurityImpersonation);
  return run("ImpersonateSecurityContext", handle,
             [](const Context&) { return ImpersonateSelf(SecurityImpersonation) != FALSE; });
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-revertsecuritycontext
SECURITY_STATUS WINAPI revertSecurityContext(PCtxtHandle handle) {
  if (behaves("closesTokens")) closeTokensOfCaller();
  return run("RevertSecurityContext", handle,
             [](const Context&) { return RevertToSelf() != FALSE; });
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
SECURITY_STATUS WINAPI querySecurityContextToken(PCtxtHandle handle, void** token) {
  return run("QuerySecurityContextToken", handle, [token](const Context& context) {
    return handOutToken(token, context.key);
  });
}

bool isImpersonating() { return threadTokenNumber() != 0; }

}  // namespace provider
