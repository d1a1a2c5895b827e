#include "sspi/account_names.h"

#include <cstddef>
#include <memory>

// After windows.h, which account_names.h includes.
#include <ntsecapi.h>

namespace sspi {
namespace {

// Of ntstatus.h, which windows.h has no part of.
constexpr NTSTATUS kSuccess = 0;
constexpr NTSTATUS kSomeNotMapped = 0x00000107;
constexpr NTSTATUS kNoneMapped = static_cast<NTSTATUS>(0xC0000073);

constexpr ACCESS_MASK kLookupNames = 0x00000800;  // POLICY_LOOKUP_NAMES

struct ReleaseLsa {
  void operator()(void* memory) const { LsaFreeMemory(memory); }
};

template <typename T>
using LsaMemory = std::unique_ptr<T, ReleaseLsa>;

struct ClosePolicy {
  using pointer = LSA_HANDLE;
  void operator()(LSA_HANDLE policy) const { LsaClose(policy); }
};

using Policy = std::unique_ptr<LSA_HANDLE, ClosePolicy>;

Failure failureOf(const char* function, NTSTATUS status) {
  return {function, HRESULT_FROM_WIN32(LsaNtStatusToWinError(status))};
}

// https://learn.microsoft.com/windows/win32/api/ntsecapi/nf-ntsecapi-lsaopenpolicy
Result<Policy> openPolicy() {
  LSA_OBJECT_ATTRIBUTES attributes = {};
  LSA_HANDLE policy = nullptr;
  const NTSTATUS status = LsaOpenPolicy(nullptr, &attributes, kLookupNames, &policy);
  if (status != kSuccess || !policy) return failureOf("LsaOpenPolicy", status);
  return Policy(policy);
}

// What the LSA gives: a name for each identifier, and the domains that the names are of.
struct Answer {
  NTSTATUS status;
  LsaMemory<LSA_REFERENCED_DOMAIN_LIST> domains;
  LsaMemory<LSA_TRANSLATED_NAME> names;
};

// LsaLookupSids2 is not in every advapi32. The one before it asks the same.
Answer ask(LSA_HANDLE policy, std::span<const PSID> sids) {
  using LookupSids2 = NTSTATUS(NTAPI*)(LSA_HANDLE, ULONG, ULONG, PSID*,
                                       LSA_REFERENCED_DOMAIN_LIST**, LSA_TRANSLATED_NAME**);
  const auto lookup = reinterpret_cast<LookupSids2>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"advapi32.dll"), "LsaLookupSids2")));
  const auto count = static_cast<ULONG>(sids.size());
  auto* const list = const_cast<PSID*>(sids.data());
  LSA_REFERENCED_DOMAIN_LIST* domains = nullptr;
  LSA_TRANSLATED_NAME* names = nullptr;
  const NTSTATUS status = lookup ? lookup(policy, 0, count, list, &domains, &names)
                                 : LsaLookupSids(policy, count, list, &domains, &names);
  return {status, LsaMemory<LSA_REFERENCED_DOMAIN_LIST>(domains),
          LsaMemory<LSA_TRANSLATED_NAME>(names)};
}

std::u16string text(const LSA_UNICODE_STRING& string) {
  if (!string.Buffer) return {};
  return {reinterpret_cast<const char16_t*>(string.Buffer), string.Length / sizeof(char16_t)};
}

std::u16string domainOf(const LSA_TRANSLATED_NAME& name,
                        const LSA_REFERENCED_DOMAIN_LIST* domains) {
  const LONG index = name.DomainIndex;
  if (!domains || !domains->Domains || index < 0) return {};
  if (static_cast<ULONG>(index) >= domains->Entries) return {};
  return text(domains->Domains[index].Name);
}

// An identifier that is not known has itself in place of a name.
bool isName(SID_NAME_USE type) {
  return type != SidTypeUnknown && type != SidTypeInvalid && type != SidTypeDeletedAccount;
}

}  // namespace

Result<std::vector<AccountName>> lookupAccountNames(std::span<const PSID> sids) {
  std::vector<AccountName> found(sids.size());
  if (sids.empty()) return found;
  const auto policy = openPolicy();
  if (!policy) return policy.failure();
  const Answer answer = ask(policy->get(), sids);
  if (answer.status == kNoneMapped) return found;
  if (answer.status != kSuccess && answer.status != kSomeNotMapped) {
    return failureOf("LsaLookupSids2", answer.status);
  }
  if (!answer.names) return Failure{"LsaLookupSids2", SEC_E_INTERNAL_ERROR};
  for (std::size_t i = 0; i < found.size(); i++) {
    const LSA_TRANSLATED_NAME& name = answer.names.get()[i];
    if (!isName(name.Use)) continue;
    found[i] = {text(name.Name), domainOf(name, answer.domains.get()),
                static_cast<uint32_t>(name.Use)};
  }
  return found;
}

}  // namespace sspi
