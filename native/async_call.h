// A call that can block, and runs on a thread of the addon.
#ifndef WINSSPI_ASYNC_CALL_H_
#define WINSSPI_ASYNC_CALL_H_

#include <napi.h>

#include <atomic>
#include <memory>

#include "threads/thread_pool.h"

namespace winsspi {

class CompletionQueue;

// May outlive the environment while a thread runs it, and so holds no napi value.
class AsyncCall : public threads::ThreadPool::Task, public std::enable_shared_from_this<AsyncCall> {
 public:
  // Before it is submitted: its number, and where it goes when its work is done.
  void address(double number, std::shared_ptr<CompletionQueue> completions);
  double number() const { return number_; }

  // The call ends without a result: no work begins from now on, and none is posted.
  void discard() { discarded_ = true; }

  // On the JavaScript thread, after the work: the value that the call settles with.
  virtual Napi::Value result(Napi::Env env) = 0;

 private:
  // On a thread of the addon.
  virtual void work() = 0;

  void run() final;
  void finish() final;

  double number_ = 0;
  std::shared_ptr<CompletionQueue> completions_;
  std::atomic<bool> discarded_ = false;
};

}  // namespace winsspi

#endif  // WINSSPI_ASYNC_CALL_H_
