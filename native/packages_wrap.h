// The functions of sspi/packages.h.
#ifndef WINSSPI_PACKAGES_WRAP_H_
#define WINSSPI_PACKAGES_WRAP_H_

#include <napi.h>

#include "sspi/packages.h"

namespace winsspi {

Napi::Value packageOf(Napi::Env env, const sspi::PackageInfo& package);

void definePackages(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_PACKAGES_WRAP_H_
