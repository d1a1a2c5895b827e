// The Windows headers, with the switches that they need, in one place.
#ifndef WINSSPI_SSPI_SSPI_H_
#define WINSSPI_SSPI_SSPI_H_

// For what identities hold beside passwords.
#ifndef _SEC_WINNT_AUTH_TYPES
#define _SEC_WINNT_AUTH_TYPES
#endif
#ifndef SECURITY_WIN32
#define SECURITY_WIN32
#endif
#include "win32.h"

// After windows.h.
#include <security.h>
#include <sspi.h>

#endif  // WINSSPI_SSPI_SSPI_H_
