// A lock of Windows's own, which needs no memory and no clean-up.
#ifndef WINSSPI_SSPI_LOCK_H_
#define WINSSPI_SSPI_LOCK_H_

#include "sspi/sspi.h"

namespace sspi {

// https://learn.microsoft.com/windows/win32/sync/slim-reader-writer--srw--locks
class Lock {
 public:
  Lock() = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  class Holder {
   public:
    explicit Holder(Lock& lock) : lock_(lock.lock_) { AcquireSRWLockExclusive(&lock_); }
    Holder(const Holder&) = delete;
    Holder& operator=(const Holder&) = delete;
    ~Holder() { ReleaseSRWLockExclusive(&lock_); }

   private:
    SRWLOCK& lock_;
  };

 private:
  SRWLOCK lock_ = SRWLOCK_INIT;
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_LOCK_H_
