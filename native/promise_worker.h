// One call off the JavaScript thread, and the promise for its result.
#ifndef WINSSPI_PROMISE_WORKER_H_
#define WINSSPI_PROMISE_WORKER_H_

#include <napi.h>

#include <functional>
#include <optional>
#include <utility>

#include "convert.h"
#include "sspi/status.h"

namespace winsspi {

// The work owns all that it touches: no JavaScript memory, no napi value. The promise resolves with
// the converted output, or with a failure object.
template <typename Output>
class PromiseWorker final : public Napi::AsyncWorker {
 public:
  using Work = std::function<sspi::Result<Output>()>;
  // May hold references to values: it lives and dies on the JavaScript thread.
  using Convert = std::function<Napi::Value(Napi::Env, Output&)>;

  static Napi::Promise start(Napi::Env env, const char* name, Work work, Convert convert) {
    auto* worker = new PromiseWorker(env, name, std::move(work), std::move(convert));
    const Napi::Promise promise = worker->deferred_.Promise();
    worker->Queue();  // It deletes itself when it is done.
    return promise;
  }

 private:
  PromiseWorker(Napi::Env env, const char* name, Work work, Convert convert)
      : Napi::AsyncWorker(env, name),
        deferred_(env),
        work_(std::move(work)),
        convert_(std::move(convert)) {}

  void Execute() override { result_.emplace(work_()); }

  void OnOK() override {
    // What the work owned goes before anything can run that closes the same objects.
    work_ = nullptr;
    sspi::Result<Output>& result = *result_;
    deferred_.Resolve(result ? convert_(Env(), *result) : failureOf(Env(), result.failure()));
  }

  Napi::Promise::Deferred deferred_;
  Work work_;
  Convert convert_;
  std::optional<sspi::Result<Output>> result_;
};

}  // namespace winsspi

#endif  // WINSSPI_PROMISE_WORKER_H_
