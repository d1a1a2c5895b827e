// One thread of Windows.
#ifndef WINSSPI_THREADS_THREAD_H_
#define WINSSPI_THREADS_THREAD_H_

#include <cstdint>
#include <memory>
#include <utility>

#include "win32.h"

namespace threads {

// Keeps the library that this code is in loaded until the process ends. Node unloads an addon with
// the last environment that has it: threads may still run its code then, and each load after that
// would leave behind what a C++ runtime takes for itself and never gives back (77 KB).
// https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-getmodulehandleexw
bool pinModule();

// Runs a routine on a new thread, which ends with it. Returns ERROR_SUCCESS, or the Win32 error for
// which the thread was not started.
// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-createthread
[[nodiscard]] uint32_t startThread(LPTHREAD_START_ROUTINE routine, void* argument);

// The same for a callable, which moves to the thread.
template <typename Body>
[[nodiscard]] uint32_t startThread(Body body) {
  auto argument = std::make_unique<Body>(std::move(body));
  const auto routine = [](void* memory) -> DWORD {
    const std::unique_ptr<Body> owner(static_cast<Body*>(memory));
    (*owner)();
    return 0;
  };
  const uint32_t error = startThread(routine, argument.get());
  if (error == ERROR_SUCCESS) argument.release();
  return error;
}

// Ends the process, and says why on stderr and to a debugger.
[[noreturn]] void abortBecause(const char* reason);

// Makes the calling thread the process itself again, whoever it acts as. Ends the process where
// that fails.
// https://learn.microsoft.com/windows/win32/api/securitybaseapi/nf-securitybaseapi-reverttoself
void revertToSelfOrAbort();

// Since some moment in the past.
uint64_t millisecondsNow();

}  // namespace threads

#endif  // WINSSPI_THREADS_THREAD_H_
