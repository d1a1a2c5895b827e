// A native object behind a JavaScript object that holds nothing else.
#ifndef WINSSPI_WRAPPED_H_
#define WINSSPI_WRAPPED_H_

#include <napi.h>

#include <memory>
#include <utility>

#include "environment.h"
#include "sspi/context.h"
#include "sspi/credentials.h"

namespace winsspi {

// Tells the kinds of wrapped objects apart.
template <typename T>
inline constexpr uint64_t kKind = 0;
template <>
inline constexpr uint64_t kKind<const sspi::Credentials> = 1;
template <>
inline constexpr uint64_t kKind<sspi::Context> = 2;

template <typename T>
struct Wrapped {
  std::shared_ptr<T> object;  // null: it was closed
  Environment& environment;   // that it is of: here messages find it sooner
};

// The garbage collector and the end of the environment destroy what was not closed before.
template <typename T>
Napi::Value wrap(Napi::Env env, std::shared_ptr<T> value) {
  Napi::Object object = Napi::Object::New(env);
  Environment& environment = Environment::of(env);
  const napi_type_tag tag = environment.tag(kKind<T>);
  std::unique_ptr<Wrapped<T>> wrapped(new Wrapped<T>{std::move(value), environment});
  const auto destroy = [](node_api_basic_env, void* data, void*) {
    const std::unique_ptr<Wrapped<T>> owner(static_cast<Wrapped<T>*>(data));
  };
  if (napi_type_tag_object(env, object, &tag) == napi_ok &&
      napi_wrap(env, object, wrapped.get(), destroy, nullptr, nullptr) == napi_ok) {
    wrapped.release();
  }
  return object;
}

// Null, with a JavaScript exception pending, where the value is not a T of this environment.
template <typename T>
Wrapped<T>* wrappedOf(Napi::Env env, napi_value value) {
  const napi_type_tag tag = Environment::of(env).tag(kKind<T>);
  bool is_ours = false;
  void* data = nullptr;
  if (napi_check_object_type_tag(env, value, &tag, &is_ours) == napi_ok && is_ours &&
      napi_unwrap(env, value, &data) == napi_ok) {
    return static_cast<Wrapped<T>*>(data);
  }
  if (!env.IsExceptionPending()) {
    Napi::TypeError::New(env, "not an object of this addon in this environment")
        .ThrowAsJavaScriptException();
  }
  return nullptr;
}

// The object that is held. Null, with an exception pending, also where it was closed.
template <typename T>
const std::shared_ptr<T>* openedOf(Napi::Env env, napi_value value) {
  const Wrapped<T>* wrapped = wrappedOf<T>(env, value);
  if (!wrapped) return nullptr;
  if (wrapped->object) return &wrapped->object;
  Napi::Error::New(env, "the object was closed").ThrowAsJavaScriptException();
  return nullptr;
}

}  // namespace winsspi

#endif  // WINSSPI_WRAPPED_H_
