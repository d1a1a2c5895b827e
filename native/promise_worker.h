// One call on a thread of libuv's pool, and the promise for its result: for what only computes.
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

  // Nothing where the environment is ending.
  static Napi::Value start(Napi::Env env, const char* name, Work work, Convert convert) {
    napi_deferred deferred = nullptr;
    napi_value promise = nullptr;
    if (napi_create_promise(env, &deferred, &promise) != napi_ok) return env.Undefined();
    auto* worker = new PromiseWorker(env, name, deferred, std::move(work), std::move(convert));
    worker->Queue();  // It deletes itself when it is done.
    return Napi::Value(env, promise);
  }

 private:
  PromiseWorker(Napi::Env env, const char* name, napi_deferred deferred, Work work, Convert convert)
      : Napi::AsyncWorker(env, name),
        deferred_(deferred),
        work_(std::move(work)),
        convert_(std::move(convert)) {}

  void Execute() override { result_.emplace(work_()); }

  void OnOK() override {
    // What the work owned goes before anything can run that closes the same objects.
    work_ = nullptr;
    sspi::Result<Output>& result = *result_;
    const Napi::Value value =
        result ? convert_(Env(), *result) : failureOf(Env(), result.failure());
    napi_resolve_deferred(Env(), deferred_, value);
  }

  napi_deferred deferred_;
  Work work_;
  Convert convert_;
  std::optional<sspi::Result<Output>> result_;
};

}  // namespace winsspi

#endif  // WINSSPI_PROMISE_WORKER_H_
