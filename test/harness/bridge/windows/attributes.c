// QueryContextAttributes: what a context knows, in Windows's structures.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
#include <stdlib.h>
#include <string.h>

#include "bridge_windows.h"

// Windows's numbers: [MS-KILE] 3.1.5.2 for Kerberos, ALG_ID for NTLM.
enum { AES_128 = 17, AES_256 = 18, RC4_HMAC = 23, SIGN_HMAC_MD5 = -138, CIPHER_RC4 = 0x6801 };

// What Windows reports for AES, where a token of Kerberos then takes 60 bytes and no padding.
static SECURITY_STATUS query_sizes(const ContextState* state, SecPkgContext_Sizes* sizes) {
  const ULONG largest = package_info(state->asked_package)->cbMaxToken;
  *sizes = state->package == PACKAGE_NTLM ? (SecPkgContext_Sizes){largest, 16, 0, 16}
                                          : (SecPkgContext_Sizes){largest, 64, 16, 76};
  return SEC_E_OK;
}

static SECURITY_STATUS query_lifespan(const ContextState* state, SecPkgContext_Lifespan* value) {
  value->tsStart = time_stamp(state->start);
  value->tsExpiry = time_stamp(state->expiry);
  return SEC_E_OK;
}

static SECURITY_STATUS query_session_key(Context* context, SecPkgContext_SessionKey* value) {
  Bytes key;
  uint32_t type;
  const Status status = context_session_key(context, &key, &type);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  value->SessionKey = context_buffer(key.length);
  value->SessionKeyLength = (ULONG)key.length;
  if (value->SessionKey) memcpy(value->SessionKey, key.value, key.length);
  bytes_free(&key);
  return value->SessionKey ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

static const char* cipher_name(uint32_t type) {
  switch (type) {
    case AES_128:
      return "Kerberos AES128-CTS-HMAC-SHA1-96";
    case AES_256:
      return "Kerberos AES256-CTS-HMAC-SHA1-96";
    default:
      return "RSADSI RC4-HMAC";
  }
}

static SECURITY_STATUS query_key_info(Context* context, const ContextState* state,
                                      SecPkgContext_KeyInfoW* value) {
  Bytes key;
  uint32_t type;
  const Status status = context_session_key(context, &key, &type);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  const bool ntlm = state->package == PACKAGE_NTLM, aes = type == AES_128 || type == AES_256;
  value->KeySize = (ULONG)key.length * 8;
  value->EncryptAlgorithm = ntlm ? CIPHER_RC4 : type;
  // The checksum's type of an AES key is two less than the key's: RFC 3962, section 7.
  value->SignatureAlgorithm = aes ? type - 2 : (ULONG)SIGN_HMAC_MD5;
  bytes_free(&key);
  SECURITY_STATUS written =
      widen_into(&value->sSignatureAlgorithmName, aes ? "HMAC-SHA1-96" : "HMAC-MD5");
  if (written != SEC_E_OK) return written;
  return widen_into(&value->sEncryptAlgorithmName, ntlm ? "RSADSI RC4" : cipher_name(type));
}

static SECURITY_STATUS query_negotiation(const ContextState* state,
                                         SecPkgContext_NegotiationInfoW* value) {
  value->PackageInfo = windows_package_info(state->package);
  value->NegotiationState =
      state->complete ? SECPKG_NEGOTIATION_COMPLETE : SECPKG_NEGOTIATION_IN_PROGRESS;
  return value->PackageInfo ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

static SECURITY_STATUS query_package(const ContextState* state, SecPkgContext_PackageInfoW* value) {
  value->PackageInfo = windows_package_info(state->package);
  return value->PackageInfo ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

static SECURITY_STATUS query_flags(const ContextState* state, SecPkgContext_Flags* value) {
  value->Flags = request_of_flags(state->initiator, state->flags);
  return SEC_E_OK;
}

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_lastclienttokenstatus
static SECURITY_STATUS query_last_token(const ContextState* state, ULONG* status) {
  enum { YES, NO, MAYBE };  // SECPKG_ATTR_LCT_STATUS
  if (!state->initiator) return SEC_E_UNSUPPORTED_FUNCTION;
  if (state->complete) {
    *status = YES;
  } else if (state->package == PACKAGE_NEGOTIATE) {
    *status = MAYBE;
  } else {
    // Kerberos only waits for the server's answer, unless DCE wants one to that.
    const bool more = state->package == PACKAGE_NTLM || (state->flags & FLAG_DCE_STYLE);
    *status = more ? NO : YES;
  }
  return SEC_E_OK;
}

// What has an answer only when the handshake is over. TARGET_INFORMATION is what a credential
// manager knows of the target, and GSS-API has none.
static SECURITY_STATUS query_complete(Context* context, const ContextState* state, ULONG attribute,
                                      PVOID value) {
  switch (attribute) {
    case SECPKG_ATTR_SIZES:
      return query_sizes(state, value);
    case SECPKG_ATTR_NAMES:
      return query_names(context, value);
    case SECPKG_ATTR_NATIVE_NAMES:
      return query_native_names(context, value);
    case SECPKG_ATTR_DCE_INFO:
      return query_dce_info(context, value);
    case SECPKG_ATTR_AUTHORITY:
      return query_authority(context, value);
    case SECPKG_ATTR_CLIENT_SPECIFIED_TARGET:
      return query_target(context, value);
    case SECPKG_ATTR_ACCESS_TOKEN:
      return context_token(context, &((SecPkgContext_AccessToken*)value)->AccessToken);
    case SECPKG_ATTR_LIFESPAN:
      return query_lifespan(state, value);
    case SECPKG_ATTR_SESSION_KEY:
      return query_session_key(context, value);
    case SECPKG_ATTR_KEY_INFO:
      return query_key_info(context, state, value);
    case SECPKG_ATTR_FLAGS:
      return query_flags(state, value);
    default:
      return SEC_E_UNSUPPORTED_FUNCTION;
  }
}

SECURITY_STATUS WINAPI query_context(PCtxtHandle handle, ULONG attribute, PVOID value) {
  Context* context = context_of(handle);
  if (!context) return SEC_E_INVALID_HANDLE;
  const ContextState state = context_state(context);
  if (attribute == SECPKG_ATTR_NEGOTIATION_INFO) return query_negotiation(&state, value);
  if (attribute == SECPKG_ATTR_PACKAGE_INFO) return query_package(&state, value);
  if (attribute == SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS) return query_last_token(&state, value);
  if (!state.complete) return SEC_E_INVALID_HANDLE;
  return query_complete(context, &state, attribute, value);
}
