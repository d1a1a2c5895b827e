#include "completion_queue.h"

#include <utility>

namespace winsspi {

void CompletionQueue::post(std::shared_ptr<AsyncCall> call) {
  const threads::Lock::Holder holder(lock_);
  if (!function_) return;
  calls_.push_back(std::move(call));
  napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

std::shared_ptr<AsyncCall> CompletionQueue::take() {
  const threads::Lock::Holder holder(lock_);
  if (calls_.empty()) return nullptr;
  std::shared_ptr<AsyncCall> call = std::move(calls_.front());
  calls_.pop_front();
  return call;
}

void CompletionQueue::close() {
  std::deque<std::shared_ptr<AsyncCall>> dropped;  // Destroyed without the lock.
  const threads::Lock::Holder holder(lock_);
  function_ = nullptr;
  dropped.swap(calls_);
}

}  // namespace winsspi
