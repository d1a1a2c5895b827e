#include "bindings.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "convert.h"
#include "environment.h"
#include "errors.h"
#include "pool_worker.h"
#include "sspi/context_lease.h"
#include "sspi/message.h"
#include "wrapped.h"
#include "wrapped_context.h"

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

// A call of the function that messageFunction() made, in which nothing is created that need not be.
struct Call {
  Napi::Env env;
  const sspi::Context& context;
  Layout& layout;
  std::span<const napi_value> arguments;
};

// The operations: one that does not write `done` gives a failure, or undefined for arguments that are
// not what they must be.
template <typename Function>
napi_value callBuffers(const Call& call) {
  const std::size_t count = call.arguments.size();
  std::array<sspi::Buffer, sspi::kMaxBuffers> memory;
  if (count > memory.size()) return nullptr;
  if (!readMemory(call.env, call.layout, call.arguments, count, memory)) return nullptr;
  const std::span<const sspi::Buffer> buffers(memory.data(), count);
  const auto result = run<Function>(call.context, buffers, call.layout);
  if (!result) return failureOf(call.env, result.failure());
  call.layout.done = 1;
  return nullptr;
}

// The arguments (memory, input): the range of the memory in which the call works, which begins at
// the layout's offset and has room for so many bytes more than the input. No data: it has not.
struct Bytes {
  Bytes(const Call& call, std::size_t more) {
    if (call.arguments.size() != 2) return;
    const auto memory = ownBytes(call.env, call.arguments[0]);
    const auto given = ownBytes(call.env, call.arguments[1]);
    if (!memory || !given || !memory->data() || !given->data()) return;
    const std::size_t offset = call.layout.offset;
    if (memory->size() < offset || memory->size() - offset < more) return;
    if (memory->size() - offset - more < given->size()) return;
    range = memory->subspan(offset, given->size() + more);
    input = *given;
  }

  std::span<std::byte> range;
  std::span<const std::byte> input;
};

napi_value finish(const Call& call, const sspi::Range& range) {
  call.layout.offset += static_cast<uint32_t>(range.offset);
  call.layout.length = static_cast<uint32_t>(range.length);
  call.layout.done = 1;
  return nullptr;
}

napi_value callWrap(const Call& call) {
  const sspi::WrapRoom room = {call.layout.token, call.layout.padding};
  const Bytes bytes(call, static_cast<std::size_t>(room.token) + room.padding);
  if (!bytes.range.data()) return nullptr;
  const auto sealed = sspi::wrap(call.context, call.layout.qop, bytes.range, bytes.input, room);
  return sealed ? finish(call, *sealed) : failureOf(call.env, sealed.failure());
}

// The same, with the sealed message at the start of the range.
napi_value callWrapInto(const Call& call) {
  const sspi::WrapRoom room = {call.layout.token, call.layout.padding};
  const Bytes bytes(call, static_cast<std::size_t>(room.token) + room.padding);
  if (!bytes.range.data()) return nullptr;
  const auto length =
      sspi::wrapInto(call.context, call.layout.qop, bytes.range, bytes.input, room);
  return length ? finish(call, {0, *length}) : failureOf(call.env, length.failure());
}

// The token's length of a sealed message that is a stream, in which the package finds the token.
constexpr uint32_t kStream = UINT32_MAX;

// Opens a copy.
napi_value callUnwrap(const Call& call) {
  const Bytes bytes(call, 0);
  if (!bytes.range.data()) return nullptr;
  std::ranges::copy(bytes.input, bytes.range.begin());
  std::optional<std::size_t> token_length;
  if (call.layout.token != kStream) token_length = call.layout.token;
  const auto opened = sspi::unwrap(call.context, bytes.range, token_length);
  if (!opened) return failureOf(call.env, opened.failure());
  call.layout.qop = opened->qop;
  return finish(call, opened->message);
}

// In the order of the operations in lib/message/call-frame.ts.
constexpr napi_value (*kOperations[])(const Call&) = {
    callBuffers<Encrypt>, callBuffers<Decrypt>, callBuffers<Sign>,
    callBuffers<Verify>,  callBuffers<Control>, callWrap,
    callWrapInto,         callUnwrap,
};

constexpr uint32_t kControlToken = 4;

napi_value operate(napi_env env, napi_callback_info info) {
  std::array<napi_value, sspi::kMaxBuffers> values;
  // Node-API fills all that it is asked for, and nearly every call has few.
  constexpr std::size_t kFew = 4;
  std::size_t count = kFew;
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &count, values.data(), nullptr, &data) != napi_ok) return nullptr;
  if (count > kFew) {
    count = values.size();
    if (napi_get_cb_info(env, info, &count, values.data(), nullptr, nullptr) != napi_ok) {
      return nullptr;
    }
  }
  const auto& [context, environment] = *static_cast<Wrapped<sspi::Context>*>(data);
  Layout& layout = environment.layout();
  if (count > values.size() || layout.operation >= std::size(kOperations)) return nullptr;
  if (!context) {
    throwError(env, Kind<sspi::Context>::kClosed);
    return nullptr;
  }
  if (context->isStepping() || (layout.operation == kControlToken && context->isLent())) {
    return throwContextBusy(env, *context);
  }
  const std::span<const napi_value> arguments(values.data(), count);
  return kOperations[layout.operation]({env, *context, layout, arguments});
}

