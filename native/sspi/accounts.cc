#include "sspi/accounts.h"

// After windows.h, which accounts.h includes.
#include <sddl.h>

#include <array>
#include <cstddef>

#include "sspi/secur32.h"
#include "sspi/text.h"

namespace sspi {
namespace {

constexpr DWORD kName = 257;  // names have at most 256 characters and the terminating zero

}  // namespace

Result<std::u16string> sidText(PSID sid) {
  LPWSTR characters = nullptr;
  if (!ConvertSidToStringSidW(sid, &characters)) return lastError("ConvertSidToStringSid");
  const LocalMemory<WCHAR> owner(characters);
  return text(characters);
}

Result<LocalMemory<void>> sidOf(const std::u16string& written) {
  PSID sid = nullptr;
  if (!ConvertStringSidToSidW(wide(written), &sid)) return lastError("ConvertStringSidToSid");
  return LocalMemory<void>(sid);
}

Result<Account> lookupAccountSid(PSID sid) {
  auto written = sidText(sid);
  if (!written) return written.failure();
  std::array<SEC_WCHAR, kName> name = {};
  std::array<SEC_WCHAR, kName> domain = {};
  DWORD name_length = kName;
  DWORD domain_length = kName;
  SID_NAME_USE type;
  if (!LookupAccountSidW(nullptr, sid, name.data(), &name_length, domain.data(), &domain_length,
                         &type)) {
    return lastError("LookupAccountSid");
  }
  return Account{std::move(*written), text(name.data()), text(domain.data()),
                 static_cast<uint32_t>(type)};
}

Result<Account> lookupAccountName(const std::u16string& name) {
  alignas(SID) std::array<std::byte, SECURITY_MAX_SID_SIZE> sid;
  std::array<SEC_WCHAR, kName> domain = {};
  DWORD sid_length = static_cast<DWORD>(sid.size());
  DWORD domain_length = kName;
  SID_NAME_USE type;
  if (!LookupAccountNameW(nullptr, wide(name), sid.data(), &sid_length, domain.data(),
                          &domain_length, &type)) {
    return lastError("LookupAccountName");
  }
  // With the name that Windows has for it, not the one that was asked for.
  auto account = lookupAccountSid(sid.data());
  if (account) return account;
  auto written = sidText(sid.data());
  if (!written) return written.failure();
  return Account{std::move(*written), {}, text(domain.data()), static_cast<uint32_t>(type)};
}

Result<std::u16string> translateName(const std::u16string& name, uint32_t from, uint32_t to) {
  constexpr const char* kFunction = "TranslateName";
  using TranslateName =
      BOOLEAN(SEC_ENTRY*)(LPCWSTR, EXTENDED_NAME_FORMAT, EXTENDED_NAME_FORMAT, LPWSTR, PULONG);
  const auto library = secur32();
  if (!library) return library.failure();
  const auto function = secur32Function<TranslateName>("TranslateNameW");
  if (!function) return Failure{kFunction, SEC_E_UNSUPPORTED_FUNCTION};
  const auto source = static_cast<EXTENDED_NAME_FORMAT>(from);
  const auto target = static_cast<EXTENDED_NAME_FORMAT>(to);
  ULONG length = 0;
  // Of a secur32 that fails without a reason, the error of an earlier call is not the reason.
  SetLastError(ERROR_SUCCESS);
  // Asks for the length, with the terminating zero, and then for the text.
  if (!function(wide(name), source, target, nullptr, &length) &&
      GetLastError() != ERROR_INSUFFICIENT_BUFFER) {
    return lastError(kFunction);
  }
  std::u16string translated(length + 1, u'\0');
  length = static_cast<ULONG>(translated.size());
  if (!function(wide(name), source, target, wide(translated), &length)) {
    return lastError(kFunction);
  }
  return text(wide(translated));
}

}  // namespace sspi
