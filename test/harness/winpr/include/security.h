// What of security.h WinPR has is in its sspi.h and sspicli.h.
#ifndef WINSSPI_TEST_WINPR_SECURITY_H_
#define WINSSPI_TEST_WINPR_SECURITY_H_

#include <sspi.h>

#endif  // WINSSPI_TEST_WINPR_SECURITY_H_
