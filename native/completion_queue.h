// The way from the addon's threads back to the JavaScript thread.
#ifndef WINSSPI_COMPLETION_QUEUE_H_
#define WINSSPI_COMPLETION_QUEUE_H_

#include <napi.h>

#include <deque>
#include <memory>

#include "async_call.h"
#include "threads/lock.h"

namespace winsspi {

// Outlives the environment while a thread holds it. A thread calls the environment's function under
// the lock, or finds the queue closed: so the environment can end at any time.
class CompletionQueue {
 public:
  // The function is called once for each call that is posted. Other threads than the environment's
  // touch nothing else of Node-API.
  explicit CompletionQueue(napi_threadsafe_function function) : function_(function) {}
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;

  // On a thread of the addon. Does nothing when the queue is closed.
  void post(std::shared_ptr<AsyncCall> call);

  // On the JavaScript thread. Null: the queue is empty.
  std::shared_ptr<AsyncCall> take();

  // On the JavaScript thread. Drops the calls that were posted and not taken.
  void close();

 private:
  threads::Lock lock_;
  napi_threadsafe_function function_;  // null: closed
  std::deque<std::shared_ptr<AsyncCall>> calls_;
};

}  // namespace winsspi

#endif  // WINSSPI_COMPLETION_QUEUE_H_
