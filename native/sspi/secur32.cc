#include "sspi/secur32.h"

#include <atomic>

namespace sspi {

Result<HMODULE> secur32() {
  // Only a success is kept: the reason of a failure may pass.
  static std::atomic<HMODULE> loaded = nullptr;
  if (const HMODULE library = loaded) return library;
  const HMODULE library = LoadLibraryExW(L"secur32.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  // Before anything else can set the last error, and whatever another thread has loaded meanwhile.
  if (!library) return lastError("LoadLibraryEx");
  loaded = library;
  return library;
}

}  // namespace sspi
