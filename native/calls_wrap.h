// The calls that run on the addon's threads, and the threads.
#ifndef WINSSPI_CALLS_WRAP_H_
#define WINSSPI_CALLS_WRAP_H_

#include <napi.h>

namespace winsspi {

void defineCalls(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_CALLS_WRAP_H_
