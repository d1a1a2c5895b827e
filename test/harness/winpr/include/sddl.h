// Security identifiers as text. See windows.h.
#ifndef WINSSPI_TEST_WINPR_SDDL_H_
#define WINSSPI_TEST_WINPR_SDDL_H_

#include <windows.h>

BOOL ConvertSidToStringSidW(PSID sid, LPWSTR* text);
BOOL ConvertStringSidToSidW(LPCWSTR text, PSID* sid);

#endif  // WINSSPI_TEST_WINPR_SDDL_H_
