// The part of ntsecapi.h that native/ needs and WinPR does not have.
#ifndef WINSSPI_TEST_WINPR_NTSECAPI_H_
#define WINSSPI_TEST_WINPR_NTSECAPI_H_

#include <windows.h>

#ifndef NTAPI
#define NTAPI
#endif

using LSA_HANDLE = void*;

struct LSA_OBJECT_ATTRIBUTES {
  ULONG Length;
};
struct LSA_TRUST_INFORMATION {
  LSA_UNICODE_STRING Name;
  PSID Sid;
};
struct LSA_REFERENCED_DOMAIN_LIST {
  ULONG Entries;
  LSA_TRUST_INFORMATION* Domains;
};
struct LSA_TRANSLATED_NAME {
  SID_NAME_USE Use;
  LSA_UNICODE_STRING Name;
  LONG DomainIndex;
};

NTSTATUS LsaOpenPolicy(LSA_UNICODE_STRING* system, LSA_OBJECT_ATTRIBUTES* attributes,
                       ULONG access, LSA_HANDLE* policy);
NTSTATUS LsaClose(LSA_HANDLE policy);
NTSTATUS LsaLookupSids(LSA_HANDLE policy, ULONG count, PSID* sids,
                       LSA_REFERENCED_DOMAIN_LIST** domains, LSA_TRANSLATED_NAME** names);
NTSTATUS LsaFreeMemory(void* memory);
ULONG LsaNtStatusToWinError(NTSTATUS status);

#endif  // WINSSPI_TEST_WINPR_NTSECAPI_H_
