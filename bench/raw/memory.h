// What this process has allocated outside V8's heap.
#ifndef WINSSPI_BENCH_MEMORY_H_
#define WINSSPI_BENCH_MEMORY_H_

#include <cstddef>

namespace bench {

// Bytes in blocks of the Windows heaps that are in use.
std::size_t heapBytes();

}  // namespace bench

#endif  // WINSSPI_BENCH_MEMORY_H_
