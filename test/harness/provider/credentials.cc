#include "credentials.h"

#include "calls.h"
#include "handles.h"
#include "identity.h"
#include "objects.h"
#include "points_in_time.h"

namespace provider {

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
SECURITY_STATUS WINAPI acquireCredentialsHandle(SEC_WCHAR* principal, SEC_WCHAR* name, ULONG use,
                                                void*, void* identity, SEC_GET_KEY_FN, void*,
                                                PCredHandle handle, PTimeStamp expiry) {
  Call call("AcquireCredentialsHandle", nullptr);
  call.note("package", name);
  call.note("principal", principal);
  call.note("use", use);
  noteAuthenticationData(call, identity);
  if (const auto status = call.begin()) return call.end(*status);
  const Package* const package = name ? findPackage(name) : nullptr;
  if (!package) return call.end(SEC_E_SECPKG_NOT_FOUND);
  const auto credentials = newCredentials(*package);
  credentials->without_ntlm = excludesNtlm(identity);
  *handle = makeHandle(*package, credentials->id);
  if (expiry) *expiry = expiryOfCredentials();
  call.note("newHandle", static_cast<double>(credentials->id));
  return call.end(SEC_E_OK);
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-addcredentialsw
SECURITY_STATUS WINAPI addCredentials(PCredHandle handle, SEC_WCHAR* principal, SEC_WCHAR* name,
                                      ULONG use, void* identity, SEC_GET_KEY_FN, void*,
                                      PTimeStamp expiry) {
  Call call("AddCredentials", handle);
  call.note("package", name);
  call.note("principal", principal);
  call.note("use", use);
  noteAuthenticationData(call, identity);
  if (const auto status = call.begin()) return call.end(*status);
  if (!findCredentials(handle, "AddCredentials")) return call.end(SEC_E_INVALID_HANDLE);
  if (!name || !findPackage(name)) return call.end(SEC_E_SECPKG_NOT_FOUND);
  if (expiry) *expiry = expiryOfCredentials();
  return call.end(SEC_E_OK);
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-freecredentialshandle
SECURITY_STATUS WINAPI freeCredentialsHandle(PCredHandle handle) {
  Call call("FreeCredentialsHandle", handle);
  const auto scripted = call.begin();
  const SECURITY_STATUS status = removeCredentials(handle) ? SEC_E_OK : SEC_E_INVALID_HANDLE;
  return call.end(scripted.value_or(status));
}

}  // namespace provider
