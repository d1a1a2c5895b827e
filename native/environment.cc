#include "environment.h"

namespace winsspi {

Environment::Environment(Napi::Env env) : async_calls_(env) {
  Napi::ArrayBuffer memory = Napi::ArrayBuffer::New(env, sizeof(CallFrame));
  call_frame_ = static_cast<CallFrame*>(memory.Data());
  call_frame_array_ =
      Napi::Persistent(Napi::Uint32Array::New(env, sizeof(CallFrame) / sizeof(uint32_t), memory, 0));
}

}  // namespace winsspi
