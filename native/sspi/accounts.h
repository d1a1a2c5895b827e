// Accounts and groups: security identifiers and names, in both directions.
#ifndef WINSSPI_SSPI_ACCOUNTS_H_
#define WINSSPI_SSPI_ACCOUNTS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "sspi/status.h"

namespace sspi {

// Memory that LocalFree takes back.
struct ReleaseLocal {
  void operator()(void* memory) const { LocalFree(memory); }
};

template <typename T>
using LocalMemory = std::unique_ptr<T, ReleaseLocal>;

// An account or a group. The name and its domain are empty where nobody knows them.
struct Account {
  std::u16string sid;  // S-1-...
  std::u16string name;
  std::u16string domain;
  uint32_t type;  // SID_NAME_USE; 0: not looked up
};

// https://learn.microsoft.com/windows/win32/api/sddl/nf-sddl-convertsidtostringsidw
Result<std::u16string> sidText(PSID sid);
// https://learn.microsoft.com/windows/win32/api/sddl/nf-sddl-convertstringsidtosidw
Result<LocalMemory<void>> sidOf(const std::u16string& written);

// May wait for a domain controller.
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountsidw
Result<Account> lookupAccountSid(PSID sid);
// https://learn.microsoft.com/windows/win32/api/winbase/nf-winbase-lookupaccountnamew
Result<Account> lookupAccountName(const std::u16string& name);

// From one EXTENDED_NAME_FORMAT to another. May wait for a domain controller.
// https://learn.microsoft.com/windows/win32/api/secext/nf-secext-translatenamew
Result<std::u16string> translateName(const std::u16string& name, uint32_t from, uint32_t to);

}  // namespace sspi

#endif  // WINSSPI_SSPI_ACCOUNTS_H_
