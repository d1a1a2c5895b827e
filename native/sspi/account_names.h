// The names of many accounts at once: one question to the LSA, which may ask a domain controller.
#ifndef WINSSPI_SSPI_ACCOUNT_NAMES_H_
#define WINSSPI_SSPI_ACCOUNT_NAMES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sspi/status.h"

namespace sspi {

// Empty where the LSA knows no name.
struct AccountName {
  std::u16string name;
  std::u16string domain;
  uint32_t type = 0;  // SID_NAME_USE; 0: no name
};

// In the order of the identifiers, of which some or all may be unknown.
// https://learn.microsoft.com/windows/win32/api/ntsecapi/nf-ntsecapi-lsalookupsids2
Result<std::vector<AccountName>> lookupAccountNames(std::span<const PSID> sids);

}  // namespace sspi

#endif  // WINSSPI_SSPI_ACCOUNT_NAMES_H_
