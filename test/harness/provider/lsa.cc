#include "lsa.h"

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "calls.h"
#include "imports.h"
#include "memory.h"
#include "script.h"
#include "sspi.h"

// After windows.h, which sspi.h includes.
#include <ntsecapi.h>

namespace provider {
namespace {

constexpr NTSTATUS kSomeNotMapped = 0x00000107;
constexpr NTSTATUS kNoneMapped = static_cast<NTSTATUS>(0xC0000073);
constexpr NTSTATUS kAccessDenied = static_cast<NTSTATUS>(0xC0000022);

// Where the answer breaks its contract, or fails.
enum Behaviour : uint32_t {
  kAllKnown = 1,
  kEverySecondKnown,
  kNoneKnown,
  kRefused,
  kNoNames,        // a success without a list
  kNoDomains,      // names of domains that are not listed
  kFarDomains,     // behind the end of the list
  kUnknownStatus,  // of a function that another version of Windows has
};

// The structures, and the texts behind them, in one piece of memory.
class Block {
 public:
  explicit Block(std::size_t head)
      : memory_(static_cast<unsigned char*>(allocateBuffer(1 << 19))), used_(head) {}

  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(memory_);
  }

  LSA_UNICODE_STRING add(std::wstring_view text) {
    const auto length = static_cast<USHORT>(text.size() * sizeof(wchar_t));
    auto* const place = reinterpret_cast<wchar_t*>(memory_ + used_);
    std::memcpy(place, text.data(), length);
    used_ += length;
    return {length, length, place};
  }

 private:
  unsigned char* memory_;
  std::size_t used_;
};

LSA_REFERENCED_DOMAIN_LIST* domains(uint32_t kind) {
  if (kind == kNoDomains) return nullptr;
  Block block(sizeof(LSA_REFERENCED_DOMAIN_LIST) + 2 * sizeof(LSA_TRUST_INFORMATION));
  auto* const list = block.as<LSA_REFERENCED_DOMAIN_LIST>();
  auto* const entries = reinterpret_cast<LSA_TRUST_INFORMATION*>(list + 1);
  list->Entries = 1;
  list->Domains = entries;
  entries[0] = {block.add(L"C\u00d6RP"), nullptr};
  entries[1] = {block.add(L"NOT LISTED"), nullptr};
  return list;
}

// Of what is not known, the name is the identifier's number.
LSA_TRANSLATED_NAME* names(uint32_t kind, ULONG count) {
  Block block(count * sizeof(LSA_TRANSLATED_NAME));
  auto* const list = block.as<LSA_TRANSLATED_NAME>();
  for (ULONG i = 0; i < count; i++) {
    const bool is_known = kind != kEverySecondKnown || i % 2 == 0;
    const std::wstring number = std::to_wstring(i);
    list[i].Use = is_known ? SidTypeGroup : SidTypeUnknown;
    list[i].Name = block.add(is_known ? L"n\u00e4me " + number : number);
    list[i].DomainIndex = is_known ? (kind == kFarDomains ? 1 : 0) : -1;
  }
  return list;
}

NTSTATUS statusOf(uint32_t kind) {
  switch (kind) {
    case kEverySecondKnown:
      return kSomeNotMapped;
    case kNoneKnown:
      return kNoneMapped;
    case kRefused:
      return kAccessDenied;
    case kUnknownStatus:
      return 0x00000123;
    default:
      return 0;
  }
}

// https://learn.microsoft.com/windows/win32/api/ntsecapi/nf-ntsecapi-lsalookupsids2
NTSTATUS NTAPI lookupSids2(LSA_HANDLE, ULONG options, ULONG count, PSID*,
                           LSA_REFERENCED_DOMAIN_LIST** domain_list,
                           LSA_TRANSLATED_NAME** name_list) {
  Call call("LsaLookupSids2", nullptr);
  call.note("options", options);
  call.note("count", count);
  if (const auto status = call.begin()) return call.end(*status);
  const uint32_t kind = behaviour("lsa").value_or(kAllKnown);
  const NTSTATUS status = statusOf(kind);
  if (status >= 0 || kind == kNoneKnown) {
    *domain_list = domains(kind);
    if (kind != kNoNames) *name_list = names(kind == kNoneKnown ? kEverySecondKnown : kind, count);
  }
  return call.end(status);
}

// https://learn.microsoft.com/windows/win32/api/ntsecapi/nf-ntsecapi-lsafreememory
NTSTATUS NTAPI freeMemory(void* memory) {
  if (!behaves("lsa")) return LsaFreeMemory(memory);
  freeContextBuffer(memory);
  return 0;
}

FARPROC WINAPI getProcAddress(HMODULE library, const char* name) {
  const bool is_name = reinterpret_cast<uintptr_t>(name) > 0xFFFF;
  if (is_name && behaves("lsa") && std::strcmp(name, "LsaLookupSids2") == 0) {
    return reinterpret_cast<FARPROC>(reinterpret_cast<void*>(&lookupSids2));
  }
  return GetProcAddress(library, name);
}

}  // namespace

void installLsa() {
  replaceImport("GetProcAddress", reinterpret_cast<void*>(&getProcAddress));
  replaceImport("LsaFreeMemory", reinterpret_cast<void*>(&freeMemory));
}

}  // namespace provider
