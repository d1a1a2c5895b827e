// Text, memory and time as Windows has them.
#include <stdlib.h>

#include "bridge_windows.h"

void* context_buffer(size_t size) { return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size); }

// Not the C library's: its wide characters are larger.
size_t wide_length(const WCHAR* text) {
  size_t length = 0;
  while (text[length]) length++;
  return length;
}

char* narrow(const WCHAR* text, size_t length) {
  const int size = WideCharToMultiByte(CP_UTF8, 0, text, (int)length, NULL, 0, NULL, NULL);
  char* narrowed = malloc((size_t)size + 1);
  if (!narrowed) return NULL;
  WideCharToMultiByte(CP_UTF8, 0, text, (int)length, narrowed, size, NULL, NULL);
  narrowed[size] = 0;
  return narrowed;
}

char* narrow_all(const WCHAR* text) { return text ? narrow(text, wide_length(text)) : NULL; }

WCHAR* widen(const char* text) {
  const int size = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
  WCHAR* widened = context_buffer((size_t)size * sizeof *widened);
  if (widened) MultiByteToWideChar(CP_UTF8, 0, text, -1, widened, size);
  return widened;
}

SECURITY_STATUS widen_into(WCHAR** place, const char* text) {
  *place = widen(text);
  return *place ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

TimeStamp time_stamp(int64_t seconds) {
  TimeStamp stamp;
  if (seconds == NO_EXPIRY) {
    stamp.LowPart = UINT32_MAX;
    stamp.HighPart = INT32_MAX;
    return stamp;
  }
  const int64_t units = (seconds + 11644473600) * 10000000;
  const FILETIME universal = {(DWORD)units, (DWORD)(units >> 32)};
  FILETIME local;
  FileTimeToLocalFileTime(&universal, &local);
  stamp.LowPart = local.dwLowDateTime;
  stamp.HighPart = (LONG)local.dwHighDateTime;
  return stamp;
}
