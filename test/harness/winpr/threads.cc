// Locks, conditions and threads of Windows over those of POSIX, which the sanitizers know.
#include <windows.h>

#include "failing_threads.h"

#include <atomic>
#include <ctime>
#include <memory>

void AcquireSRWLockExclusive(SRWLOCK* lock) { pthread_mutex_lock(&lock->mutex); }

void ReleaseSRWLockExclusive(SRWLOCK* lock) { pthread_mutex_unlock(&lock->mutex); }

BOOL SleepConditionVariableSRW(CONDITION_VARIABLE* condition, SRWLOCK* lock, DWORD milliseconds,
                               ULONG) {
  timespec end;
  clock_gettime(CLOCK_MONOTONIC, &end);
  end.tv_sec += milliseconds / 1000;
  end.tv_nsec += milliseconds % 1000 * 1'000'000L;
  if (end.tv_nsec >= 1'000'000'000L) {
    end.tv_sec++;
    end.tv_nsec -= 1'000'000'000L;
  }
  return pthread_cond_clockwait(&condition->condition, &lock->mutex, CLOCK_MONOTONIC, &end) == 0;
}

void WakeConditionVariable(CONDITION_VARIABLE* condition) {
  pthread_cond_signal(&condition->condition);
}

namespace {

struct Start {
  LPTHREAD_START_ROUTINE routine;
  LPVOID argument;
};

void* runThread(void* memory) {
  Start start;
  {
    const std::unique_ptr<Start> owner(static_cast<Start*>(memory));
    start = *owner;
  }
  start.routine(start.argument);
  return nullptr;
}

// Every thread is detached: its handle stands for nothing.
int detached;

std::atomic<int> failing = 0;

}  // namespace

void failThreads(int count) { failing = count; }

HANDLE createDetachedThread(LPSECURITY_ATTRIBUTES, SIZE_T stack_size, LPTHREAD_START_ROUTINE start,
                            LPVOID argument, DWORD, LPDWORD) {
  if (failing > 0) {
    failing--;
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return nullptr;
  }
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_attr_setstacksize(&attributes, stack_size);
  auto memory = std::make_unique<Start>(Start{start, argument});
  pthread_t thread;
  const int error = pthread_create(&thread, &attributes, runThread, memory.get());
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    return nullptr;
  }
  memory.release();
  return &detached;
}

bool isThread(HANDLE handle) { return handle == &detached; }

HANDLE GetCurrentThread() { return &detached; }

BOOL GetModuleHandleExW(DWORD, LPCWSTR address, HMODULE* library) {
  Dl_info info;
  if (!dladdr(address, &info)) return FALSE;
  // Without a handle this is the program itself, which nobody unloads.
  *library = dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  return TRUE;
}

HMODULE GetModuleHandleW(const wchar_t*) { return nullptr; }

HMODULE LoadLibraryExW(const wchar_t*, HANDLE, DWORD) { return dlopen(nullptr, RTLD_NOW); }
