// The security packages, and the table of their functions that secur32 asks for.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initsecurityinterfacew
#include <string.h>

#include "bridge_windows.h"

enum {
  PACKAGES = 3,
  RPC_AUTHENTICATION_NEGOTIATE = 9,
  RPC_AUTHENTICATION_NTLM = 10,
  RPC_AUTHENTICATION_KERBEROS = 16,
};

#define COMMON                                                                           \
  (SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY | SECPKG_FLAG_CONNECTION |                \
   SECPKG_FLAG_MULTI_REQUIRED | SECPKG_FLAG_EXTENDED_ERROR | SECPKG_FLAG_IMPERSONATION | \
   SECPKG_FLAG_ACCEPT_WIN32_NAME)
#define NEGOTIATE_FLAGS (COMMON | SECPKG_FLAG_GSS_COMPATIBLE | SECPKG_FLAG_READONLY_WITH_CHECKSUM)
#define KERBEROS_FLAGS                                                                              \
  (NEGOTIATE_FLAGS | SECPKG_FLAG_TOKEN_ONLY | SECPKG_FLAG_NEGOTIABLE | SECPKG_FLAG_MUTUAL_AUTH | \
   SECPKG_FLAG_DELEGATION)
#define NTLM_FLAGS (COMMON | SECPKG_FLAG_TOKEN_ONLY | SECPKG_FLAG_NEGOTIABLE)

// By the names of the lab, and by Windows's. The sizes of the largest tokens are Windows's.
static SecPkgInfoW packages[PACKAGES] = {
    [PACKAGE_NEGOTIATE] = {NEGOTIATE_FLAGS, 1, RPC_AUTHENTICATION_NEGOTIATE, 48256,
                           (SEC_WCHAR*)L"LabNegotiate", (SEC_WCHAR*)L"SPNEGO of MIT's GSS-API"},
    [PACKAGE_KERBEROS] = {KERBEROS_FLAGS, 1, RPC_AUTHENTICATION_KERBEROS, 48000,
                          (SEC_WCHAR*)L"LabKerberos", (SEC_WCHAR*)L"Kerberos of MIT's GSS-API"},
    [PACKAGE_NTLM] = {NTLM_FLAGS, 1, RPC_AUTHENTICATION_NTLM, 2888, (SEC_WCHAR*)L"LabNTLM",
                      (SEC_WCHAR*)L"NTLM of gss-ntlmssp"},
};

static const WCHAR* const windows_names[PACKAGES] = {L"Negotiate", L"Kerberos", L"NTLM"};

const SecPkgInfoW* package_info(Package package) { return &packages[package]; }

bool package_named(const WCHAR* name, Package* package) {
  for (int i = 0; name && i < PACKAGES; i++) {
    if (lstrcmpiW(name, packages[i].Name) != 0) continue;
    *package = (Package)i;
    return true;
  }
  return false;
}

static size_t wide_size(const WCHAR* text) { return (wide_length(text) + 1) * sizeof *text; }

static SecPkgInfoW* copy_info(const SecPkgInfoW* info, const WCHAR* name) {
  const size_t name_size = wide_size(name), comment_size = wide_size(info->Comment);
  SecPkgInfoW* copy = context_buffer(sizeof *copy + name_size + comment_size);
  if (!copy) return NULL;
  *copy = *info;
  copy->Name = memcpy(copy + 1, name, name_size);
  copy->Comment = memcpy((char*)copy->Name + name_size, info->Comment, comment_size);
  return copy;
}

SecPkgInfoW* windows_package_info(Package package) {
  return copy_info(&packages[package], windows_names[package]);
}

static SECURITY_STATUS WINAPI enumerate(PULONG count, PSecPkgInfoW* infos) {
  *count = PACKAGES;
  *infos = context_buffer(sizeof packages);  // its texts are ours, and stay
  if (!*infos) return SEC_E_INSUFFICIENT_MEMORY;
  memcpy(*infos, packages, sizeof packages);
  return SEC_E_OK;
}

static SECURITY_STATUS WINAPI query_info(SEC_WCHAR* name, PSecPkgInfoW* info) {
  Package package;
  if (!package_named(name, &package)) return SEC_E_SECPKG_NOT_FOUND;
  *info = copy_info(&packages[package], packages[package].Name);
  return *info ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

static SECURITY_STATUS WINAPI free_buffer(PVOID buffer) {
  HeapFree(GetProcessHeap(), 0, buffer);
  return SEC_E_OK;
}

PSecurityFunctionTableW WINAPI InitSecurityInterfaceW(void) {
  static SecurityFunctionTableW table = {
      .dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION,
      .EnumerateSecurityPackagesW = enumerate,
      .QuerySecurityPackageInfoW = query_info,
      .AcquireCredentialsHandleW = (ACQUIRE_CREDENTIALS_HANDLE_FN_W)acquire_credentials,
      .FreeCredentialsHandle = free_credentials,
      .QueryCredentialsAttributesW = query_credentials,
      .InitializeSecurityContextW = initialize_context,
      .AcceptSecurityContext = accept_context,
      .DeleteSecurityContext = delete_context,
      .ExportSecurityContext = export_context,
      .ImportSecurityContextW = (IMPORT_SECURITY_CONTEXT_FN_W)import_context,
      .ImpersonateSecurityContext = impersonate_context,
      .RevertSecurityContext = revert_context,
      .QuerySecurityContextToken = query_context_token,
      .QueryContextAttributesW = query_context,
      .EncryptMessage = encrypt_message,
      .DecryptMessage = decrypt_message,
      .MakeSignature = make_signature,
      .VerifySignature = verify_signature,
      .FreeContextBuffer = free_buffer,
  };
  return &table;
}
