#include "threads/thread.h"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "win32.h"

namespace threads {
namespace {

// What Windows reserves where nothing else is said, and so what security packages are used to. A
// program may have another default: that of node.exe is 8 MiB.
constexpr std::size_t kStackSize = 1 << 20;

DWORD WINAPI runThread(void* argument) {
  const std::unique_ptr<std::function<void()>> body(static_cast<std::function<void()>*>(argument));
  (*body)();
  return 0;
}

}  // namespace

bool pinModule() {
  HMODULE library = nullptr;
  return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                            reinterpret_cast<LPCWSTR>(&runThread), &library) != 0;
}

bool startThread(std::function<void()> body) {
  if (!pinModule()) return false;
  auto start = std::make_unique<std::function<void()>>(std::move(body));
  const HANDLE thread = CreateThread(nullptr, kStackSize, runThread, start.get(),
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (!thread) return false;
  start.release();
  CloseHandle(thread);
  return true;
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
