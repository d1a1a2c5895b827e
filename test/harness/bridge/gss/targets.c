// The service that a client named, from its token: MIT's acceptor only tells which entry of the
// keytab had the right key, and gss-ntlmssp's tells nothing.
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#include "gss.h"

enum { TICKET_TAG = 0x61, LONG_LENGTH = 0x82 };  // [APPLICATION 1] of RFC 4120, section 5.3

// A ticket always has more than 255 bytes: a PAC is in it.
static krb5_ticket* read_ticket(const unsigned char* bytes, size_t length) {
  krb5_ticket* ticket = NULL;
  if (length < 4 || bytes[0] != TICKET_TAG || bytes[1] != LONG_LENGTH) return NULL;
  const size_t size = 4 + ((size_t)bytes[2] << 8 | bytes[3]);
  if (size > length) return NULL;
  const krb5_data data = {0, (unsigned)size, (char*)bytes};
  return krb5_decode_ticket(&data, &ticket) == 0 ? ticket : NULL;
}

static char* target_of_ticket(const krb5_ticket* ticket) {
  krb5_context kerberos;
  char *name = NULL, *copy = NULL;
  if (krb5_init_context(&kerberos) != 0) return NULL;
  const int flags = KRB5_PRINCIPAL_UNPARSE_NO_REALM;
  if (krb5_unparse_name_flags(kerberos, ticket->server, flags, &name) == 0) copy = strdup(name);
  krb5_free_unparsed_name(kerberos, name);
  krb5_free_context(kerberos);
  return copy;
}

static char* find_kerberos(const unsigned char* token, size_t length) {
  krb5_context kerberos;
  for (size_t i = 0; i < length; i++) {
    krb5_ticket* ticket = read_ticket(token + i, length - i);
    if (!ticket) continue;
    char* target = target_of_ticket(ticket);
    if (krb5_init_context(&kerberos) == 0) {
      krb5_free_ticket(kerberos, ticket);
      krb5_free_context(kerberos);
    }
    return target;
  }
  return NULL;
}

static uint32_t little_endian(const unsigned char* bytes, int count) {
  uint32_t number = 0;
  while (count-- > 0) number = number << 8 | bytes[count];
  return number;
}

// Names of services are ASCII.
static char* narrow_target(const unsigned char* text, size_t length) {
  char* target = calloc(1, length / 2 + 1);
  for (size_t i = 0; target && i < length / 2; i++) target[i] = (char)text[2 * i];
  return target;
}

// MsvAvTargetName in the answer to the challenge: [MS-NLMP], 2.2.1.3, 2.2.2.7 and 2.2.2.1.
static char* find_ntlm(const unsigned char* token, size_t length) {
  enum { FIELDS = 20, PAIRS = 16 + 28, END = 0, TARGET_NAME = 9 };
  static const char mark[] = "NTLMSSP\0\3\0\0";  // and a zero byte
  const unsigned char* message = memmem(token, length, mark, sizeof mark);
  if (!message) return NULL;
  length -= (size_t)(message - token);
  if (length < FIELDS + 8) return NULL;
  const size_t size = little_endian(message + FIELDS, 2);
  const size_t start = little_endian(message + FIELDS + 4, 4);
  if (start > length || size > length - start) return NULL;
  const unsigned char* end = message + start + size;
  for (const unsigned char* pair = message + start + PAIRS; end - pair >= 4;) {
    const uint32_t id = little_endian(pair, 2), bytes = little_endian(pair + 2, 2);
    pair += 4;
    if (id == END || bytes > (size_t)(end - pair)) return NULL;
    if (id == TARGET_NAME) return bytes > 0 ? narrow_target(pair, bytes) : NULL;
    pair += bytes;
  }
  return NULL;
}

char* target_of_token(const Bytes* token, Package package) {
  if (package == PACKAGE_KERBEROS) return find_kerberos(token->value, token->length);
  return find_ntlm(token->value, token->length);
}
