// The functions of sspi/attributes.h.
#ifndef WINSSPI_ATTRIBUTES_WRAP_H_
#define WINSSPI_ATTRIBUTES_WRAP_H_

#include <napi.h>

namespace winsspi {

void defineAttributes(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_ATTRIBUTES_WRAP_H_
