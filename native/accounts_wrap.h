// The functions of sspi/accounts.h.
#ifndef WINSSPI_ACCOUNTS_WRAP_H_
#define WINSSPI_ACCOUNTS_WRAP_H_

#include <napi.h>

#include "sspi/accounts.h"

namespace winsspi {

Napi::Object accountOf(Napi::Env env, const sspi::Account& account);

void defineAccounts(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_ACCOUNTS_WRAP_H_
