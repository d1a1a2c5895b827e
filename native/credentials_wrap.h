// The functions of sspi/credentials.h.
#ifndef WINSSPI_CREDENTIALS_WRAP_H_
#define WINSSPI_CREDENTIALS_WRAP_H_

#include <napi.h>

namespace winsspi {

void defineCredentials(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_CREDENTIALS_WRAP_H_
