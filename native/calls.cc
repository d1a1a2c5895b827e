#include "calls.h"

#include <utility>

namespace winsspi {
namespace {

// A call that blocks waits for the network, so there may be many more of them than processors; what
// a thread costs is a megabyte of addresses and little memory. docs/threads.md describes these.
constexpr threads::ThreadPool::Limits kDefaultLimits = {64, 1024, 10'000};

void deliver(napi_env env, napi_value, void* calls, void*) {
  // Without an environment: it has ended, and the calls with it.
  if (env) static_cast<Calls*>(calls)->deliver();
}

}  // namespace

Calls::Calls(Napi::Env env) : env_(env), limits_(kDefaultLimits) {
  const Napi::String name = Napi::String::New(env, "winsspi");
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this,
                                      winsspi::deliver, &function_) != napi_ok) {
    return;
  }
  // Only a call that somebody waits for keeps the environment alive.
  napi_unref_threadsafe_function(env, function_);
  completions_ = std::make_shared<CompletionQueue>(function_);
  threads_.emplace(limits_);
  // The last hook is called first: this one before that of the function.
  napi_add_env_cleanup_hook(
      env, [](void* calls) { static_cast<Calls*>(calls)->end(); }, this);
}

void Calls::end() {
  completions_->close();
  threads_.reset();
  pending_.clear();
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
}

double Calls::start(std::unique_ptr<Pending> pending) {
  if (!threads_) return 0;
  const std::shared_ptr<Job> job = pending->job();
  job->address(++last_, completions_);
  if (!threads_->submit(job)) return 0;
  if (pending_.empty()) napi_ref_threadsafe_function(env_, function_);
  pending_.emplace(last_, std::move(pending));
  return last_;
}

void Calls::cancel(double number) {
  const std::unique_ptr<Pending> pending = take(number);
  if (!pending) return;
  pending->job()->discard();
  threads_->withdraw(*pending->job());
}

void Calls::setLimits(const threads::ThreadPool::Limits& limits) {
  limits_ = limits;
  if (threads_) threads_->setLimits(limits);
}

void Calls::deliver() {
  const std::shared_ptr<Job> job = completions_->take();
  if (!job) return;
  const std::unique_ptr<Pending> pending = take(job->number());
  if (pending) pending->settle(env_);
}

std::unique_ptr<Calls::Pending> Calls::take(double number) {
  auto node = pending_.extract(number);
  if (!node) return nullptr;
  if (pending_.empty()) napi_unref_threadsafe_function(env_, function_);
  return std::move(node.mapped());
}

}  // namespace winsspi
