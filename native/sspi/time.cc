#include "sspi/time.h"

namespace sspi {
namespace {

constexpr LONGLONG kEpoch = 116444736000000000;  // 1970-01-01 in 100 ns since 1601-01-01
constexpr LONGLONG kTicksPerMillisecond = 10000;
// "Never" is the largest value, less the machine's distance from UTC. No real expiry is near it.
constexpr LONGLONG kNever = 0x7FFFFF0000000000;

}  // namespace

std::optional<double> millisecondsSinceEpoch(const TimeStamp& local) {
  const LONGLONG ticks = (static_cast<LONGLONG>(local.HighPart) << 32) | local.LowPart;
  if (ticks <= 0 || ticks >= kNever) return std::nullopt;
  const FILETIME local_time = {local.LowPart, static_cast<DWORD>(local.HighPart)};
  FILETIME utc;
  if (!LocalFileTimeToFileTime(&local_time, &utc)) return std::nullopt;
  const LONGLONG utc_ticks = (static_cast<LONGLONG>(utc.dwHighDateTime) << 32) | utc.dwLowDateTime;
  return static_cast<double>((utc_ticks - kEpoch) / kTicksPerMillisecond);
}

}  // namespace sspi
