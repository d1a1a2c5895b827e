// Names of users, domains and services, in Windows's forms and in GSS-API's.
#include <ctype.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#include "gss.h"

char* join(const char* one, const char* between, const char* other) {
  const size_t length = strlen(one) + strlen(between) + strlen(other) + 1;
  char* joined = malloc(length);
  if (!joined) return NULL;
  strcpy(joined, one);
  strcat(joined, between);
  return strcat(joined, other);
}

static char* upper_case(const char* text, size_t length) {
  char* copy = strndup(text, length);
  for (char* c = copy; c && *c; c++) *c = (char)toupper((unsigned char)*c);
  return copy;
}

// The first label of a domain's name is its short (NetBIOS) name unless somebody chose another one,
// and the lab's domain has it.
char* short_domain(const char* domain) { return upper_case(domain, strcspn(domain, ".")); }

static char* default_realm(void) {
  krb5_context kerberos;
  char *realm = NULL, *copy = NULL;
  if (krb5_init_context(&kerberos) != 0) return NULL;
  if (krb5_get_default_realm(kerberos, &realm) == 0) copy = strdup(realm);
  krb5_free_default_realm(kerberos, realm);
  krb5_free_context(kerberos);
  return copy;
}

char* realm_of(const char* domain) {
  if (strchr(domain, '.')) return upper_case(domain, strlen(domain));
  char* realm = default_realm();
  char* label = realm ? short_domain(realm) : NULL;
  const bool is_default = !*domain || (label && strcasecmp(label, domain) == 0);
  free(label);
  if (is_default) return realm;
  free(realm);
  return upper_case(domain, strlen(domain));
}

// gss-ntlmssp counts the zero byte at the end.
char* name_text(gss_name_t name) {
  OM_uint32 minor;
  gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
  if (GSS_ERROR(gss_display_name(&minor, name, &text, NULL))) return NULL;
  char* copy = strndup(text.value, text.length);
  gss_release_buffer(&minor, &text);
  return copy;
}

static gss_name_t import(const char* text, gss_OID type) {
  OM_uint32 minor;
  gss_name_t name = GSS_C_NO_NAME;
  gss_buffer_desc buffer = {strlen(text), (void*)text};
  if (GSS_ERROR(gss_import_name(&minor, &buffer, type, &name))) return GSS_C_NO_NAME;
  return name;
}

gss_name_t import_user(const char* user, const char* realm) {
  char* text = realm ? join(user, "@", realm) : strdup(user);
  const gss_name_t name = text ? import(text, GSS_C_NT_USER_NAME) : GSS_C_NO_NAME;
  free(text);
  return name;
}

// service/host is a host-based name, which every mechanism knows; what has more parts, only
// Kerberos knows. https://learn.microsoft.com/windows/win32/ad/name-formats-for-unique-spns
gss_name_t import_target(const char* target, Package package) {
  // GSS-API wants a name where SSPI takes none; NTLM does without.
  if (!target || !*target) return import("host@", GSS_C_NT_HOSTBASED_SERVICE);
  const char* slash = strchr(target, '/');
  const bool plain = slash && !strchr(slash + 1, '/') && !strchr(target, '@');
  if (!plain && package == PACKAGE_KERBEROS) {
    static gss_OID_desc principal = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"};
    return import(target, &principal);  // RFC 1964, section 2.1.1
  }
  char* text = slash ? strdup(target) : join("host@", "", target);
  if (!text) return GSS_C_NO_NAME;
  if (slash) text[slash - target] = '@';
  text[strcspn(text, "/")] = 0;
  const gss_name_t name = import(text, GSS_C_NT_HOSTBASED_SERVICE);
  free(text);
  return name;
}
