#include "errors.h"

#include <vector>

#include "convert.h"
#include "environment.h"

namespace winsspi {
namespace {

Napi::Value createError(Napi::Env env, const char* code,
                        std::initializer_list<napi_value> arguments) {
  const Napi::FunctionReference& create = Environment::of(env).createError();
  if (create.IsEmpty()) return env.Undefined();
  std::vector<napi_value> values = {Napi::String::New(env, code)};
  values.insert(values.end(), arguments.begin(), arguments.end());
  return create.Call(values);
}

// (createError)
void setCreateError(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).setCreateError(info[0].As<Napi::Function>());
}

}  // namespace

void throwError(Napi::Env env, const char* code, std::initializer_list<napi_value> arguments) {
  if (env.IsExceptionPending()) return;
  const Napi::Value error = createError(env, code, arguments);
  if (env.IsExceptionPending()) return;
  // Without lib/, an error has its code alone.
  if (error.IsObject()) {
    napi_throw(env, error);
  } else {
    napi_throw_error(env, code, code);
  }
}

void defineErrors(Napi::Env env, Napi::Object exports) {
  define(exports, "setCreateError", Napi::Function::New(env, setCreateError));
}

}  // namespace winsspi
