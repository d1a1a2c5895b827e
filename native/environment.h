// What the addon keeps for each Node environment. Nothing is global: the main thread, every worker
// and every copy of the addon have their own.
#ifndef WINSSPI_ENVIRONMENT_H_
#define WINSSPI_ENVIRONMENT_H_

#include <napi.h>

#include <cstddef>
#include <cstdint>

#include "async_calls.h"
#include "sspi/buffers.h"

namespace winsspi {

// What the message functions and their caller tell each other beside the bytes, in 32-bit words
// that both sides see, for a word costs less than an argument. lib/message/call-frame.ts has the same
// words in the same order.
struct Layout {
  // A call over SecBuffers reads the type; it writes all four (sspi::ReturnedBuffer).
  struct Entry {
    uint32_t type;
    uint32_t source;
    uint32_t offset;
    uint32_t length;
  };
  uint32_t operation;
  uint32_t done;  // the caller writes 0; 1: the call has succeeded and written what it gives
  uint32_t qop;
  uint32_t sequence_number;
  uint32_t status;
  // Of the calls that take a message as bytes: the rooms for a token and padding, or the length of
  // the token, and where in the memory the call may work. They write where their result lies.
  uint32_t token;
  uint32_t padding;
  uint32_t offset;
  uint32_t length;
  Entry buffers[sspi::kMaxBuffers];
};

static_assert(offsetof(Layout, buffers) == 9 * sizeof(uint32_t), "lib/message/call-frame.ts");

class Environment {
 public:
  explicit Environment(Napi::Env env);

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Layout& layout() { return *layout_; }
  Napi::Value layoutArray() const { return layout_array_.Value(); }

  AsyncCalls& asyncCalls() { return async_calls_; }

  // Makes the errors of the addon: lib/errors/usage-error.ts. Empty: lib/ has not set it.
  const Napi::FunctionReference& createError() const { return create_error_; }
  void setCreateError(Napi::Function create_error) {
    create_error_ = Napi::Persistent(create_error);
  }

  // Objects of one environment are not taken for another's, nor one kind for another.
  napi_type_tag tag(uint64_t kind) const { return {kind, reinterpret_cast<uintptr_t>(this)}; }

 private:
  Layout* layout_;
  Napi::Reference<Napi::Uint32Array> layout_array_;
  Napi::FunctionReference create_error_;
  AsyncCalls async_calls_;
};

}  // namespace winsspi

#endif  // WINSSPI_ENVIRONMENT_H_
