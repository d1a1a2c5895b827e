#include "sspi/time.h"

namespace sspi {
namespace {

constexpr LONGLONG kEpoch = 116444736000000000;  // 1970-01-01 in 100 ns since 1601-01-01
constexpr LONGLONG kTicksPerMillisecond = 10000;
// "Never" is the largest value, less the machine's distance from UTC. No real expiry is near it.
constexpr LONGLONG kNever = 0x7FFFFF0000000000;

}  // namespace

std::optional<double> millisecondsSinceEpoch(const TimeStamp& local) {
  const FILETIME local_time = {local.LowPart, static_cast<DWORD>(local.HighPart)};
  LARGE_INTEGER ticks;
  ticks.LowPart = local.LowPart;
  ticks.HighPart = local.HighPart;
  FILETIME utc;
  if (ticks.QuadPart <= 0 || ticks.QuadPart >= kNever ||
      !LocalFileTimeToFileTime(&local_time, &utc)) {
    return std::nullopt;
  }
  ticks.LowPart = utc.dwLowDateTime;
  ticks.HighPart = static_cast<LONG>(utc.dwHighDateTime);
  return millisecondsSinceEpochOfUtc(ticks);
}

std::optional<double> millisecondsSinceEpochOfUtc(const LARGE_INTEGER& utc) {
  if (utc.QuadPart <= 0 || utc.QuadPart >= kNever) return std::nullopt;
  return static_cast<double>((utc.QuadPart - kEpoch) / kTicksPerMillisecond);
}

}  // namespace sspi
