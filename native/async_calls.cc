#include "async_calls.h"

#include <utility>

#include "errors.h"

namespace winsspi {
namespace {

// A call that blocks waits for the network, so there may be many more of them than processors; what
// a thread costs is a megabyte of addresses and little memory. docs/threads.md describes these.
constexpr threads::ThreadPool::Limits kDefaultLimits = {64, 1024, 10'000};

void deliver(napi_env env, napi_value, void* calls, void*) {
  // Without an environment: it has ended, and the calls with it.
  if (env) static_cast<AsyncCalls*>(calls)->deliver();
}

}  // namespace

AsyncCalls::AsyncCalls(Napi::Env env) : env_(env), limits_(kDefaultLimits) {
  const Napi::String name = Napi::String::New(env, "winsspi");
  if (napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this,
                                      winsspi::deliver, &function_) != napi_ok) {
    Napi::Error::New(env, "Node created no thread-safe function").ThrowAsJavaScriptException();
    return;
  }
  // Only a call that has not settled keeps the environment alive.
  napi_unref_threadsafe_function(env, function_);
  completions_ = std::make_shared<CompletionQueue>(function_);
  threads_.emplace(limits_);
  // The last hook is called first: this one before that of the function.
  napi_add_env_cleanup_hook(
      env, [](void* calls) { static_cast<AsyncCalls*>(calls)->end(); }, this);
}

void AsyncCalls::end() {
  completions_->close();
  threads_.reset();
  pending_.clear();
  napi_release_threadsafe_function(function_, napi_tsfn_abort);
}

double AsyncCalls::start(Napi::Function settle, std::shared_ptr<AsyncCall> call) {
  using Outcome = threads::ThreadPool::Submission::Outcome;
  if (!threads_) {
    throwError(env_, "ERR_SSPI_ENVIRONMENT_CLOSING");
    return 0;
  }
  call->address(++last_number_, completions_);
  const auto [outcome, error] = threads_->submit(call);
  if (outcome == Outcome::kQueueFull) throwError(env_, "ERR_SSPI_OVERLOADED");
  if (outcome == Outcome::kNoThread) {
    throwError(env_, "ERR_SSPI_THREAD_NOT_STARTED", {Napi::Number::New(env_, error)});
  }
  if (outcome != Outcome::kTaken) return 0;
  if (pending_.empty()) napi_ref_threadsafe_function(env_, function_);
  pending_.emplace(last_number_, Pending{std::move(call), Napi::Persistent(settle)});
  return last_number_;
}

void AsyncCalls::cancel(double number) {
  const std::optional<Pending> pending = take(number);
  if (!pending) return;
  pending->call->discard();
  threads_->withdraw(*pending->call);
}

void AsyncCalls::setLimits(const threads::ThreadPool::Limits& limits) {
  limits_ = limits;
  if (threads_) threads_->setLimits(limits);
}

void AsyncCalls::deliver() {
  const std::shared_ptr<AsyncCall> call = completions_->take();
  if (!call) return;
  const std::optional<Pending> pending = take(call->number());
  if (pending) pending->settle.Call({call->result(env_)});
}

std::optional<AsyncCalls::Pending> AsyncCalls::take(double number) {
  auto node = pending_.extract(number);
  if (!node) return std::nullopt;
  if (pending_.empty()) napi_unref_threadsafe_function(env_, function_);
  return std::move(node.mapped());
}

}  // namespace winsspi
