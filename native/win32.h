// windows.h, with the switches that it needs, in one place.
#ifndef WINSSPI_WIN32_H_
#define WINSSPI_WIN32_H_

#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif

#include <windows.h>

#endif  // WINSSPI_WIN32_H_
