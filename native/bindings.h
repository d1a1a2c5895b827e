// What each *_binding.cc adds to the addon's exports. lib/addon/binding.ts describes them.
#ifndef WINSSPI_BINDINGS_H_
#define WINSSPI_BINDINGS_H_

#include <napi.h>

#include "sspi/access_token.h"
#include "sspi/accounts.h"
#include "sspi/packages.h"

namespace winsspi {

void defineAccessToken(Napi::Env env, Napi::Object exports);
void defineAccounts(Napi::Env env, Napi::Object exports);
void defineAttributes(Napi::Env env, Napi::Object exports);
void defineContext(Napi::Env env, Napi::Object exports);
void defineCredentials(Napi::Env env, Napi::Object exports);
void defineMessage(Napi::Env env, Napi::Object exports);
void definePackages(Napi::Env env, Napi::Object exports);
void defineThreads(Napi::Env env, Napi::Object exports);

// Values that more than one of them returns.
Napi::Object accountOf(Napi::Env env, const sspi::Account& account);
Napi::Value identityOf(Napi::Env env, sspi::AccessTokenInfo& info);
Napi::Value packageOf(Napi::Env env, const sspi::PackageInfo& package);

}  // namespace winsspi

#endif  // WINSSPI_BINDINGS_H_
