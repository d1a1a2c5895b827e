// The library of SSPI's functions, which the linker's delay-load helper would look for wherever Windows
// looks for libraries. Once it is loaded from the folder of Windows itself, the helper finds that one:
// so every way into SSPI begins with secur32().
#ifndef WINSSPI_SSPI_SECUR32_H_
#define WINSSPI_SSPI_SECUR32_H_

#include "sspi/sspi.h"
#include "sspi/status.h"

namespace sspi {

// Loads it with the first call that succeeds.
// https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-loadlibraryexw
Result<HMODULE> secur32();

// For functions that not every secur32 has, which the delay-load helper would not survive. Null where
// it does not export the name.
template <typename Function>
Function secur32Function(const char* name) {
  const auto library = secur32();
  if (!library) return nullptr;
  return reinterpret_cast<Function>(reinterpret_cast<void*>(GetProcAddress(*library, name)));
}

}  // namespace sspi

#endif  // WINSSPI_SSPI_SECUR32_H_
