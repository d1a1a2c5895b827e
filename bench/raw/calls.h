#ifndef WINSSPI_BENCH_CALLS_H_
#define WINSSPI_BENCH_CALLS_H_

#include <node_api.h>

namespace bench {

// Functions that do one thing that a binding does, so that a loop over them says what it costs.
void defineCalls(napi_env env, napi_value exports);

}  // namespace bench

#endif  // WINSSPI_BENCH_CALLS_H_
