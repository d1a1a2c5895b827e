// What Windows calls the failures of GSS-API and of the KDC.
#include <errno.h>
#include <krb5.h>
#include <string.h>

#include "gss.h"

typedef struct Meaning {
  int32_t code;
  Status status;
} Meaning;

// Kerberos's own: RFC 4120, section 7.5.9, and MIT's.
static const Meaning meanings[] = {
    {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, SSPI_LOGON_DENIED},
    {KRB5KDC_ERR_PREAUTH_FAILED, SSPI_LOGON_DENIED},
    {KRB5KDC_ERR_CLIENT_REVOKED, SSPI_LOGON_DENIED},
    {KRB5KDC_ERR_KEY_EXP, SSPI_LOGON_DENIED},
    {KRB5KDC_ERR_NAME_EXP, SSPI_LOGON_DENIED},
    {KRB5KDC_ERR_POLICY, SSPI_LOGON_DENIED},
    {KRB5KRB_AP_ERR_REPEAT, SSPI_LOGON_DENIED},
    {KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, SSPI_TARGET_UNKNOWN},
    {KRB5_PARSE_MALFORMED, SSPI_TARGET_UNKNOWN},
    {KRB5KRB_AP_ERR_NOT_US, SSPI_WRONG_PRINCIPAL},
    {KRB5KRB_AP_WRONG_PRINC, SSPI_WRONG_PRINCIPAL},
    {KRB5KRB_AP_ERR_NOKEY, SSPI_WRONG_PRINCIPAL},
    {KRB5KRB_AP_ERR_BADKEYVER, SSPI_WRONG_PRINCIPAL},
    {KRB5KRB_AP_ERR_BAD_INTEGRITY, SSPI_WRONG_PRINCIPAL},
    {KRB5KRB_AP_ERR_MODIFIED, SSPI_WRONG_PRINCIPAL},
    {KRB5_KT_NOTFOUND, SSPI_WRONG_PRINCIPAL},
    {KRB5_KT_KVNONOTFOUND, SSPI_WRONG_PRINCIPAL},
    {KRB5KRB_AP_ERR_SKEW, SSPI_TIME_SKEW},
    {KRB5KRB_AP_ERR_TKT_NYV, SSPI_TIME_SKEW},
    {KRB5KRB_AP_ERR_TKT_EXPIRED, SSPI_CONTEXT_EXPIRED},
    {KRB5_KDC_UNREACH, SSPI_NO_AUTHENTICATING_AUTHORITY},
    {KRB5_REALM_CANT_RESOLVE, SSPI_NO_AUTHENTICATING_AUTHORITY},
    {KRB5_REALM_UNKNOWN, SSPI_NO_AUTHENTICATING_AUTHORITY},
    {KRB5KDC_ERR_ETYPE_NOSUPP, SSPI_ENCRYPTION_TYPE_NOT_SUPPORTED},
    {KRB5_FCC_NOFILE, SSPI_NO_CREDENTIALS},
    {KRB5_CC_NOTFOUND, SSPI_NO_CREDENTIALS},
    {KRB5_CC_NOMEM, SSPI_INSUFFICIENT_MEMORY},
};

enum { MEANINGS = sizeof meanings / sizeof meanings[0] };

static Status meaning(Stage stage, const Meaning* found) {
  // The KDC sealed its answer with another password's key.
  if (stage == STAGE_LOGON && found->status == SSPI_WRONG_PRINCIPAL) return SSPI_LOGON_DENIED;
  // The server's answer was sealed with another key, or changed.
  const bool integrity = found->code == KRB5KRB_AP_ERR_BAD_INTEGRITY;
  if (stage == STAGE_INITIALIZE && integrity) return SSPI_MESSAGE_ALTERED;
  return found->status;
}

Status status_of_kerberos(Stage stage, int32_t code) {
  if (code == 0) return SSPI_OK;
  if (code == ENOMEM) return SSPI_INSUFFICIENT_MEMORY;
  for (int i = 0; i < MEANINGS; i++) {
    if (meanings[i].code == code) return meaning(stage, &meanings[i]);
  }
  return SSPI_INTERNAL_ERROR;
}

static gss_buffer_desc text_of(OM_uint32 minor, gss_OID mechanism) {
  OM_uint32 ignored, more = 0;
  gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
  gss_display_status(&ignored, minor, GSS_C_MECH_CODE, mechanism, &more, &text);
  return text;
}

