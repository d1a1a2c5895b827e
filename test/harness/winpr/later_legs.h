// The legs of a handshake after the first, in a library of their own: WinPR does not free all that it
// reads from a token, and LeakSanitizer is told so by the library's name
// (test/harness/sanitizers/leaks.txt).
#ifndef WINSSPI_TEST_WINPR_LATER_LEGS_H_
#define WINSSPI_TEST_WINPR_LATER_LEGS_H_

#include <windows.h>

#include <winpr/sspi.h>

[[gnu::visibility("default")]] SECURITY_STATUS acceptLater(
    PCredHandle credentials, PCtxtHandle context, PSecBufferDesc input, ULONG flags,
    ULONG representation, PCtxtHandle returned, PSecBufferDesc output, PULONG granted,
    PTimeStamp expiry);

[[gnu::visibility("default")]] SECURITY_STATUS initializeLater(
    PCredHandle credentials, PCtxtHandle context, SEC_WCHAR* target, ULONG flags, ULONG reserved1,
    ULONG representation, PSecBufferDesc input, ULONG reserved2, PCtxtHandle returned,
    PSecBufferDesc output, PULONG granted, PTimeStamp expiry);

#endif  // WINSSPI_TEST_WINPR_LATER_LEGS_H_
