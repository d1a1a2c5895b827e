// The functions of sspi/context.h.
#ifndef WINSSPI_CONTEXT_WRAP_H_
#define WINSSPI_CONTEXT_WRAP_H_

#include <napi.h>

namespace winsspi {

void defineContext(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_CONTEXT_WRAP_H_
