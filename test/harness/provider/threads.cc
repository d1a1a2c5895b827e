#include "threads.h"

#include "sspi.h"

// After windows.h, which sspi.h includes.
#include <tlhelp32.h>

namespace provider {

// https://learn.microsoft.com/windows/win32/toolhelp/traversing-the-thread-list
uint32_t threadsOfProcess() {
  const HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  if (snapshot == INVALID_HANDLE_VALUE) return 0;
  THREADENTRY32 entry = {};
  entry.dwSize = sizeof entry;
  uint32_t count = 0;
  for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry)) {
    if (entry.th32OwnerProcessID == GetCurrentProcessId()) count++;
  }
  CloseHandle(snapshot);
  return count;
}

}  // namespace provider
