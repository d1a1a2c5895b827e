#include "passwords.h"

#include <cwchar>

#include "calls.h"
#include "packages.h"

namespace provider {

// Of the passwords only their lengths are recorded.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-changeaccountpasswordw
SECURITY_STATUS WINAPI changeAccountPassword(SEC_WCHAR* package, SEC_WCHAR* domain,
                                             SEC_WCHAR* account, SEC_WCHAR* old_password,
                                             SEC_WCHAR* new_password, BOOLEAN impersonating, ULONG,
                                             PSecBufferDesc output) {
  Call call("ChangeAccountPassword", nullptr);
  call.note("package", package);
  call.note("domain", domain);
  call.note("account", account);
  if (old_password) call.note("oldPasswordLength", static_cast<double>(std::wcslen(old_password)));
  if (new_password) call.note("newPasswordLength", static_cast<double>(std::wcslen(new_password)));
  call.note("asImpersonated", impersonating);
  call.noteBuffers(output, false);
  if (const auto status = call.begin()) return call.end(*status);
  const bool known = package && findPackage(package);
  return call.end(known ? SEC_E_OK : SEC_E_SECPKG_NOT_FOUND);
}

}  // namespace provider
