// The threads of this process.
#ifndef WINSSPI_PROVIDER_THREADS_H_
#define WINSSPI_PROVIDER_THREADS_H_

#include <cstdint>
#include <vector>

namespace provider {

// The Windows number of each.
std::vector<uint32_t> threadsOfProcess();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_THREADS_H_
