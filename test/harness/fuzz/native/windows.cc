// What Windows itself answers, and no package: nothing is known.
#include <windows.h>

// windows.h has to come first.
#include <sddl.h>
#include <sspi.h>

#include <cstdlib>

namespace {

BOOL notImplemented() {
  SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
  return FALSE;
}

}  // namespace

BOOL RevertToSelf() { return TRUE; }
BOOL LookupAccountSidW(LPCWSTR, PSID, LPWSTR, LPDWORD, LPWSTR, LPDWORD, PSID_NAME_USE) {
  return notImplemented();
}
BOOL LookupAccountNameW(LPCWSTR, LPCWSTR, PSID, LPDWORD, LPWSTR, LPDWORD, PSID_NAME_USE) {
  return notImplemented();
}
BOOL ConvertSidToStringSidW(PSID, LPWSTR*) { return notImplemented(); }
BOOL ConvertStringSidToSidW(LPCWSTR, PSID*) { return notImplemented(); }
BOOL GetTokenInformation(HANDLE, TOKEN_INFORMATION_CLASS, LPVOID, DWORD, PDWORD) {
  return notImplemented();
}
BOOL CheckTokenMembership(HANDLE, PSID, PBOOL) { return notImplemented(); }
BOOL DuplicateToken(HANDLE, SECURITY_IMPERSONATION_LEVEL, PHANDLE) { return notImplemented(); }
BOOL OpenThreadToken(HANDLE, DWORD, BOOL, PHANDLE) { return notImplemented(); }
BOOL SetThreadToken(PHANDLE, HANDLE) { return notImplemented(); }

BOOL LocalFileTimeToFileTime(const FILETIME* local, FILETIME* utc) {
  *utc = *local;
  return TRUE;
}

void* LocalFree(void* memory) {
  std::free(memory);
  return nullptr;
}
