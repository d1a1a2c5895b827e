// The way from the addon's threads back to the JavaScript thread.
#ifndef WINSSPI_COMPLETION_QUEUE_H_
#define WINSSPI_COMPLETION_QUEUE_H_

#include <napi.h>

#include <atomic>
#include <deque>
#include <memory>
#include <utility>

#include "threads/lock.h"
#include "threads/thread_pool.h"

namespace winsspi {

class CompletionQueue;

// The half of a call that a thread has. It may outlive the environment, and so knows no napi value.
class Job : public threads::ThreadPool::Task, public std::enable_shared_from_this<Job> {
 public:
  double number() const { return number_; }
  void address(double number, std::shared_ptr<CompletionQueue> completions) {
    number_ = number;
    completions_ = std::move(completions);
  }

  // Nobody waits for it any more.
  void discard() { discarded_ = true; }

 private:
  virtual void work() = 0;

  void run() final {
    if (!discarded_) work();
  }
  void finish() final;

  double number_ = 0;
  std::shared_ptr<CompletionQueue> completions_;
  std::atomic<bool> discarded_ = false;
};

// Outlives the environment where a thread still has it. The lock is what makes the end safe: a
// thread calls the environment's function under it, or finds that there is none any more.
class CompletionQueue {
 public:
  // The function is called once for each job that comes. It is the only thing of Node-API that
  // another thread than the environment's touches.
  explicit CompletionQueue(napi_threadsafe_function function) : function_(function) {}
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;

  // On a thread of the addon. Does nothing when the queue is closed.
  void post(std::shared_ptr<Job> job);

  // On the JavaScript thread. Null: there is none.
  std::shared_ptr<Job> take();

  // On the JavaScript thread. What came and was not taken is dropped.
  void close();

 private:
  threads::Lock lock_;
  napi_threadsafe_function function_;  // null: closed
  std::deque<std::shared_ptr<Job>> jobs_;
};

}  // namespace winsspi

#endif  // WINSSPI_COMPLETION_QUEUE_H_
