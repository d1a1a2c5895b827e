// Credentials: whose they are is known at once; the KDC is asked at the first step, as by Windows.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

struct Credentials {
  int references;  // atomic
  CredentialsRequest request;
  char *user, *domain, *password;  // of an explicit identity
  char* realm;
  Delegated* delegated;  // of a client; may be NULL
  pthread_mutex_t lock;  // of what follows
  Tickets tickets;
  gss_cred_id_t outbound, inbound;
};

Package credentials_package(const Credentials* credentials) { return credentials->request.package; }

Credentials* credentials_keep(Credentials* credentials) {
  __atomic_add_fetch(&credentials->references, 1, __ATOMIC_RELAXED);
  return credentials;
}

void credentials_release(Credentials* credentials) {
  if (!credentials || __atomic_sub_fetch(&credentials->references, 1, __ATOMIC_ACQ_REL)) return;
  OM_uint32 minor;
  if (credentials->outbound) gss_release_cred(&minor, &credentials->outbound);
  if (credentials->inbound) gss_release_cred(&minor, &credentials->inbound);
  tickets_destroy(&credentials->tickets);
  delegated_release(credentials->delegated);
  bytes_free(
      &(Bytes){credentials->password, credentials->password ? strlen(credentials->password) : 0});
  free(credentials->user);
  free(credentials->domain);
  free(credentials->realm);
  pthread_mutex_destroy(&credentials->lock);
  free(credentials);
}

// The user as DOMAIN\user, as user@domain, or as both apart.
static bool take_identity(Credentials* credentials, const CredentialsRequest* request) {
  const char *user = request->user, *domain = request->domain ? request->domain : "";
  const char *backslash = strchr(user, '\\'), *at = strrchr(user, '@');
  if (backslash && !*domain) {
    credentials->domain = strndup(user, (size_t)(backslash - user));
    credentials->user = strdup(backslash + 1);
  } else if (at && !*domain) {
    credentials->domain = strdup(at + 1);
    credentials->user = strndup(user, (size_t)(at - user));
  } else {
    credentials->domain = strdup(domain);
    credentials->user = strdup(user);
  }
  credentials->password = strdup(request->password ? request->password : "");
  credentials->realm = credentials->domain ? realm_of(credentials->domain) : NULL;
  return credentials->user && credentials->domain && credentials->password && credentials->realm;
}

static bool allows(const CredentialsRequest* request, Package package) {
  if (request->package != PACKAGE_NEGOTIATE) return request->package == package;
  return package == PACKAGE_KERBEROS ? request->allow_kerberos : request->allow_ntlm;
}

// SPNEGO offers the mechanisms of this list, and NTLM last.
static OM_uint32 limit_choice(OM_uint32* minor, const CredentialsRequest* request,
                              gss_cred_id_t handle) {
  if (request->package != PACKAGE_NEGOTIATE) return GSS_S_COMPLETE;
  gss_OID_desc chosen[2];
  gss_OID_set_desc set = {0, chosen};
  for (Package package = PACKAGE_KERBEROS; package <= PACKAGE_NTLM; package++) {
    if (allows(request, package)) chosen[set.count++] = *mechanism_of(package);
  }
  return gss_set_neg_mechs(minor, handle, &set);
}

// MIT's Kerberos promises confidentiality and integrity whoever asked for them. With this option it
// does as Windows's, whose flags count.
static OM_uint32 count_protection(OM_uint32* minor, gss_cred_id_t handle) {
  static gss_OID_desc option = {6, "\x2a\x85\x70\x2b\x0d\x1d"};  // GSS_KRB5_CRED_NO_CI_FLAGS_X
  gss_buffer_desc nothing = GSS_C_EMPTY_BUFFER;
  const OM_uint32 major = gss_set_cred_option(minor, &handle, &option, &nothing);
  return major == GSS_S_UNAVAILABLE ? GSS_S_COMPLETE : major;
}

static Status acquire(const CredentialsRequest* request, gss_name_t name, gss_cred_usage_t usage,
                      gss_const_key_value_set_t store, gss_cred_id_t* handle) {
  OM_uint32 minor, ignored;
  gss_OID_set_desc set = mechanism_set(request->package);
  gss_OID all[3] = {mechanism_of(PACKAGE_NEGOTIATE), mechanism_of(PACKAGE_KERBEROS),
                    mechanism_of(PACKAGE_NTLM)};
  gss_OID_desc bare[3] = {*all[0], *all[1], *all[2]};
  // Windows's Negotiate also accepts a token of Kerberos or NTLM that is not wrapped in SPNEGO.
  if (usage == GSS_C_ACCEPT && request->package == PACKAGE_NEGOTIATE) {
    set = (gss_OID_set_desc){3, bare};
  }
  OM_uint32 major =
      gss_acquire_cred_from(&minor, name, GSS_C_INDEFINITE, &set, usage, store, handle, NULL, NULL);
  if (!GSS_ERROR(major)) major = limit_choice(&minor, request, *handle);
  if (!GSS_ERROR(major) && usage == GSS_C_INITIATE) major = count_protection(&minor, *handle);
  if (!GSS_ERROR(major)) return SSPI_OK;
  const Status status = status_of_gss(STAGE_LOGON, major, minor, mechanism_of(request->package));
  if (*handle) gss_release_cred(&ignored, handle);
  return status == SSPI_INTERNAL_ERROR ? SSPI_NO_CREDENTIALS : status;
}

