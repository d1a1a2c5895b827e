// A lock, and a condition to wait for under it, of Windows's own: they need no memory and no
// clean-up.
#ifndef WINSSPI_THREADS_LOCK_H_
#define WINSSPI_THREADS_LOCK_H_

#include <cstdint>

#include "win32.h"

namespace threads {

class Condition;

// https://learn.microsoft.com/windows/win32/sync/slim-reader-writer--srw--locks
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  class Holder {
   public:
    explicit Holder(Lock& lock) : Holder(&lock) {}
    // Null: holds nothing.
    explicit Holder(Lock* lock) : lock_(lock ? &lock->lock_ : nullptr) {
      if (lock_) AcquireSRWLockExclusive(lock_);
    }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() {
      if (lock_) ReleaseSRWLockExclusive(lock_);
    }

   private:
    friend class Condition;
    SRWLOCK* lock_;
  };

 private:
  SRWLOCK lock_ = SRWLOCK_INIT;
};

// For one thread that waits.
// https://learn.microsoft.com/windows/win32/sync/condition-variables
class Condition {
 public:
  Condition() = default;
  Condition(const Condition&) = delete;
  Condition& operator=(const Condition&) = delete;

  // Lets go of the lock meanwhile. May return early, and without a reason.
  void waitFor(Lock::Holder& holder, uint32_t milliseconds) {
    SleepConditionVariableSRW(&condition_, holder.lock_, milliseconds, 0);
  }
  void wake() { WakeConditionVariable(&condition_); }

 private:
  CONDITION_VARIABLE condition_ = CONDITION_VARIABLE_INIT;
};

}  // namespace threads

#endif  // WINSSPI_THREADS_LOCK_H_
