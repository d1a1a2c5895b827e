// One call on a thread of libuv's pool, and the function that settles it: for what only computes.
#ifndef WINSSPI_POOL_WORKER_H_
#define WINSSPI_POOL_WORKER_H_

#include <napi.h>

#include <functional>
#include <optional>
#include <utility>

#include "convert.h"
#include "sspi/status.h"

namespace winsspi {

// The work owns all that it touches: no JavaScript memory, no napi value. The function that settles
// it gets the converted output, or a failure object. It is no promise of Node-API, which would be
// lost where the environment ends before the call.
template <typename Output>
class PoolWorker final : public Napi::AsyncWorker {
 public:
  using Work = std::function<sspi::Result<Output>()>;
  // May hold references to values: it lives and dies on the JavaScript thread.
  using Convert = std::function<Napi::Value(Napi::Env, Output&)>;

  static void start(const Napi::Value& settle, const char* name, Work work, Convert convert) {
    auto* worker =
        new PoolWorker(settle.As<Napi::Function>(), name, std::move(work), std::move(convert));
    worker->Queue();  // It deletes itself when it is done.
  }

 private:
  PoolWorker(Napi::Function settle, const char* name, Work work, Convert convert)
      : Napi::AsyncWorker(settle, name), work_(std::move(work)), convert_(std::move(convert)) {}

  void Execute() override { result_.emplace(work_()); }

  void OnOK() override {
    // What the work owned goes before anything can run that closes the same objects.
    work_ = nullptr;
    sspi::Result<Output>& result = *result_;
    const Napi::Value value =
        result ? convert_(Env(), *result) : failureOf(Env(), result.failure());
    Callback().Call({value});
  }

  Work work_;
  Convert convert_;
  std::optional<sspi::Result<Output>> result_;
};

}  // namespace winsspi

#endif  // WINSSPI_POOL_WORKER_H_
