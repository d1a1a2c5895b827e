// What a complete context knows: names and key.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

void names_free(Names* names) {
  free(names->user);
  free(names->domain);
  free(names->authority);
  free(names->client);
  free(names->server);
  *names = (Names){NULL};
}

// alice@CORP.TEST, and CORP\alice
static void split_name(Names* names, char border, bool user_first) {
  char* found = names->client ? strrchr(names->client, border) : NULL;
  if (!found) return;
  char* left = strndup(names->client, (size_t)(found - names->client));
  char* right = strdup(found + 1);
  names->user = user_first ? left : right;
  names->authority = user_first ? right : left;
  names->domain = names->authority ? short_domain(names->authority) : NULL;
}

Status context_names(Context* context, Names* names) {
  OM_uint32 minor;
  gss_name_t client = GSS_C_NO_NAME, server = GSS_C_NO_NAME;
  pthread_mutex_lock(&context->lock);
  const bool kerberos = context->state.package == PACKAGE_KERBEROS;
  // An acceptor of gss-ntlmssp 1.2 dies of the question for its own name.
  const OM_uint32 major = gss_inquire_context(
      &minor, context->handle, &client, kerberos ? &server : NULL, NULL, NULL, NULL, NULL, NULL);
  pthread_mutex_unlock(&context->lock);
  *names = (Names){NULL};
  if (GSS_ERROR(major)) return SSPI_INVALID_HANDLE;
  names->client = client ? name_text(client) : NULL;
  names->server = server ? name_text(server) : NULL;
  gss_release_name(&minor, &client);
  if (server) gss_release_name(&minor, &server);
  split_name(names, kerberos ? '@' : '\\', kerberos);
  if (!kerberos) {
    free(names->client);
    names->client = NULL;
  }
  if (names->user && names->domain) return SSPI_OK;
  names_free(names);
  return SSPI_INSUFFICIENT_MEMORY;
}

char* context_specified_target(Context* context) {
  pthread_mutex_lock(&context->lock);
  char* target = context->specified_target ? strdup(context->specified_target) : NULL;
  pthread_mutex_unlock(&context->lock);
  return target;
}

// The last number of an object identifier: 7 bits to a byte, and the high bit where more follow.
static uint32_t last_arc(const unsigned char* bytes, size_t length) {
  size_t start = length - 1;
  while (start > 0 && (bytes[start - 1] & 0x80)) start--;
  uint32_t arc = 0;
  for (size_t i = start; i < length; i++) arc = arc << 7 | (bytes[i] & 0x7f);
  return arc;
}

// MIT made this for SSPI: the key, and for Kerberos an object identifier that ends in its type.
Status context_session_key(Context* context, Bytes* key, uint32_t* encryption_type) {
  static gss_OID_desc session_key = {11, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x05"};
  OM_uint32 minor;
  gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
  pthread_mutex_lock(&context->lock);
  const OM_uint32 major =
      gss_inquire_sec_context_by_oid(&minor, context->handle, &session_key, &set);
  pthread_mutex_unlock(&context->lock);
  if (GSS_ERROR(major)) {
    return status_of_gss(STAGE_MESSAGE, major, minor, mechanism_of(context->state.package));
  }
  *key = (Bytes){NULL, 0};
  *encryption_type = 0;
  if (set->count > 0) {
    key->length = set->elements[0].length;
    key->value = malloc(key->length);
    if (key->value) memcpy(key->value, set->elements[0].value, key->length);
  }
  if (set->count > 1 && set->elements[1].length > 0) {
    *encryption_type = last_arc(set->elements[1].value, set->elements[1].length);
  }
  gss_release_buffer_set(&minor, &set);
  return key->value ? SSPI_OK : SSPI_UNSUPPORTED_FUNCTION;
}
