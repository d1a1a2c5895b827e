// The mechanisms of GSS-API behind the packages.
#include <string.h>

#include "gss.h"

// SPNEGO: RFC 4178, section 4.1; Kerberos: RFC 4121, section 1; NTLM: [MS-NLMP], 1.9.
static gss_OID_desc mechanisms[] = {
    [PACKAGE_NEGOTIATE] = {6, "\x2b\x06\x01\x05\x05\x02"},
    [PACKAGE_KERBEROS] = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"},
    [PACKAGE_NTLM] = {10, "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"},
};

gss_OID mechanism_of(Package package) { return &mechanisms[package]; }

gss_OID_set_desc mechanism_set(Package package) {
  return (gss_OID_set_desc){1, &mechanisms[package]};
}

bool oid_equal(gss_const_OID one, gss_const_OID other) {
  return one && other && one->length == other->length &&
         memcmp(one->elements, other->elements, one->length) == 0;
}

Package package_of(gss_OID mechanism) {
  if (oid_equal(mechanism, &mechanisms[PACKAGE_KERBEROS])) return PACKAGE_KERBEROS;
  if (oid_equal(mechanism, &mechanisms[PACKAGE_NTLM])) return PACKAGE_NTLM;
  return PACKAGE_NEGOTIATE;
}
