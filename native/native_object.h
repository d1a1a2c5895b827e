// A native object behind a JavaScript object that holds nothing else.
#ifndef WINSSPI_NATIVE_OBJECT_H_
#define WINSSPI_NATIVE_OBJECT_H_

#include <napi.h>

#include <memory>
#include <utility>

#include "environment.h"
#include "errors.h"
#include "sspi/context.h"
#include "sspi/credentials.h"

namespace winsspi {

// What tells the kinds of native objects apart, and names them in errors.
template <typename T>
struct Kind;

template <>
struct Kind<const sspi::Credentials> {
  static constexpr uint64_t kTag = 1;
  static constexpr const char* kName = "credentials";
  static constexpr const char* kClosed = "ERR_SSPI_CREDENTIALS_CLOSED";
};

template <>
struct Kind<sspi::Context> {
  static constexpr uint64_t kTag = 2;
  static constexpr const char* kName = "context";
  static constexpr const char* kClosed = "ERR_SSPI_CONTEXT_CLOSED";
};

template <typename T>
struct Holder {
  std::shared_ptr<T> object;  // null: it was closed
  Environment& environment;   // of the object: looking it up takes a message too long
};

// The garbage collector and the end of the environment destroy what was not closed before.
template <typename T>
Napi::Value expose(Napi::Env env, std::shared_ptr<T> value) {
  Napi::Object object = Napi::Object::New(env);
  Environment& environment = Environment::of(env);
  const napi_type_tag tag = environment.tag(Kind<T>::kTag);
  auto holder = std::make_unique<Holder<T>>(std::move(value), environment);
  const auto destroy = [](node_api_basic_env, void* data, void*) {
    const std::unique_ptr<Holder<T>> owner(static_cast<Holder<T>*>(data));
  };
  if (napi_type_tag_object(env, object, &tag) == napi_ok &&
      napi_wrap(env, object, holder.get(), destroy, nullptr, nullptr) == napi_ok) {
    holder.release();
  }
  return object;
}

// Null, with an exception pending, where the value is not a T of this environment.
template <typename T>
Holder<T>* holderOf(Napi::Env env, napi_value value) {
  const napi_type_tag tag = Environment::of(env).tag(Kind<T>::kTag);
  napi_valuetype type;
  bool is_ours = false;
  void* data = nullptr;
  // For undefined and null, the check of the tag would throw an error of its own.
  if (napi_typeof(env, value, &type) == napi_ok && type == napi_object &&
      napi_check_object_type_tag(env, value, &tag, &is_ours) == napi_ok && is_ours &&
      napi_unwrap(env, value, &data) == napi_ok) {
    return static_cast<Holder<T>*>(data);
  }
  throwError(env, "ERR_INVALID_ARG_TYPE",
             {Napi::String::New(env, Kind<T>::kName),
              Napi::String::New(env, "an object of this copy of winsspi, made in this environment"),
              value});
  return nullptr;
}

// The object that is held. Null, with an exception pending, also where it was closed.
template <typename T>
const std::shared_ptr<T>* openedOf(Napi::Env env, napi_value value) {
  const Holder<T>* holder = holderOf<T>(env, value);
  if (!holder) return nullptr;
  if (holder->object) return &holder->object;
  throwError(env, Kind<T>::kClosed);
  return nullptr;
}

}  // namespace winsspi

#endif  // WINSSPI_NATIVE_OBJECT_H_
