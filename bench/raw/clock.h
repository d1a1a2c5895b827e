#ifndef WINSSPI_BENCH_CLOCK_H_
#define WINSSPI_BENCH_CLOCK_H_

#include "sspi.h"

namespace bench {

// Nanoseconds since it was made.
class Clock {
 public:
  Clock() : start_(now()) {}
  double elapsed() const {
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return 1e9 * static_cast<double>(now() - start_) / static_cast<double>(frequency.QuadPart);
  }

 private:
  static LONGLONG now() {
    LARGE_INTEGER time;
    QueryPerformanceCounter(&time);
    return time.QuadPart;
  }
  LONGLONG start_;
};

}  // namespace bench

#endif  // WINSSPI_BENCH_CLOCK_H_
