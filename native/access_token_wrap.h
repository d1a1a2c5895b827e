// The functions of sspi/access_token.h.
#ifndef WINSSPI_ACCESS_TOKEN_WRAP_H_
#define WINSSPI_ACCESS_TOKEN_WRAP_H_

#include <napi.h>

#include "sspi/access_token.h"

namespace winsspi {

Napi::Value identityOf(Napi::Env env, sspi::AccessTokenInfo& info);

void defineAccessToken(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_ACCESS_TOKEN_WRAP_H_
