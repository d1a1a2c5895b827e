// The LSA's names. What it lists can be read; which domain a name is of can be any number.
#include <windows.h>

// windows.h has to come first.
#include <ntsecapi.h>

#include <cstring>

#include "package.h"

using fuzz::check;
using fuzz::Package;

namespace {

int open_policies = 0;

constexpr NTSTATUS kStatuses[] = {
    0,
    0x00000107,                         // STATUS_SOME_NOT_MAPPED
    static_cast<NTSTATUS>(0xC0000073),  // STATUS_NONE_MAPPED
    static_cast<NTSTATUS>(0xC0000022),  // STATUS_ACCESS_DENIED
};

NTSTATUS status() {
  Package& package = Package::current();
  if (package.input.ConsumeIntegral<uint8_t>() < 160) return 0;
  return package.input.ConsumeBool() ? package.input.ConsumeIntegral<NTSTATUS>()
                                     : package.input.PickValueInArray(kStatuses);
}

// What lists point to, each of its exact size. It goes with the policy.
std::vector<void*>& parts() {
  static std::vector<void*> all;
  return all;
}

LSA_UNICODE_STRING text() {
  Package& package = Package::current();
  const auto length = package.input.ConsumeIntegralInRange<USHORT>(0, 40);
  if (package.input.ConsumeIntegral<uint8_t>() < 32) return {length, length, nullptr};
  void* const memory = package.allocate(length);
  package.input.ConsumeData(memory, length);
  parts().push_back(memory);
  return {length, length, static_cast<WCHAR*>(memory)};
}

LSA_REFERENCED_DOMAIN_LIST* domains() {
  Package& package = Package::current();
  if (package.input.ConsumeIntegral<uint8_t>() < 32) return nullptr;
  const auto count = package.input.ConsumeIntegralInRange<ULONG>(0, 3);
  auto* const list = static_cast<LSA_REFERENCED_DOMAIN_LIST*>(
      package.allocate(sizeof(LSA_REFERENCED_DOMAIN_LIST)));
  list->Entries = count;
  if (package.input.ConsumeIntegral<uint8_t>() < 32) return list;
  list->Domains =
      static_cast<LSA_TRUST_INFORMATION*>(package.allocate(count * sizeof(LSA_TRUST_INFORMATION)));
  parts().push_back(list->Domains);
  for (ULONG i = 0; i < count; i++) list->Domains[i].Name = text();
  return list;
}

LSA_TRANSLATED_NAME* names(ULONG count) {
  Package& package = Package::current();
  if (package.input.ConsumeIntegral<uint8_t>() < 16) return nullptr;
  auto* const list =
      static_cast<LSA_TRANSLATED_NAME*>(package.allocate(count * sizeof(LSA_TRANSLATED_NAME)));
  for (ULONG i = 0; i < count; i++) {
    list[i].Use = static_cast<SID_NAME_USE>(package.input.ConsumeIntegralInRange<int>(1, 10));
    list[i].Name = text();
    list[i].DomainIndex = package.input.ConsumeBool()
                              ? package.input.ConsumeIntegral<LONG>()
                              : package.input.ConsumeIntegralInRange<LONG>(-1, 4);
  }
  return list;
}

}  // namespace

NTSTATUS LsaOpenPolicy(LSA_UNICODE_STRING*, LSA_OBJECT_ATTRIBUTES*, ULONG, LSA_HANDLE* policy) {
  const NTSTATUS result = status();
  if (result != 0) return result;
  *policy = &open_policies;
  open_policies++;
  return 0;
}

NTSTATUS LsaClose(LSA_HANDLE policy) {
  check(policy == &open_policies && open_policies == 1, "a policy is closed once");
  open_policies--;
  for (void* part : parts()) Package::current().release(part);
  parts().clear();
  return 0;
}

NTSTATUS LsaLookupSids(LSA_HANDLE, ULONG count, PSID*, LSA_REFERENCED_DOMAIN_LIST** domain_list,
                       LSA_TRANSLATED_NAME** name_list) {
  const NTSTATUS result = status();
  *domain_list = domains();
  *name_list = names(count);
  return result;
}

NTSTATUS LsaFreeMemory(void* memory) {
  if (!memory) return 0;
  Package::current().release(memory);
  return 0;
}

ULONG LsaNtStatusToWinError(NTSTATUS) { return ERROR_ACCESS_DENIED; }
