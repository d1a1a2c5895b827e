// Threads that cannot be started, which Windows has when memory is short.
#ifndef WINSSPI_PROVIDER_FAILING_THREADS_H_
#define WINSSPI_PROVIDER_FAILING_THREADS_H_

#include <cstdint>

namespace provider {

// From now on, CreateThread fails so often with ERROR_NOT_ENOUGH_MEMORY for the addon, the module of
// this name. False: it does not import the function.
bool failThreads(const wchar_t* module_name, uint32_t count);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_FAILING_THREADS_H_
