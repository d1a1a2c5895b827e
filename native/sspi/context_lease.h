// A context in the hands of a call: one on another thread, or one that runs the caller's code.
#ifndef WINSSPI_SSPI_CONTEXT_LEASE_H_
#define WINSSPI_SSPI_CONTEXT_LEASE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

#include "sspi/context.h"

namespace sspi {

// The owner's thread makes the lease before the call, and makes none that the context does not allow:
// for a step where it is not lent at all, for other calls where no step has it. While it is lent, the
// owner's own messages take the context's locks.
class ContextLease {
 public:
  enum class Use : uint32_t { kShared = 1, kStep = Context::kStep };

  explicit ContextLease(std::shared_ptr<Context> context, Use use = Use::kShared)
      : context_(std::move(context)), use_(use) {
    context_->lent_.fetch_add(static_cast<uint32_t>(use_), std::memory_order_relaxed);
  }
  ContextLease(ContextLease&&) noexcept = default;
  ContextLease& operator=(ContextLease&&) = delete;
  ContextLease(const ContextLease&) = delete;
  ContextLease& operator=(const ContextLease&) = delete;
  ~ContextLease() {
    // Release: who finds the context idle again sees what the call did.
    if (context_) context_->lent_.fetch_sub(static_cast<uint32_t>(use_), std::memory_order_release);
  }

  Context& operator*() const { return *context_; }
  Context* operator->() const { return context_.get(); }

 private:
  std::shared_ptr<Context> context_;
  Use use_;
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_CONTEXT_LEASE_H_
