#include "message_wrap.h"

#include <array>

#include "convert.h"
#include "environment.h"
#include "sspi/message.h"
#include "wrapped.h"

namespace winsspi {
namespace {

struct Encrypt {
  static constexpr const char* kName = "EncryptMessage";
  static SECURITY_STATUS run(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                             Layout& layout) {
    return sspi::encryptMessage(context, layout.qop, buffers, layout.sequence_number);
  }
};

struct Decrypt {
  static constexpr const char* kName = "DecryptMessage";
  static SECURITY_STATUS run(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                             Layout& layout) {
    return sspi::decryptMessage(context, buffers, layout.sequence_number, layout.qop);
  }
};

struct Sign {
  static constexpr const char* kName = "MakeSignature";
  static SECURITY_STATUS run(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                             Layout& layout) {
    return sspi::makeSignature(context, layout.qop, buffers, layout.sequence_number);
  }
};

struct Verify {
  static constexpr const char* kName = "VerifySignature";
  static SECURITY_STATUS run(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                             Layout& layout) {
    return sspi::verifySignature(context, buffers, layout.sequence_number, layout.qop);
  }
};

// Writes what the package left; false where a buffer points outside the caller's memory.
bool writeReturned(Layout& layout, const sspi::BufferDescriptor& buffers, std::size_t count) {
  bool inside = true;
  for (std::size_t i = 0; i < count; i++) {
    const auto returned = buffers.returned(i);
    inside = inside && returned.has_value();
    const auto [type, source, offset, length] =
        returned.value_or(sspi::ReturnedBuffer{SECBUFFER_EMPTY, sspi::kNoSource, 0, 0});
    layout.buffers[i] = {type, source, offset, length};
  }
  return inside;
}

// (context, ...memory): a Uint8Array or null for each buffer of the layout. Returns undefined, or a
// failure; the layout is written in both cases, for a failure may say how many bytes are missing.
template <typename Function>
Napi::Value call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto* context = openHolderOf<sspi::Context>(env, info[0]);
  if (!context) return env.Undefined();
  const std::size_t count = info.Length() - 1;
  if (count > sspi::kMaxBuffers) {
    Napi::RangeError::New(env, "too many buffers").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  Layout& layout = Environment::of(env).layout();
  std::array<sspi::Buffer, sspi::kMaxBuffers> memory;
  for (std::size_t i = 0; i < count; i++) {
    memory[i] = {layout.buffers[i].type, bytesInPlace(env, info[i + 1])};
  }
  sspi::BufferDescriptor buffers(std::span(memory.data(), count));
  const SECURITY_STATUS status = Function::run(**context, buffers, layout);
  layout.status = static_cast<uint32_t>(status);
  const bool inside = writeReturned(layout, buffers, count);
  if (!sspi::succeeded(status)) return failureOf(env, {Function::kName, status});
  return inside ? env.Undefined() : failureOf(env, {Function::kName, status, true});
}

}  // namespace

void defineMessage(Napi::Env env, Napi::Object exports) {
  exports.Set("layout", Environment::of(env).layoutArray());
  exports.Set("encryptMessage", Napi::Function::New(env, call<Encrypt>));
  exports.Set("decryptMessage", Napi::Function::New(env, call<Decrypt>));
  exports.Set("makeSignature", Napi::Function::New(env, call<Sign>));
  exports.Set("verifySignature", Napi::Function::New(env, call<Verify>));
}

}  // namespace winsspi
