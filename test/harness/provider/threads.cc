#include "threads.h"

#include "sspi.h"

// After windows.h, which sspi.h includes.
#include <tlhelp32.h>

namespace provider {

// https://learn.microsoft.com/windows/win32/toolhelp/traversing-the-thread-list
std::vector<uint32_t> threadsOfProcess() {
  const HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  if (snapshot == INVALID_HANDLE_VALUE) return {};
  THREADENTRY32 entry = {};
  entry.dwSize = sizeof entry;
  std::vector<uint32_t> threads;
  for (BOOL more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry)) {
    if (entry.th32OwnerProcessID == GetCurrentProcessId()) threads.push_back(entry.th32ThreadID);
  }
  CloseHandle(snapshot);
  return threads;
}

}  // namespace provider
