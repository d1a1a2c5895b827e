// The work of an asynchronous call, and the conversion of its result.
#ifndef WINSSPI_ASYNC_WORK_H_
#define WINSSPI_ASYNC_WORK_H_

#include <napi.h>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "async_call.h"
#include "convert.h"
#include "environment.h"
#include "sspi/status.h"

namespace winsspi {

// The work returns an sspi::Result. It owns all that it touches: no JavaScript memory, no napi value.
template <typename Work, typename Convert>
class AsyncWork final : public AsyncCall {
  static_assert(std::is_pointer_v<Convert> || std::is_empty_v<Convert>,
                "The call may outlive what a conversion refers to.");

 public:
  AsyncWork(Work work, Convert convert) : work_(std::move(work)), convert_(convert) {}

 private:
  void work() override {
    result_.emplace((*work_)());
    // Releases what the work owned before anything can run that closes the same objects.
    work_.reset();
  }

  Napi::Value result(Napi::Env env) override {
    if (!*result_) return failureOf(env, result_->failure());
    if constexpr (std::is_same_v<Result, sspi::Result<void>>) {
      return env.Undefined();
    } else {
      return convert_(env, **result_);
    }
  }

  using Result = std::invoke_result_t<Work&>;

  std::optional<Work> work_;
  std::optional<Result> result_;
  Convert convert_;
};

// Starts work on a thread of the addon. Returns the number of the call, as AsyncCalls::start.
// `settle` gets the converted output, or a failure object.
template <typename Work, typename Convert>
Napi::Value startAsyncWork(const Napi::Value& settle, Work work, Convert convert) {
  const Napi::Env env = settle.Env();
  auto call = std::make_shared<AsyncWork<Work, Convert>>(std::move(work), convert);
  const double number =
      Environment::of(env).asyncCalls().start(settle.As<Napi::Function>(), std::move(call));
  return Napi::Number::New(env, number);
}

// Of work without an output.
template <typename Work>
Napi::Value startAsyncWork(const Napi::Value& settle, Work work) {
  return startAsyncWork(settle, std::move(work), [] {});
}

}  // namespace winsspi

#endif  // WINSSPI_ASYNC_WORK_H_
