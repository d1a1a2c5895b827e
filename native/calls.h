// The calls of an environment that run on threads of the addon's own: those that can block.
#ifndef WINSSPI_CALLS_H_
#define WINSSPI_CALLS_H_

#include <napi.h>

#include <memory>
#include <optional>
#include <unordered_map>

#include "completion_queue.h"
#include "threads/thread_pool.h"

namespace winsspi {

// One for each environment, whose threads serve no other: no environment waits for the calls of
// another, and after its end nothing is left but what a running call holds.
class Calls {
 public:
  // The half of a call that lives and dies on the JavaScript thread.
  class Pending {
   public:
    explicit Pending(Napi::Function settle) : settle_(Napi::Persistent(settle)) {}
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    virtual ~Pending() = default;

    virtual std::shared_ptr<Job> job() const = 0;
    void settle(Napi::Env env) { settle_.Call({result(env)}); }

   private:
    virtual Napi::Value result(Napi::Env env) = 0;

    Napi::FunctionReference settle_;
  };

  explicit Calls(Napi::Env env);
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  // The number of the call. 0: it was refused, because too many wait or the environment is ending.
  double start(std::unique_ptr<Pending> pending);

  // Nobody wants the result any more. A call that waits is not made; one that runs goes on, and
  // what it returns is released when it comes. Afterwards, and of a call that has settled: nothing.
  void cancel(double number);

  threads::ThreadPool::Limits limits() const { return limits_; }
  void setLimits(const threads::ThreadPool::Limits& limits);

  // Settles the call that came back first.
  void deliver();

  // Waits for nothing. Every later call is refused.
  void end();

 private:
  std::unique_ptr<Pending> take(double number);

  Napi::Env env_;
  threads::ThreadPool::Limits limits_;
  std::optional<threads::ThreadPool> threads_;  // none: the environment is ending
  napi_threadsafe_function function_ = nullptr;
  std::shared_ptr<CompletionQueue> completions_;
  std::unordered_map<double, std::unique_ptr<Pending>> pending_;
  double last_ = 0;
};

}  // namespace winsspi

#endif  // WINSSPI_CALLS_H_
