#include "sspi/thread.h"

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <utility>

#include "sspi/sspi.h"

namespace sspi {
namespace {

// What Windows reserves where nothing else is said, and so what security packages are used to. A
// program may have another default: that of node.exe is 8 MiB.
constexpr std::size_t kStackSize = 1 << 20;

struct Start {
  std::function<void()> body;
  HMODULE library;
};

DWORD WINAPI runThread(void* argument) {
  HMODULE library = nullptr;
  {
    const std::unique_ptr<Start> start(static_cast<Start*>(argument));
    library = start->library;
    start->body();
  }
  // Node unloads an addon with the last environment that had it, which does not wait for this
  // thread. So the thread has a reference of its own, and gives it back where no return leads into
  // code that may have gone.
  // https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-freelibraryandexitthread
  FreeLibraryAndExitThread(library, 0);
}

}  // namespace

bool startThread(std::function<void()> body) {
  HMODULE library = nullptr;
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                          reinterpret_cast<LPCWSTR>(&runThread), &library)) {
    return false;
  }
  auto start = std::make_unique<Start>(std::move(body), library);
  const HANDLE thread = CreateThread(nullptr, kStackSize, runThread, start.get(),
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, nullptr);
  if (!thread) {
    FreeLibrary(library);
    return false;
  }
  start.release();
  CloseHandle(thread);
  return true;
}

void actAsProcess() {
  if (!RevertToSelf()) std::abort();
}

uint64_t millisecondsNow() { return GetTickCount64(); }

}  // namespace sspi
