// What the files of the SSPI half share.
#ifndef WINSSPI_LAB_BRIDGE_WINDOWS_H_
#define WINSSPI_LAB_BRIDGE_WINDOWS_H_

#define SECURITY_WIN32
#include <windows.h>

#include <sspi.h>

#include "../bridge.h"

// What Wine's headers lack.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_exw
#define SEC_WINNT_AUTH_IDENTITY_VERSION 0x200
typedef struct SEC_WINNT_AUTH_IDENTITY_EXW {
  ULONG Version, Length;
  WCHAR* User;
  ULONG UserLength;
  WCHAR* Domain;
  ULONG DomainLength;
  WCHAR* Password;
  ULONG PasswordLength;
  ULONG Flags;
  WCHAR* PackageList;
  ULONG PackageListLength;
} SEC_WINNT_AUTH_IDENTITY_EXW;

// Memory that the caller gives back with FreeContextBuffer, which takes it from the process's heap.
void* context_buffer(size_t size);
char* narrow(const WCHAR* text, size_t length);  // to malloc's memory
char* narrow_all(const WCHAR* text);             // NULL for NULL
WCHAR* widen(const char* text);                  // to a context buffer
SECURITY_STATUS widen_into(WCHAR** place, const char* text);
size_t wide_length(const WCHAR* text);

bool package_named(const WCHAR* name, Package* package);
const SecPkgInfoW* package_info(Package package);
// In one context buffer, by the name that Windows knows: Negotiate, Kerberos, NTLM.
SecPkgInfoW* windows_package_info(Package package);

// A context's flags, and the numbers for them on its side. The others that a caller asks for and
// that say nothing of the protection are granted.
uint32_t flags_of_request(bool initiator, ULONG request);
ULONG request_of_flags(bool initiator, uint32_t flags);
ULONG granted_attributes(bool initiator, uint32_t flags, ULONG request);

// Windows's time: local, in units of 100 ns since 1601.
TimeStamp time_stamp(int64_t seconds);

static inline Context* context_of(PCtxtHandle handle) {
  return handle ? (Context*)handle->dwLower : NULL;
}

static inline Credentials* credentials_of(PCredHandle handle) {
  return handle ? (Credentials*)handle->dwLower : NULL;
}

SECURITY_STATUS WINAPI acquire_credentials(SEC_WCHAR*, SEC_WCHAR*, ULONG, PLUID, PVOID,
                                           SEC_GET_KEY_FN, PVOID, PCredHandle, PTimeStamp);
SECURITY_STATUS WINAPI free_credentials(PCredHandle);
SECURITY_STATUS WINAPI query_credentials(PCredHandle, ULONG, PVOID);

SECURITY_STATUS WINAPI initialize_context(PCredHandle, PCtxtHandle, SEC_WCHAR*, ULONG, ULONG, ULONG,
                                          PSecBufferDesc, ULONG, PCtxtHandle, PSecBufferDesc,
                                          PULONG, PTimeStamp);
SECURITY_STATUS WINAPI accept_context(PCredHandle, PCtxtHandle, PSecBufferDesc, ULONG, ULONG,
                                      PCtxtHandle, PSecBufferDesc, PULONG, PTimeStamp);
SECURITY_STATUS WINAPI delete_context(PCtxtHandle);
SECURITY_STATUS WINAPI export_context(PCtxtHandle, ULONG, PSecBuffer, PVOID*);
SECURITY_STATUS WINAPI import_context(SEC_WCHAR*, PSecBuffer, PVOID, PCtxtHandle);

SECURITY_STATUS WINAPI impersonate_context(PCtxtHandle);
SECURITY_STATUS WINAPI revert_context(PCtxtHandle);
SECURITY_STATUS WINAPI query_context_token(PCtxtHandle, PHANDLE);
// The context's own handle, which ends with the context.
SECURITY_STATUS context_token(Context* context, HANDLE* token);
void forget_token(Context* context);
// Whether the calling thread acts as a context's client, and what that has delegated: a reference.
bool impersonated_client(Delegated** delegated);

SECURITY_STATUS WINAPI query_context(PCtxtHandle, ULONG, PVOID);
SECURITY_STATUS query_names(Context* context, SecPkgContext_NamesW* value);
SECURITY_STATUS query_native_names(Context* context, SecPkgContext_NativeNamesW* value);
SECURITY_STATUS query_dce_info(Context* context, SecPkgContext_DceInfo* value);
SECURITY_STATUS query_authority(Context* context, SecPkgContext_AuthorityW* value);
SECURITY_STATUS query_target(Context* context, SEC_WCHAR** value);

SECURITY_STATUS WINAPI encrypt_message(PCtxtHandle, ULONG, PSecBufferDesc, ULONG);
SECURITY_STATUS WINAPI decrypt_message(PCtxtHandle, PSecBufferDesc, ULONG, PULONG);
SECURITY_STATUS WINAPI make_signature(PCtxtHandle, ULONG, PSecBufferDesc, ULONG);
SECURITY_STATUS WINAPI verify_signature(PCtxtHandle, PSecBufferDesc, ULONG, PULONG);

#endif  // WINSSPI_LAB_BRIDGE_WINDOWS_H_
