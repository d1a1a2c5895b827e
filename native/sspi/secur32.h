// Functions that not every secur32 has: an addon that imported them would not load there.
#ifndef WINSSPI_SSPI_SECUR32_H_
#define WINSSPI_SSPI_SECUR32_H_

#include "sspi/sspi.h"

namespace sspi {

// Null where this secur32, which the addon imports, does not export the name.
template <typename Function>
Function secur32Function(const char* name) {
  const HMODULE library = GetModuleHandleW(L"secur32.dll");
  if (!library) return nullptr;
  return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(library, name)));
}

}  // namespace sspi

#endif  // WINSSPI_SSPI_SECUR32_H_
