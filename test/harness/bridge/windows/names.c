// The attributes of a context that are names.
#include <stdlib.h>
#include <string.h>

#include "bridge_windows.h"

static SECURITY_STATUS write_user(const Names* names, SEC_WCHAR** place) {
  char* text = malloc(strlen(names->domain) + strlen(names->user) + 2);
  if (!text) return SEC_E_INSUFFICIENT_MEMORY;
  strcat(strcat(strcpy(text, names->domain), "\\"), names->user);
  const SECURITY_STATUS written = widen_into(place, text);
  free(text);
  return written;
}

SECURITY_STATUS query_names(Context* context, SecPkgContext_NamesW* value) {
  Names names;
  const Status status = context_names(context, &names);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  const SECURITY_STATUS written = write_user(&names, &value->sUserName);
  names_free(&names);
  return written;
}

SECURITY_STATUS query_native_names(Context* context, SecPkgContext_NativeNamesW* value) {
  Names names;
  const Status status = context_names(context, &names);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  SECURITY_STATUS written = SEC_E_UNSUPPORTED_FUNCTION;
  if (names.client && names.server) {
    written = widen_into(&value->sClientName, names.client);
    if (written == SEC_E_OK) written = widen_into(&value->sServerName, names.server);
  }
  names_free(&names);
  return written;
}

SECURITY_STATUS query_dce_info(Context* context, SecPkgContext_DceInfo* value) {
  enum { RPC_AUTHORIZATION_NAME = 1 };  // RPC_C_AUTHZ_NAME
  Names names;
  const Status status = context_names(context, &names);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  value->AuthzSvc = RPC_AUTHORIZATION_NAME;
  const SECURITY_STATUS written = write_user(&names, (SEC_WCHAR**)&value->pPac);
  names_free(&names);
  return written;
}

SECURITY_STATUS query_authority(Context* context, SecPkgContext_AuthorityW* value) {
  Names names;
  const Status status = context_names(context, &names);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  const SECURITY_STATUS written = widen_into(&value->sAuthorityName, names.authority);
  names_free(&names);
  return written;
}

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_clientspecifiedtarget
SECURITY_STATUS query_target(Context* context, SEC_WCHAR** value) {
  char* target = context_specified_target(context);
  if (!target) return SEC_E_UNSUPPORTED_FUNCTION;
  const SECURITY_STATUS written = widen_into(value, target);
  free(target);
  return written;
}