// GSS-API renumbers the minor codes of its mechanisms where two could meet, and SPNEGO hides those
// of the mechanism within. The text of an error survives both, with the details of this very error
// in it: so a code is found by comparing its text with the error's.
bool is_minor(OM_uint32 minor, gss_OID mechanism, OM_uint32 code, gss_OID code_mechanism) {
  OM_uint32 ignored;
  gss_buffer_desc text = text_of(minor, mechanism), other = text_of(code, code_mechanism);
  const bool equal = text.length > 0 && text.length == other.length &&
                     memcmp(text.value, other.value, text.length) == 0;
  gss_release_buffer(&ignored, &text);
  gss_release_buffer(&ignored, &other);
  return equal;
}

static const Meaning* kerberos_meaning(OM_uint32 minor, gss_OID mechanism) {
  const gss_OID kerberos = mechanism_of(PACKAGE_KERBEROS);
  for (int i = 0; minor != 0 && i < MEANINGS; i++) {
    if (is_minor(minor, mechanism, (OM_uint32)meanings[i].code, kerberos)) return &meanings[i];
  }
  return NULL;
}

static Status status_of_routine(Stage stage, OM_uint32 error) {
  switch (error) {
    case GSS_S_BAD_BINDINGS:
      return SSPI_BAD_BINDINGS;
    case GSS_S_BAD_SIG:
      return SSPI_MESSAGE_ALTERED;
    case GSS_S_DEFECTIVE_TOKEN:
    case GSS_S_BAD_MECH:
      return SSPI_INVALID_TOKEN;
    case GSS_S_DUPLICATE_TOKEN:
    case GSS_S_OLD_TOKEN:
      return SSPI_OUT_OF_SEQUENCE;
    case GSS_S_CONTEXT_EXPIRED:
      return SSPI_CONTEXT_EXPIRED;
    case GSS_S_NO_CRED:
    case GSS_S_DEFECTIVE_CREDENTIAL:
    case GSS_S_CREDENTIALS_EXPIRED:
      return SSPI_NO_CREDENTIALS;
    case GSS_S_BAD_NAME:
    case GSS_S_BAD_NAMETYPE:
      return SSPI_TARGET_UNKNOWN;
    case GSS_S_BAD_QOP:
      return SSPI_QOP_NOT_SUPPORTED;
    case GSS_S_UNAVAILABLE:
      return SSPI_UNSUPPORTED_FUNCTION;
    case GSS_S_UNAUTHORIZED:
      return SSPI_LOGON_DENIED;
    case GSS_S_NO_CONTEXT:
      // A token that does not belong to this point of the handshake.
      return stage == STAGE_MESSAGE ? SSPI_INVALID_HANDLE : SSPI_INVALID_TOKEN;
    default:
      return SSPI_INTERNAL_ERROR;
  }
}

Status status_of_gss(Stage stage, OM_uint32 major, OM_uint32 minor, gss_OID mechanism) {
  const OM_uint32 error = GSS_ROUTINE_ERROR(major);
  const OM_uint32 sequence =
      GSS_S_DUPLICATE_TOKEN | GSS_S_OLD_TOKEN | GSS_S_UNSEQ_TOKEN | GSS_S_GAP_TOKEN;
  if (GSS_CALLING_ERROR(major)) return SSPI_INVALID_TOKEN;
  if (!error && stage == STAGE_MESSAGE && (major & sequence)) return SSPI_OUT_OF_SEQUENCE;
  if (!error) return major & GSS_S_CONTINUE_NEEDED ? SSPI_CONTINUE_NEEDED : SSPI_OK;
  if (stage == STAGE_MESSAGE) return status_of_routine(stage, error);
  const Meaning* found = kerberos_meaning(minor, mechanism);
  if (found) return meaning(stage, found);
  // What gss-ntlmssp says of a user whom the domain or the file of users does not let in.
  const gss_OID ntlm = mechanism_of(PACKAGE_NTLM);
  if (stage == STAGE_ACCEPT && error == GSS_S_FAILURE &&
      (is_minor(minor, mechanism, EACCES, ntlm) || is_minor(minor, mechanism, EINVAL, ntlm) ||
       is_minor(minor, mechanism, ENOENT, ntlm))) {
    return SSPI_LOGON_DENIED;
  }
  return status_of_routine(stage, error);
}
