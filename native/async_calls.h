// The asynchronous calls of an environment: those that can block.
#ifndef WINSSPI_ASYNC_CALLS_H_
#define WINSSPI_ASYNC_CALLS_H_

#include <napi.h>

#include <memory>
#include <optional>
#include <unordered_map>

#include "async_call.h"
#include "completion_queue.h"
#include "threads/thread_pool.h"

namespace winsspi {

// Each environment has its own threads: no environment waits for the calls of another. After its
// end, only what a running call holds is left.
class AsyncCalls {
 public:
  explicit AsyncCalls(Napi::Env env);
  AsyncCalls(const AsyncCalls&) = delete;
  AsyncCalls& operator=(const AsyncCalls&) = delete;

  // Returns the number of the call; `settle` gets its result. 0, with an exception pending: the call
  // is not made.
  double start(Napi::Function settle, std::shared_ptr<AsyncCall> call);

  // Takes a call that waits away. The work of one that runs goes on, and its result is dropped. Does
  // nothing for a call that has settled.
  void cancel(double number);

  threads::ThreadPool::Limits limits() const { return limits_; }
  void setLimits(const threads::ThreadPool::Limits& limits);

  // Settles the call that came back first.
  void deliver();

  // Waits for nothing. Every later call is refused.
  void end();

 private:
  struct Pending {
    std::shared_ptr<AsyncCall> call;
    Napi::FunctionReference settle;
  };

  std::optional<Pending> take(double number);

  Napi::Env env_;
  threads::ThreadPool::Limits limits_;
  std::optional<threads::ThreadPool> threads_;  // none: the environment is ending
  napi_threadsafe_function function_ = nullptr;
  std::shared_ptr<CompletionQueue> completions_;
  std::unordered_map<double, Pending> pending_;
  double last_number_ = 0;
};

}  // namespace winsspi

#endif  // WINSSPI_ASYNC_CALLS_H_
