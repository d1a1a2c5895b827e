#include "sspi/secur32.h"

#include <atomic>

namespace sspi {

HMODULE secur32() {
  // Only a success is kept: the reason of a failure may pass.
  static std::atomic<HMODULE> library = nullptr;
  if (const HMODULE loaded = library) return loaded;
  library = LoadLibraryExW(L"secur32.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  return library;
}

Failure noSecur32() {
  return Failure{"LoadLibraryEx", static_cast<SECURITY_STATUS>(HRESULT_FROM_WIN32(GetLastError()))};
}

}  // namespace sspi
