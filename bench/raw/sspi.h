// Windows, and its SSPI.
#ifndef WINSSPI_BENCH_SSPI_H_
#define WINSSPI_BENCH_SSPI_H_

#define WIN32_LEAN_AND_MEAN
#define SECURITY_WIN32
#include <windows.h>

// windows.h has to come first.
#include <sspi.h>

#endif  // WINSSPI_BENCH_SSPI_H_
