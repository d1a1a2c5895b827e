#include "environment.h"

namespace winsspi {

Environment::Environment(Napi::Env env) : async_calls_(env) {
  Napi::ArrayBuffer memory = Napi::ArrayBuffer::New(env, sizeof(Layout));
  layout_ = static_cast<Layout*>(memory.Data());
  layout_array_ =
      Napi::Persistent(Napi::Uint32Array::New(env, sizeof(Layout) / sizeof(uint32_t), memory, 0));
}

}  // namespace winsspi
