#include "message_wrap.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
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
  if (!writeReturned(layout, buffers, memory.size())) {
    return sspi::Failure{Function::kName, status, true};
  }
  return Done{};
}

// The memory of each buffer of the layout. Nothing where one of the values is not a Uint8Array of
// its own memory, or null.
template <typename Values>
bool readMemory(napi_env env, const Layout& layout, const Values& values, std::size_t count,
                std::array<sspi::Buffer, sspi::kMaxBuffers>& memory) {
  for (std::size_t i = 0; i < count; i++) {
    const auto bytes = ownBytes(env, values[i]);
    if (!bytes) return false;
    memory[i] = {layout.buffers[i].type, *bytes};
  }
  return true;
}

napi_value numberOf(napi_env env, std::size_t number) {
  napi_value value = nullptr;
  napi_create_uint32(env, static_cast<uint32_t>(number), &value);
  return value;
}

// A call of the function that messageFunction() made, in which nothing is created that need not be.
struct Call {
  Napi::Env env;
  const sspi::Context& context;
  Layout& layout;
  std::span<const napi_value> arguments;

  uint32_t number(std::size_t index) const {
    uint32_t value = 0;
    napi_get_value_uint32(env, arguments[index], &value);
    return value;
  }
};

// 0 with the layout written, a failure, or undefined for arguments that are not what they must be.
template <typename Function>
napi_value callBuffers(const Call& call) {
  const std::size_t count = call.arguments.size();
  std::array<sspi::Buffer, sspi::kMaxBuffers> memory;
  if (count > memory.size()) return nullptr;
  if (!readMemory(call.env, call.layout, call.arguments, count, memory)) return nullptr;
  const std::span<const sspi::Buffer> buffers(memory.data(), count);
  const auto result = run<Function>(call.context, buffers, call.layout);
  return result ? numberOf(call.env, 0) : failureOf(call.env, result.failure());
}

// (target, message, qop, tokenRoom, paddingRoom)
struct WrapArguments {
  explicit WrapArguments(const Call& call) {
    if (call.arguments.size() != 5) return;
    const auto into = ownBytes(call.env, call.arguments[0]);
    const auto from = ownBytes(call.env, call.arguments[1]);
    if (!into || !from || !into->data() || !from->data()) return;
    target = *into;
    message = *from;
    qop = call.number(2);
    room = {call.number(3), call.number(4)};
    valid = target.size() >= room.token && target.size() - room.token >= room.padding &&
            target.size() - room.token - room.padding >= message.size();
  }

  bool valid = false;
  std::span<std::byte> target;
  std::span<std::byte> message;
  uint32_t qop = 0;
  sspi::WrapRoom room = {};
};

// The length of the sealed message; its offset in the target is in the layout.
napi_value callWrap(const Call& call) {
  const WrapArguments given(call);
  if (!given.valid) return nullptr;
  const auto sealed = sspi::wrap(call.context, given.qop, given.target, given.message, given.room);
  if (!sealed) return failureOf(call.env, sealed.failure());
  call.layout.buffers[0].offset = static_cast<uint32_t>(sealed->offset);
  return numberOf(call.env, sealed->length);
}

// The length of the sealed message at the start of the target.
napi_value callWrapInto(const Call& call) {
  const WrapArguments given(call);
  if (!given.valid) return nullptr;
  const auto length =
      sspi::wrapInto(call.context, given.qop, given.target, given.message, given.room);
  return length ? numberOf(call.env, *length) : failureOf(call.env, length.failure());
}

// (target, sealed, tokenLength; none: a stream): opens a copy in the target, which has the length
// of the sealed message. Gives the message's length; its offset and the qop are in the layout.
napi_value callUnwrap(const Call& call) {
  if (call.arguments.size() < 2) return nullptr;
  const auto target = ownBytes(call.env, call.arguments[0]);
  const auto sealed = ownBytes(call.env, call.arguments[1]);
  if (!target || !target->data() || !sealed || !sealed->data()) return nullptr;
  if (target->size() != sealed->size()) return nullptr;
  std::ranges::copy(*sealed, target->begin());
  std::optional<std::size_t> token_length;
  if (call.arguments.size() > 2) token_length = call.number(2);
  const auto opened = sspi::unwrap(call.context, *target, token_length);
  if (!opened) return failureOf(call.env, opened.failure());
  call.layout.qop = opened->qop;
  call.layout.buffers[0].offset = static_cast<uint32_t>(opened->message.offset);
  return numberOf(call.env, opened->message.length);
}

// In the order of the operations in lib/internal/layout.ts.
constexpr napi_value (*kOperations[])(const Call&) = {
    callBuffers<Encrypt>, callBuffers<Decrypt>, callBuffers<Sign>,
    callBuffers<Verify>,  callBuffers<Control>, callWrap,
    callWrapInto,         callUnwrap,
};

// (operation, ...arguments)
napi_value operate(napi_env env, napi_callback_info info) {
  std::array<napi_value, sspi::kMaxBuffers + 1> values;
  std::size_t count = values.size();
  void* data = nullptr;
  uint32_t operation = UINT32_MAX;
  if (napi_get_cb_info(env, info, &count, values.data(), nullptr, &data) != napi_ok) return nullptr;
  if (count == 0 || count > values.size()) return nullptr;
  if (napi_get_value_uint32(env, values[0], &operation) != napi_ok) return nullptr;
  if (operation >= std::size(kOperations)) return nullptr;
  const auto& context = *static_cast<std::shared_ptr<sspi::Context>*>(data);
  if (!context) {
    Napi::Error::New(env, "the object was closed").ThrowAsJavaScriptException();
    return nullptr;
  }
  const std::span<const napi_value> arguments(values.data() + 1, count - 1);
  return kOperations[operation]({env, *context, Environment::of(env).layout(), arguments});
}