// gss-ntlmssp has the logged-on user's password from its file of users, where any domain fits.
static Status acquire_logged_on(Credentials* credentials) {
  char *cache = NULL, *user = NULL, *realm = NULL;
  Status status = tickets_logged_on(&cache, &user, &realm);
  if (status == SSPI_OK) {
    const char* users = getenv("NTLM_USER_FILE");
    gss_key_value_element_desc entries[] = {{"ccache", cache},
                                            {"ntlmssp_keyfile", users ? users : "/dev/null"}};
    const gss_key_value_set_desc store = {2, entries};
    OM_uint32 minor;
    gss_name_t name = import_user(user, NULL);
    status = acquire(&credentials->request, name, GSS_C_INITIATE, &store, &credentials->outbound);
    gss_release_name(&minor, &name);
  }
  free(cache);
  free(user);
  free(realm);
  return status;
}

// A client delegates tickets of Kerberos only.
static Status acquire_delegated(Credentials* credentials) {
  CredentialsRequest* request = &credentials->request;
  request->allow_ntlm = false;
  if (!credentials->delegated || !allows(request, PACKAGE_KERBEROS)) return SSPI_NO_CREDENTIALS;
  gss_key_value_element_desc entry = {"ccache", delegated_cache(credentials->delegated)};
  const gss_key_value_set_desc store = {1, &entry};
  return acquire(request, GSS_C_NO_NAME, GSS_C_INITIATE, &store, &credentials->outbound);
}

static Status acquire_identity(Credentials* credentials) {
  const CredentialsRequest* request = &credentials->request;
  Status status = SSPI_OK;
  if (allows(request, PACKAGE_KERBEROS) && !credentials->tickets.cache) {
    status = tickets_get(credentials->user, credentials->realm, credentials->password,
                         &credentials->tickets);
  }
  // Without a KDC there is still NTLM. A KDC that refuses the user has the last word.
  const bool unreachable = status == SSPI_NO_AUTHENTICATING_AUTHORITY;
  if (status != SSPI_OK && !(unreachable && allows(request, PACKAGE_NTLM))) return status;
  char* domain = short_domain(*credentials->domain ? credentials->domain : credentials->realm);
  const char* cache = credentials->tickets.cache ? credentials->tickets.cache : "MEMORY:none";
  gss_key_value_element_desc entries[] = {
      {"ccache", cache}, {"ntlmssp_domain", domain}, {"ntlmssp_password", credentials->password}};
  const gss_key_value_set_desc store = {3, entries};
  OM_uint32 minor;
  gss_name_t name = import_user(credentials->user, credentials->realm);
  status = acquire(request, name, GSS_C_INITIATE, &store, &credentials->outbound);
  gss_release_name(&minor, &name);
  free(domain);
  return status;
}

Status credentials_of_side(Credentials* credentials, bool outbound, gss_cred_id_t* handle) {
  Status status = SSPI_OK;
  if (!outbound) {
    *handle = credentials->inbound;
    return *handle ? SSPI_OK : SSPI_NO_CREDENTIALS;
  }
  if (!credentials->request.outbound) return SSPI_NO_CREDENTIALS;
  pthread_mutex_lock(&credentials->lock);
  if (!credentials->outbound) status = acquire_identity(credentials);
  *handle = credentials->outbound;
  pthread_mutex_unlock(&credentials->lock);
  return status;
}

static int64_t earliest_expiry(const Credentials* credentials) {
  OM_uint32 minor, seconds = GSS_C_INDEFINITE;
  const gss_cred_id_t handle = credentials->outbound ? credentials->outbound : credentials->inbound;
  if (handle) gss_inquire_cred(&minor, handle, NULL, &seconds, NULL, NULL);
  return expiry_after(seconds);
}

Status credentials_acquire(const CredentialsRequest* request, Credentials** acquired,
                           int64_t* expiry) {
  Credentials* credentials = calloc(1, sizeof *credentials);
  if (!credentials) return SSPI_INSUFFICIENT_MEMORY;
  credentials->references = 1;
  credentials->request = *request;
  credentials->request.user = credentials->request.domain = credentials->request.password = NULL;
  credentials->request.delegated = NULL;
  credentials->delegated = delegated_keep(request->delegated);
  pthread_mutex_init(&credentials->lock, NULL);
  Status status = SSPI_OK;
  if (request->user && !take_identity(credentials, request)) status = SSPI_INSUFFICIENT_MEMORY;
  if (status == SSPI_OK && request->inbound) {
    status = acquire(request, GSS_C_NO_NAME, GSS_C_ACCEPT, NULL, &credentials->inbound);
  }
  if (status == SSPI_OK && request->outbound && !request->user) {
    status = request->impersonating ? acquire_delegated(credentials)
                                    : acquire_logged_on(credentials);
  }
  if (status == SSPI_OK) {
    *acquired = credentials;
    *expiry = earliest_expiry(credentials);
  } else {
    credentials_release(credentials);
  }
  return status;
}
