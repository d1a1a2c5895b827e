#include "mailbox.h"

namespace winsspi {

void Job::finish() {
  if (!discarded_) mailbox_->post(shared_from_this());
}

void Mailbox::post(std::shared_ptr<Job> job) {
  const sspi::Lock::Holder holder(lock_);
  if (!function_) return;
  jobs_.push_back(std::move(job));
  napi_call_threadsafe_function(function_, nullptr, napi_tsfn_nonblocking);
}

std::shared_ptr<Job> Mailbox::take() {
  const sspi::Lock::Holder holder(lock_);
  if (jobs_.empty()) return nullptr;
  std::shared_ptr<Job> job = std::move(jobs_.front());
  jobs_.pop_front();
  return job;
}

void Mailbox::close() {
  std::deque<std::shared_ptr<Job>> dropped;  // Destroyed without the lock.
  const sspi::Lock::Holder holder(lock_);
  function_ = nullptr;
  dropped.swap(jobs_);
}

}  // namespace winsspi
