#include "async_call.h"

#include <utility>

#include "completion_queue.h"

namespace winsspi {

void AsyncCall::address(double number, std::shared_ptr<CompletionQueue> completions) {
  number_ = number;
  completions_ = std::move(completions);
}

void AsyncCall::run() {
  if (!discarded_) work();
}

void AsyncCall::finish() {
  if (!discarded_) completions_->post(shared_from_this());
}

}  // namespace winsspi
