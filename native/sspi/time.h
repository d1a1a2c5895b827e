// Points in time.
#ifndef WINSSPI_SSPI_TIME_H_
#define WINSSPI_SSPI_TIME_H_

#include <optional>

#include "sspi/sspi.h"

namespace sspi {

// Milliseconds since 1970-01-01 UTC of a TimeStamp, which is in local time; nothing where the
// package left it unset or means "never".
// https://learn.microsoft.com/windows/win32/secauthn/timestamp
std::optional<double> millisecondsSinceEpoch(const TimeStamp& local);

// The same of a time that is in UTC, such as the kernel's.
std::optional<double> millisecondsSinceEpochOfUtc(const LARGE_INTEGER& utc);

}  // namespace sspi

#endif  // WINSSPI_SSPI_TIME_H_
