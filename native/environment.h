// What the addon keeps for each Node environment. Nothing is global: the main thread, every worker
// and every copy of the addon have their own.
#ifndef WINSSPI_ENVIRONMENT_H_
#define WINSSPI_ENVIRONMENT_H_

#include <napi.h>

#include <cstdint>

#include "async_calls.h"
#include "call_frame.h"

namespace winsspi {

class Environment {
 public:
  explicit Environment(Napi::Env env);

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  // The frame that all calls of message functions on the JavaScript thread share.
  CallFrame& callFrame() { return *call_frame_; }
  Napi::Value callFrameArray() const { return call_frame_array_.Value(); }

  AsyncCalls& asyncCalls() { return async_calls_; }

  // Makes the errors of the addon: lib/errors/usage-error.ts. Empty: lib/ has not set it.
  const Napi::FunctionReference& createError() const { return create_error_; }
  void setCreateError(Napi::Function create_error) {
    create_error_ = Napi::Persistent(create_error);
  }

  // Objects of one environment are not taken for another's, nor one kind for another.
  napi_type_tag tag(uint64_t kind) const { return {kind, reinterpret_cast<uintptr_t>(this)}; }

 private:
  CallFrame* call_frame_;
  Napi::Reference<Napi::Uint32Array> call_frame_array_;
  Napi::FunctionReference create_error_;
  AsyncCalls async_calls_;
};

}  // namespace winsspi

#endif  // WINSSPI_ENVIRONMENT_H_
