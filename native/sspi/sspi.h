// The Windows headers, with the switches that they need, in one place.
#ifndef WINSSPI_SSPI_SSPI_H_
#define WINSSPI_SSPI_SSPI_H_

#ifndef SECURITY_WIN32
#define SECURITY_WIN32
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif

// windows.h has to come first.
#include <windows.h>

#include <security.h>
#include <sspi.h>

#endif  // WINSSPI_SSPI_SSPI_H_
