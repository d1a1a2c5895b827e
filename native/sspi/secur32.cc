#include "sspi/secur32.h"

namespace sspi {

HMODULE secur32() {
  static const HMODULE library =
      LoadLibraryExW(L"secur32.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  return library;
}

Failure noSecur32() { return Failure{"LoadLibraryEx", HRESULT_FROM_WIN32(ERROR_MOD_NOT_FOUND)}; }

}  // namespace sspi
