// AcquireCredentialsHandle: the caller's identity, in each of its forms.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acquirecredentialshandlew
#include <stdlib.h>
#include <string.h>

#include "bridge_windows.h"

typedef struct Identity {
  char *user, *domain, *password, *packages;
} Identity;

// Text of an identity: in UTF-16, or in the code page where its flags say so.
static char* identity_text(ULONG flags, const void* text, ULONG length) {
  if (!text) return NULL;
  if (!(flags & SEC_WINNT_AUTH_IDENTITY_ANSI)) return narrow(text, length);
  return strndup(text, length);
}

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_exw
static Identity identity_of(const void* data) {
  const SEC_WINNT_AUTH_IDENTITY_EXW* extended = data;
  const SEC_WINNT_AUTH_IDENTITY_W* plain = data;
  if (extended->Version == SEC_WINNT_AUTH_IDENTITY_VERSION) {
    const ULONG flags = extended->Flags;
    return (Identity){identity_text(flags, extended->User, extended->UserLength),
                      identity_text(flags, extended->Domain, extended->DomainLength),
                      identity_text(flags, extended->Password, extended->PasswordLength),
                      identity_text(flags, extended->PackageList, extended->PackageListLength)};
  }
  return (Identity){identity_text(plain->Flags, plain->User, plain->UserLength),
                    identity_text(plain->Flags, plain->Domain, plain->DomainLength),
                    identity_text(plain->Flags, plain->Password, plain->PasswordLength), NULL};
}

static void free_identity(Identity* identity) {
  const size_t length = identity->password ? strlen(identity->password) : 0;
  bytes_free(&(Bytes){identity->password, length});
  free(identity->user);
  free(identity->domain);
  free(identity->packages);
}

// A list such as "Kerberos", "!ntlm" or "Kerberos,NTLM": names are what may be chosen, and only
// where there are none, all but those with an exclamation mark.
static void limit_packages(CredentialsRequest* request, const char* list) {
  bool kerberos = false, ntlm = false, no_kerberos = false, no_ntlm = false;
  char *copy = strdup(list), *rest = copy, *word;
  while (copy && (word = strsep(&rest, ", "))) {
    kerberos |= strcasecmp(word, "Kerberos") == 0;
    ntlm |= strcasecmp(word, "NTLM") == 0;
    no_kerberos |= strcasecmp(word, "!Kerberos") == 0;
    no_ntlm |= strcasecmp(word, "!NTLM") == 0;
  }
  free(copy);
  const bool named = kerberos || ntlm;
  request->allow_kerberos = (named ? kerberos : true) && !no_kerberos;
  request->allow_ntlm = (named ? ntlm : true) && !no_ntlm;
}

SECURITY_STATUS WINAPI acquire_credentials(SEC_WCHAR* principal, SEC_WCHAR* package_name, ULONG use,
                                           PLUID logon, PVOID data, SEC_GET_KEY_FN get_key,
                                           PVOID argument, PCredHandle handle, PTimeStamp expiry) {
  CredentialsRequest request = {.outbound = use & SECPKG_CRED_OUTBOUND,
                                .inbound = use & SECPKG_CRED_INBOUND,
                                .allow_kerberos = true,
                                .allow_ntlm = true};
  (void)principal, (void)logon, (void)get_key, (void)argument;
  if (!package_named(package_name, &request.package)) return SEC_E_SECPKG_NOT_FOUND;
  if (!request.outbound && !request.inbound) return SEC_E_UNKNOWN_CREDENTIALS;
  Identity identity = data ? identity_of(data) : (Identity){NULL, NULL, NULL, NULL};
  if (identity.packages) limit_packages(&request, identity.packages);
  // Where the user is missing, so is the identity: only the list of packages was given.
  request.user = identity.user && *identity.user ? identity.user : NULL;
  request.domain = identity.domain;
  request.password = identity.password;
  request.impersonating = impersonated_client(&request.delegated);
  Credentials* credentials = NULL;
  int64_t end = NO_EXPIRY;
  const Status status = credentials_acquire(&request, &credentials, &end);
  free_identity(&identity);
  delegated_release(request.delegated);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  handle->dwLower = (ULONG_PTR)credentials;
  handle->dwUpper = 0;
  if (expiry) *expiry = time_stamp(end);
  return SEC_E_OK;
}

SECURITY_STATUS WINAPI free_credentials(PCredHandle handle) {
  if (!credentials_of(handle)) return SEC_E_INVALID_HANDLE;
  credentials_release(credentials_of(handle));
  return SEC_E_OK;
}

SECURITY_STATUS WINAPI query_credentials(PCredHandle handle, ULONG attribute, PVOID value) {
  (void)handle, (void)attribute, (void)value;
  return SEC_E_UNSUPPORTED_FUNCTION;
}
