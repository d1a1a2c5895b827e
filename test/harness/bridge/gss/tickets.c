// Kerberos tickets: those of an explicit identity and those that a client delegates, each in a cache
// that nobody else sees, so that the logged-on user stays who he is; and whose the process's own are.
#include <errno.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#include "gss.h"

static krb5_error_code log_on(krb5_context kerberos, krb5_principal user, const char* password,
                              krb5_ccache* cache) {
  krb5_creds tickets;
  krb5_get_init_creds_opt* options = NULL;
  krb5_error_code code = krb5_get_init_creds_opt_alloc(kerberos, &options);
  if (code) return code;
  krb5_get_init_creds_opt_set_canonicalize(options, 1);  // a realm's other names
  // Without a prompter: an expired password is an error and no question.
  code = krb5_get_init_creds_password(kerberos, &tickets, user, password, NULL, NULL, 0, NULL,
                                      options);
  krb5_get_init_creds_opt_free(kerberos, options);
  if (code) return code;
  code = krb5_cc_new_unique(kerberos, "MEMORY", NULL, cache);
  if (!code) code = krb5_cc_initialize(kerberos, *cache, tickets.client);
  if (!code) code = krb5_cc_store_cred(kerberos, *cache, &tickets);
  krb5_free_cred_contents(kerberos, &tickets);
  return code;
}

Status tickets_get(const char* user, const char* realm, const char* password, Tickets* tickets) {
  krb5_context kerberos;
  krb5_principal principal = NULL;
  krb5_ccache cache = NULL;
  krb5_error_code code = krb5_init_context(&kerberos);
  if (code) return status_of_kerberos(STAGE_LOGON, code);
  code = krb5_build_principal(kerberos, &principal, (unsigned)strlen(realm), realm, user, NULL);
  if (!code) code = log_on(kerberos, principal, password, &cache);
  if (!code) code = krb5_cc_get_full_name(kerberos, cache, &tickets->cache);
  if (!code) {
    krb5_cc_close(kerberos, cache);  // which leaves it in memory, under its name
  } else if (cache) {
    krb5_cc_destroy(kerberos, cache);
  }
  krb5_free_principal(kerberos, principal);
  krb5_free_context(kerberos);
  return status_of_kerberos(STAGE_LOGON, code);
}

// Delegated credentials are good for Kerberos only: SPNEGO's initiator does not find itself in them,
// and is the process's own user in silence. Credentials for any mechanism come from a cache.
Status tickets_store(gss_cred_id_t delegated, Tickets* tickets) {
  krb5_context kerberos;
  krb5_ccache cache = NULL;
  krb5_error_code code = krb5_init_context(&kerberos);
  if (code) return status_of_kerberos(STAGE_LOGON, code);
  code = krb5_cc_new_unique(kerberos, "MEMORY", NULL, &cache);
  if (!code) code = krb5_cc_get_full_name(kerberos, cache, &tickets->cache);
  if (cache) krb5_cc_close(kerberos, cache);
  krb5_free_context(kerberos);
  if (code) return status_of_kerberos(STAGE_LOGON, code);
  gss_key_value_element_desc entry = {"ccache", tickets->cache};
  const gss_key_value_set_desc store = {1, &entry};
  OM_uint32 minor;
  const OM_uint32 major = gss_store_cred_into(&minor, delegated, GSS_C_INITIATE, GSS_C_NO_OID, 1, 0,
                                              &store, NULL, NULL);
  if (!GSS_ERROR(major)) return SSPI_OK;
  tickets_destroy(tickets);
  return status_of_gss(STAGE_LOGON, major, minor, mechanism_of(PACKAGE_KERBEROS));
}

void tickets_destroy(Tickets* tickets) {
  krb5_context kerberos;
  krb5_ccache cache;
  if (!tickets->cache || krb5_init_context(&kerberos) != 0) return;
  if (krb5_cc_resolve(kerberos, tickets->cache, &cache) == 0) krb5_cc_destroy(kerberos, cache);
  krb5_free_string(kerberos, tickets->cache);
  krb5_free_context(kerberos);
  tickets->cache = NULL;
}

Status tickets_logged_on(char** cache_name, char** user, char** realm) {
  krb5_context kerberos;
  krb5_ccache cache = NULL;
  krb5_principal owner = NULL;
  krb5_error_code code = krb5_init_context(&kerberos);
  if (code) return status_of_kerberos(STAGE_LOGON, code);
  code = krb5_cc_default(kerberos, &cache);
  if (!code) code = krb5_cc_get_principal(kerberos, cache, &owner);
  if (!code) {
    *cache_name = strdup(krb5_cc_default_name(kerberos));
    *user = strndup(owner->data[0].data, owner->data[0].length);
    *realm = strndup(owner->realm.data, owner->realm.length);
    if (!*cache_name || !*user || !*realm) code = ENOMEM;
  }
  krb5_free_principal(kerberos, owner);
  if (cache) krb5_cc_close(kerberos, cache);
  krb5_free_context(kerberos);
  return code && code != ENOMEM ? SSPI_NO_CREDENTIALS : status_of_kerberos(STAGE_LOGON, code);
}