// (context): a function for the messages of this context alone, which is faster than one that is
// told the context each time.
Napi::Value messageFunction(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* wrapped = wrappedOf<sspi::Context>(env, info[0]);
  if (!wrapped) return env.Undefined();
  napi_value function = nullptr;
  if (napi_create_function(env, "message", NAPI_AUTO_LENGTH, operate, wrapped, &function) !=
      napi_ok) {
    return env.Undefined();
  }
  // What it points to lives as long as the context's object, and so that has to live as long as the
  // function.
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
  // (context, settle, ...memory): a Uint8Array or null for each buffer of the layout.
  explicit MessageCopy(const Napi::CallbackInfo& info)
      : layout_(Environment::of(info.Env()).layout()) {
    const std::size_t count = std::min(info.Length() - kFirst, sspi::kMaxBuffers);
    Napi::Array values = Napi::Array::New(info.Env(), count);
    for (std::size_t i = 0; i < count; i++) {
      const std::span<std::byte> bytes = bytesInPlace(info.Env(), info[i + kFirst]);
      copies_.emplace_back(bytes.begin(), bytes.end());
      given_.push_back(bytes.data() != nullptr);
      values.Set(static_cast<uint32_t>(i), info[i + kFirst]);
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
  static constexpr std::size_t kFirst = 2;

  Layout layout_;
  std::vector<std::vector<std::byte>> copies_;
  std::vector<bool> given_;
  std::byte nothing_ = {};
  Napi::ObjectReference values_;
};

// Settles with { failure?, written, layout }. The memory is written when the call has succeeded.
template <typename Function>
Napi::Value callAsync(const Napi::CallbackInfo& info) {
  auto* context = sharedContext(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  const auto message = std::make_shared<MessageCopy>(info);
  using Outcome = sspi::Result<Done>;
  PoolWorker<Outcome>::start(
      info[1], "winsspi:message",
      [lease = std::make_shared<sspi::ContextLease>(*context),
       copy = message.get()]() -> sspi::Result<Outcome> { return copy->run<Function>(**lease); },
      [message](Napi::Env env, Outcome& outcome) -> Napi::Value {
        const bool written = outcome && message->writeBack(env);
        Napi::Object object = Napi::Object::New(env);
        object.Set("written", written);
        if (!outcome) object.Set("failure", failureOf(env, outcome.failure()));
        object.Set("layout", message->layout(env));
        return object;
      });
  return info.Env().Undefined();
}

// Memory that lib/ made for one call and shows to nobody before it is over: a thread may work in
// it. The environment waits for the call, and so does not go before it.
std::span<std::byte> lend(const Napi::Value& memory, Napi::ObjectReference& reference) {
  reference = Napi::Persistent(memory.As<Napi::Object>());
  return bytesInPlace(memory.Env(), memory);
}

// (context, settle, memory, qop, tokenRoom, paddingRoom): seals the message that lies in the memory
// between the rooms. Settles with { offset, length } of what is sealed.
Napi::Value wrapAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* context = sharedContext(env, info[0]);
  if (!context) return env.Undefined();
  const auto reference = std::make_shared<Napi::ObjectReference>();
  const std::span<std::byte> memory = lend(info[2], *reference);
  const uint32_t qop = info[3].As<Napi::Number>().Uint32Value();
  const sspi::WrapRoom room = {info[4].As<Napi::Number>().Uint32Value(),
                               info[5].As<Napi::Number>().Uint32Value()};
  if (memory.size() < room.token || memory.size() - room.token < room.padding) {
    throwError(env, "ERR_INVALID_ARG_VALUE",
               {Napi::String::New(env, "memory"), Napi::String::New(env, "has too little room")});
    return env.Undefined();
  }
  const std::size_t length = memory.size() - room.token - room.padding;
  PoolWorker<sspi::Range>::start(
      info[1], "winsspi:wrap",
      [lease = std::make_shared<sspi::ContextLease>(*context), memory, qop, room, length] {
        return sspi::wrap(**lease, qop, memory, memory.subspan(room.token, length), room);
      },
      [reference](Napi::Env settled, sspi::Range& sealed) { return rangeOf(settled, sealed); });
  return env.Undefined();
}

// (context, settle, memory, tokenLength?): opens the sealed message in the memory. Settles with
// { offset, length, qop }.
Napi::Value unwrapAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* context = sharedContext(env, info[0]);
  if (!context) return env.Undefined();
  const auto reference = std::make_shared<Napi::ObjectReference>();
  const std::span<std::byte> memory = lend(info[2], *reference);
  std::optional<std::size_t> token_length;
  if (info[3].IsNumber()) token_length = info[3].As<Napi::Number>().Uint32Value();
  PoolWorker<sspi::Unwrapped>::start(
      info[1], "winsspi:unwrap",
      [lease = std::make_shared<sspi::ContextLease>(*context), memory, token_length] {
        return sspi::unwrap(**lease, memory, token_length);
      },
      [reference](Napi::Env settled, sspi::Unwrapped& opened) {
        Napi::Object object = rangeOf(settled, opened.message);
        object.Set("qop", opened.qop);
        return object;
      });
  return env.Undefined();
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
