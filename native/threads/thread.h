// One thread of Windows.
#ifndef WINSSPI_THREADS_THREAD_H_
#define WINSSPI_THREADS_THREAD_H_

#include <cstdint>
#include <functional>

namespace threads {

// Keeps the library that this code is in loaded until the process ends. Node unloads an addon with
// the last environment that has it: threads may still run its code then, and each load after that
// would leave behind what a C++ runtime takes for itself and never gives back (77 KB).
// https://learn.microsoft.com/windows/win32/api/libloaderapi/nf-libloaderapi-getmodulehandleexw
bool pinModule();

// Runs the body on a thread of its own, which nobody waits for. False: Windows has no thread to
// give.
// https://learn.microsoft.com/windows/win32/api/processthreadsapi/nf-processthreadsapi-createthread
[[nodiscard]] bool startThread(std::function<void()> body);

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
