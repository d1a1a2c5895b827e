#include "message_wrap.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "convert.h"
#include "environment.h"
#include "promise_worker.h"
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

struct Control {
  static constexpr const char* kName = "ApplyControlToken";
  static SECURITY_STATUS run(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                             Layout&) {
    return sspi::applyControlToken(context, buffers);
  }
};

struct Done {};

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

// Runs a function over memory, and writes to the layout what came of it.
template <typename Function>
sspi::Result<Done> run(const sspi::Context& context, std::span<const sspi::Buffer> memory,
                       Layout& layout) {
  sspi::BufferDescriptor buffers(memory);
  const SECURITY_STATUS status = Function::run(context, buffers, layout);
  layout.status = static_cast<uint32_t>(status);
  if (!sspi::succeeded(status)) {
    return sspi::Failure{Function::kName, status, false, buffers.missing()};
  }
  if (!writeReturned(layout, buffers, memory.size())) return sspi::Failure{Function::kName, status, true};
  return Done{};
}

// The arguments of a message function: (context, ...memory), a Uint8Array or null for each buffer
// of the layout. Without a context, an exception is pending.
struct Arguments {
  explicit Arguments(const Napi::CallbackInfo& info)
      : context(openHolderOf<sspi::Context>(info.Env(), info[0])), count(info.Length() - 1) {
    if (!context || count <= sspi::kMaxBuffers) return;
    context = nullptr;
    Napi::RangeError::New(info.Env(), "too many buffers").ThrowAsJavaScriptException();
  }

  std::shared_ptr<sspi::Context>* context;
  std::size_t count;
};

// Returns undefined, with the layout written, or a failure.
template <typename Function>
Napi::Value call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const Arguments arguments(info);
  if (!arguments.context) return env.Undefined();
  Layout& layout = Environment::of(env).layout();
  std::array<sspi::Buffer, sspi::kMaxBuffers> memory;
  for (std::size_t i = 0; i < arguments.count; i++) {
    memory[i] = {layout.buffers[i].type, bytesInPlace(env, info[i + 1])};
  }
  const std::span<const sspi::Buffer> buffers(memory.data(), arguments.count);
  const auto result = run<Function>(**arguments.context, buffers, layout);
  return result ? env.Undefined() : failureOf(env, result.failure());
}

// A call off the JavaScript thread works on copies, for JavaScript may change or detach its memory
// meanwhile.
class MessageCopy {
 public:
  MessageCopy(const Napi::CallbackInfo& info, std::size_t count)
      : layout_(Environment::of(info.Env()).layout()) {
    Napi::Array values = Napi::Array::New(info.Env(), count);
    for (std::size_t i = 0; i < count; i++) {
      const std::span<std::byte> bytes = bytesInPlace(info.Env(), info[i + 1]);
      copies_.emplace_back(bytes.begin(), bytes.end());
      given_.push_back(bytes.data() != nullptr);
      values.Set(static_cast<uint32_t>(i), info[i + 1]);
    }
    values_ = Napi::Persistent(values.As<Napi::Object>());
  }

  template <typename Function>
  sspi::Result<Done> run(const sspi::Context& context) {
    std::vector<sspi::Buffer> memory;
    for (std::size_t i = 0; i < copies_.size(); i++) {
      std::byte* data = copies_[i].empty() ? &nothing_ : copies_[i].data();
      memory.push_back({layout_.buffers[i].type,
                        given_[i] ? std::span(data, copies_[i].size()) : std::span<std::byte>()});
    }
    return winsspi::run<Function>(context, memory, layout_);
  }

  // False where memory was detached or resized meanwhile: it is left alone, and the caller has not
  // got what the package made.
  bool writeBack(Napi::Env env) {
    bool complete = true;
    for (std::size_t i = 0; i < copies_.size(); i++) {
      const std::span<std::byte> bytes =
          bytesInPlace(env, values_.Value().Get(static_cast<uint32_t>(i)));
      complete = complete && bytes.size() == copies_[i].size();
      if (bytes.size() == copies_[i].size()) std::ranges::copy(copies_[i], bytes.begin());
    }
    return complete;
  }

  Napi::Value layout(Napi::Env env) const {
    Napi::Uint32Array words = Napi::Uint32Array::New(env, sizeof(Layout) / sizeof(uint32_t));
    // None where the environment is ending.
    if (words.Data()) std::memcpy(words.Data(), &layout_, sizeof(Layout));
    return words;
  }

 private:
  Layout layout_;
  std::vector<std::vector<std::byte>> copies_;
  std::vector<bool> given_;
  std::byte nothing_ = {};
  Napi::ObjectReference values_;
};

// Resolves with { failure?, written, layout }. The memory is written when the call has succeeded.
template <typename Function>
Napi::Value callAsync(const Napi::CallbackInfo& info) {
  const Arguments arguments(info);
  if (!arguments.context) return info.Env().Undefined();
  const auto message = std::make_shared<MessageCopy>(info, arguments.count);
  using Outcome = sspi::Result<Done>;
  return PromiseWorker<Outcome>::start(
      info.Env(), "winsspi:message",
      [context = *arguments.context, message = message.get()]() -> sspi::Result<Outcome> {
        return message->run<Function>(*context);
      },
      [message](Napi::Env env, Outcome& outcome) -> Napi::Value {
        const bool written = outcome && message->writeBack(env);
        Napi::Object object = Napi::Object::New(env);
        object.Set("written", written);
        if (!outcome) object.Set("failure", failureOf(env, outcome.failure()));
        object.Set("layout", message->layout(env));
        return object;
      });
}

// (context, target, message, qop, tokenRoom, paddingRoom): the length of the sealed message at the
// target's start, or a failure.
Napi::Value wrapInto(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto* context = openHolderOf<sspi::Context>(env, info[0]);
  if (!context) return env.Undefined();
  const std::span<std::byte> target = bytesInPlace(env, info[1]);
  const std::span<std::byte> message = bytesInPlace(env, info[2]);
  const uint32_t qop = info[3].As<Napi::Number>().Uint32Value();
  const sspi::WrapRoom room = {info[4].As<Napi::Number>().Uint32Value(),
                               info[5].As<Napi::Number>().Uint32Value()};
  if (target.size() < room.token || target.size() - room.token < room.padding ||
      target.size() - room.token - room.padding < message.size()) {
    Napi::RangeError::New(env, "too little room").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  const auto length = sspi::wrapInto(**context, qop, target, message, room);
  if (!length) return failureOf(env, length.failure());
  return Napi::Number::New(env, static_cast<double>(*length));
}

template <typename Function>
void define(Napi::Env env, Napi::Object exports, const std::string& name) {
  exports.Set(name, Napi::Function::New(env, call<Function>));
  exports.Set(name + "Async", Napi::Function::New(env, callAsync<Function>));
}

}  // namespace

void defineMessage(Napi::Env env, Napi::Object exports) {
  exports.Set("layout", Environment::of(env).layoutArray());
  define<Encrypt>(env, exports, "encryptMessage");
  define<Decrypt>(env, exports, "decryptMessage");
  define<Sign>(env, exports, "makeSignature");
  define<Verify>(env, exports, "verifySignature");
  exports.Set("applyControlToken", Napi::Function::New(env, call<Control>));
  exports.Set("wrapInto", Napi::Function::New(env, wrapInto));
}

}  // namespace winsspi
