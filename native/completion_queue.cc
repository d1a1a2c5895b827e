#include "completion_queue.h"

namespace winsspi {

void Job::finish() {
  if (!discarded_) completions_->post(shared_from_this());
}

void CompletionQueue::post(std::shared_ptr<Job> job) {
  const threads::Lock::Holder holder(lock_);
  if (!function_) return;
  jobs_.push_back(std::move(job));
  napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

std::shared_ptr<Job> CompletionQueue::take() {
  const threads::Lock::Holder holder(lock_);
  if (jobs_.empty()) return nullptr;
  std::shared_ptr<Job> job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void CompletionQueue::close() {
  std::deque<std::shared_ptr<Job>> dropped;  // Destroyed without the lock.
  const threads::Lock::Holder holder(lock_);
  function_ = nullptr;
  dropped.swap(jobs_);
}

}  // namespace winsspi
