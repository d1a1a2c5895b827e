// The numbers in handles: one that is never used twice, and the package's place in its list.
#ifndef WINSSPI_PROVIDER_HANDLES_H_
#define WINSSPI_PROVIDER_HANDLES_H_

#include <cstdint>

#include "packages.h"
#include "sspi.h"

namespace provider {

// Both are in the lower half: secur32 of Wine puts something of its own in a context's upper half.
static_assert(sizeof(ULONG_PTR) == 8);
inline constexpr unsigned kPlaceShift = 48;

inline SecHandle makeHandle(const Package& package, uint64_t number) {
  const auto place = static_cast<uint64_t>(&package - packages().data());
  SecHandle handle;
  handle.dwLower = static_cast<ULONG_PTR>((place << kPlaceShift) | number);
  handle.dwUpper = 0;
  return handle;
}

// 0 where there is no handle.
inline uint64_t numberOf(const SecHandle* handle) {
  return handle ? handle->dwLower & ((uint64_t{1} << kPlaceShift) - 1) : 0;
}

// Whether it is a handle of TestNull, whose message functions neither record nor obey the script.
inline bool isNull(const SecHandle* handle) {
  return (handle->dwLower >> kPlaceShift) == kNullPlace;
}

}  // namespace provider

#endif  // WINSSPI_PROVIDER_HANDLES_H_