// (context): a function for the messages of this context alone, which is faster than one that is
// told the context each time.
Napi::Value messageFunction(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* holder = holderOf<sspi::Context>(env, info[0]);
  if (!holder) return env.Undefined();
  napi_value function = nullptr;
  if (napi_create_function(env, "message", NAPI_AUTO_LENGTH, operate, holder, &function) !=
      napi_ok) {
    return env.Undefined();
  }
  // The holder lives as long as the context's object, and so that does as long as the function.
  napi_property_descriptor owner = {"context", nullptr, nullptr,      nullptr,
                                    nullptr,   info[0], napi_default, nullptr};
  if (napi_define_properties(env, function, 1, &owner) != napi_ok) return env.Undefined();
  return Napi::Value(env, function);
}

Napi::Object rangeOf(Napi::Env env, const sspi::Range& range) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("offset", static_cast<double>(range.offset));
  object.Set("length", static_cast<double>(range.length));
  return object;
}

// A call off the JavaScript thread works on copies, for JavaScript may change or detach its memory
// meanwhile.
class MessageCopy {
 public:
  // (context, ...memory): a Uint8Array or null for each buffer of the layout.
  explicit MessageCopy(const Napi::CallbackInfo& info)
      : layout_(Environment::of(info.Env()).layout()) {
    const std::size_t count = std::min(info.Length() - 1, sspi::kMaxBuffers);
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
  auto* context = openHolderOf<sspi::Context>(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  const auto message = std::make_shared<MessageCopy>(info);
  using Outcome = sspi::Result<Done>;
  return PromiseWorker<Outcome>::start(
      info.Env(), "winsspi:message",
      [context = *context, message = message.get()]() -> sspi::Result<Outcome> {
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

// Memory that lib/ made for one call and shows to nobody before it is over: a thread may work in
// it. The environment waits for the call, and so does not go before it.
std::span<std::byte> lend(const Napi::Value& memory, Napi::ObjectReference& reference) {
  reference = Napi::Persistent(memory.As<Napi::Object>());
  return bytesInPlace(memory.Env(), memory);
}

// (context, memory, qop, tokenRoom, paddingRoom): seals the message that lies in the memory between
// the rooms. Resolves with { offset, length } of what is sealed.
Napi::Value wrapAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* context = openHolderOf<sspi::Context>(env, info[0]);
  if (!context) return env.Undefined();
  const auto reference = std::make_shared<Napi::ObjectReference>();
  const std::span<std::byte> memory = lend(info[1], *reference);
  const uint32_t qop = info[2].As<Napi::Number>().Uint32Value();
  const sspi::WrapRoom room = {info[3].As<Napi::Number>().Uint32Value(),
                               info[4].As<Napi::Number>().Uint32Value()};
  if (memory.size() < room.token || memory.size() - room.token < room.padding) {
    Napi::RangeError::New(env, "too little room").ThrowAsJavaScriptException();
    return env.Undefined();
  }
  const std::size_t length = memory.size() - room.token - room.padding;
  return PromiseWorker<sspi::Range>::start(
      env, "winsspi:wrap",
      [context = *context, memory, qop, room, length] {
        return sspi::wrap(*context, qop, memory, memory.subspan(room.token, length), room);
      },
      [reference](Napi::Env env, sspi::Range& sealed) { return rangeOf(env, sealed); });
}

// (context, memory, tokenLength?): opens the sealed message in the memory. Resolves with
// { offset, length, qop }.
Napi::Value unwrapAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* context = openHolderOf<sspi::Context>(env, info[0]);
  if (!context) return env.Undefined();
  const auto reference = std::make_shared<Napi::ObjectReference>();
  const std::span<std::byte> memory = lend(info[1], *reference);
  std::optional<std::size_t> token_length;
  if (info[2].IsNumber()) token_length = info[2].As<Napi::Number>().Uint32Value();
  return PromiseWorker<sspi::Unwrapped>::start(
      env, "winsspi:unwrap",
      [context = *context, memory, token_length] {
        return sspi::unwrap(*context, memory, token_length);
      },
      [reference](Napi::Env env, sspi::Unwrapped& opened) {
        Napi::Object object = rangeOf(env, opened.message);
        object.Set("qop", opened.qop);
        return object;
      });
}

template <typename Function>
void define(Napi::Env env, Napi::Object exports, const char* name) {
  exports.Set(name, Napi::Function::New(env, callAsync<Function>));
}

}  // namespace

void defineMessage(Napi::Env env, Napi::Object exports) {
  exports.Set("layout", Environment::of(env).layoutArray());
  exports.Set("messageFunction", Napi::Function::New(env, messageFunction));
  define<Encrypt>(env, exports, "encryptMessageAsync");
  define<Decrypt>(env, exports, "decryptMessageAsync");
  define<Sign>(env, exports, "makeSignatureAsync");
  define<Verify>(env, exports, "verifySignatureAsync");
  exports.Set("wrapAsync", Napi::Function::New(env, wrapAsync));
  exports.Set("unwrapAsync", Napi::Function::New(env, unwrapAsync));
}

}  // namespace winsspi
