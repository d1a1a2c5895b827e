#include "threads/thread.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace threads {
namespace {

// What Windows reserves where nothing else is said, and so what security packages are used to. A
// program may have another default: that of node.exe is 8 MiB.
constexpr std::size_t kStackSize = 1 << 20;

// Never ERROR_SUCCESS, which some functions leave when they fail.
uint32_t lastError() {
  const DWORD error = GetLastError();
  return error == ERROR_SUCCESS ? ERROR_GEN_FAILURE : error;
}

}  // namespace

bool pinModule() {
  HMODULE library = nullptr;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                            reinterpret_cast<LPCWSTR>(&pinModule), &library) != 0;
}

uint32_t startThread(LPTHREAD_START_ROUTINE routine, void* argument) {
  if (!pinModule()) return lastError();
  const HANDLE thread = CreateThread(nullptr, kStackSize, routine, argument,
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (!thread) return lastError();
  CloseHandle(thread);
  return ERROR_SUCCESS;
}

void abortBecause(const char* reason) {
  for (const char* part : {"winsspi: ", reason, "\n"}) {
    std::fputs(part, stderr);
    OutputDebugStringA(part);
  }
  std::fflush(stderr);
  std::abort();
}

void revertToSelfOrAbort() {
  if (!RevertToSelf()) abortBecause("a thread could not be made the process itself again");
}

uint64_t millisecondsNow() { return GetTickCount64(); }

}  // namespace threads
