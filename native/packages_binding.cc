#include "bindings.h"

#include "convert.h"

namespace winsspi {
namespace {

Napi::Value enumerateSecurityPackages(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto packages = sspi::enumerateSecurityPackages();
  if (!packages) return failureOf(env, packages.failure());
  Napi::Array array = Napi::Array::New(env, packages->size());
  for (std::size_t i = 0; i < packages->size(); i++) {
    defineElement(array, i, packageOf(env, (*packages)[i]));
  }
  return array;
}

Napi::Value querySecurityPackage(const Napi::CallbackInfo& info) {
  auto package = sspi::querySecurityPackage(textOf(info[0]));
  return package ? packageOf(info.Env(), *package) : failureOf(info.Env(), package.failure());
}

}  // namespace

Napi::Value packageOf(Napi::Env env, const sspi::PackageInfo& package) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "name", Napi::String::New(env, package.name));
  define(object, "comment", Napi::String::New(env, package.comment));
  define(object, "capabilities", package.capabilities);
  define(object, "version", package.version);
  define(object, "rpcId", package.rpc_id);
  define(object, "maxToken", package.max_token);
  return object;
}

void definePackages(Napi::Env env, Napi::Object exports) {
  define(exports, "enumerateSecurityPackages", Napi::Function::New(env, enumerateSecurityPackages));
  define(exports, "querySecurityPackage", Napi::Function::New(env, querySecurityPackage));
}

}  // namespace winsspi
