#include "bindings.h"

#include "async_calls.h"
#include "convert.h"
#include "environment.h"

namespace winsspi {
namespace {

// (number): a call whose result the caller no longer needs.
void cancelCall(const Napi::CallbackInfo& info) {
  Environment::of(info.Env()).asyncCalls().cancel(info[0].As<Napi::Number>().DoubleValue());
}

uint32_t numberOr(const Napi::Value& value, std::size_t otherwise) {
  return value.IsUndefined() ? static_cast<uint32_t>(otherwise)
                             : value.As<Napi::Number>().Uint32Value();
}

// (max?, queue?, idleMilliseconds?): all three as they are now. What is undefined stays.
Napi::Value configureThreads(const Napi::CallbackInfo& info) {
  AsyncCalls& calls = Environment::of(info.Env()).asyncCalls();
  threads::ThreadPool::Limits limits = calls.limits();
  limits.threads = numberOr(info[0], limits.threads);
  limits.queue = numberOr(info[1], limits.queue);
  limits.idle_milliseconds = numberOr(info[2], limits.idle_milliseconds);
  calls.setLimits(limits);
  Napi::Object object = Napi::Object::New(info.Env());
  define(object, "max", static_cast<double>(limits.threads));
  define(object, "queue", static_cast<double>(limits.queue));
  define(object, "idleMilliseconds", limits.idle_milliseconds);
  return object;
}

}  // namespace

void defineThreads(Napi::Env env, Napi::Object exports) {
  define(exports, "cancelCall", Napi::Function::New(env, cancelCall));
  define(exports, "configureThreads", Napi::Function::New(env, configureThreads));
}

}  // namespace winsspi
