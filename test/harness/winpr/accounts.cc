// What Linux has no counterpart of: accounts, access tokens, certificates.
#include <windows.h>

// windows.h has to come first.
#include <ntsecapi.h>
#include <sddl.h>
#include <sspi.h>
#include <wincrypt.h>

#include <cstdlib>

namespace {

BOOL notImplemented() {
  SetLastError(ERROR_CALL_NOT_IMPLEMENTED);
  return FALSE;
}

}  // namespace

// There is no other handle.
BOOL closeHandle(HANDLE handle) { return isThread(handle); }

// No thread ever acts as somebody else.
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

constexpr NTSTATUS kNotImplemented = static_cast<NTSTATUS>(0xC0000002);
NTSTATUS LsaOpenPolicy(LSA_UNICODE_STRING*, LSA_OBJECT_ATTRIBUTES*, ULONG, LSA_HANDLE*) {
  return kNotImplemented;
}
NTSTATUS LsaClose(LSA_HANDLE) { return kNotImplemented; }
NTSTATUS LsaLookupSids(LSA_HANDLE, ULONG, PSID*, LSA_REFERENCED_DOMAIN_LIST**,
                       LSA_TRANSLATED_NAME**) {
  return kNotImplemented;
}
NTSTATUS LsaFreeMemory(void*) { return kNotImplemented; }
ULONG LsaNtStatusToWinError(NTSTATUS) { return ERROR_CALL_NOT_IMPLEMENTED; }

SECURITY_STATUS AddCredentialsW(PCredHandle, LPWSTR, LPWSTR, ULONG, void*, SEC_GET_KEY_FN, void*,
                                PTimeStamp) {
  return SEC_E_UNSUPPORTED_FUNCTION;
}

BOOL CertFreeCertificateContext(PCCERT_CONTEXT) { return TRUE; }

BOOL LocalFileTimeToFileTime(const FILETIME* local, FILETIME* utc) {
  *utc = *local;
  return TRUE;
}

void* LocalFree(void* memory) {
  std::free(memory);
  return nullptr;
}
