#include "bindings.h"

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "context_access.h"
#include "convert.h"
#include "environment.h"
#include "errors.h"
#include "message_operations.h"
#include "native_object.h"
#include "sspi/context_lease.h"

namespace winsspi {
namespace {

// (...memory): the operation of the shared frame, over Uint8Arrays and nulls. undefined or a
// failure: see runOperation(). Creates no JavaScript value that it need not.
napi_value callMessageFunction(napi_env env, napi_callback_info info) {
  std::array<napi_value, sspi::kMaxBuffers> values;
  std::size_t count = values.size();
  void* data = nullptr;
  if (napi_get_cb_info(env, info, &count, values.data(), nullptr, &data) != napi_ok) return nullptr;
  const auto& [context, environment] = *static_cast<Holder<sspi::Context>*>(data);
  if (!context) {
    throwError(env, Kind<sspi::Context>::kClosed);
    return nullptr;
  }
  CallFrame& frame = environment.callFrame();
  const bool is_control =
      frame.operation == static_cast<uint32_t>(Operation::kApplyControlToken);
  if (context->isStepping() || (is_control && context->isLent())) {
    return throwContextBusy(env, *context);
  }
  if (count > values.size()) return nullptr;
  std::array<std::span<std::byte>, sspi::kMaxBuffers> memory;
  for (std::size_t i = 0; i < count; i++) {
    const auto bytes = ownBytes(env, values[i]);
    if (!bytes) return nullptr;
    memory[i] = *bytes;
  }
  const auto result = runOperation(*context, frame, std::span(memory).first(count));
  return result ? nullptr : static_cast<napi_value>(failureOf(env, result.failure()));
}

// (context): a function for the messages of this context alone, which is faster than one that takes
// the context as an argument.
Napi::Value messageFunction(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* holder = holderOf<sspi::Context>(env, info[0]);
  if (!holder) return env.Undefined();
  napi_value function = nullptr;
  if (napi_create_function(env, "message", NAPI_AUTO_LENGTH, callMessageFunction, holder,
                           &function) != napi_ok) {
    return env.Undefined();
  }
  // The function points to what lives as long as the context's object, and so keeps that alive.
  napi_property_descriptor owner = {"context", nullptr, nullptr,      nullptr,
                                    nullptr,   info[0], napi_default, nullptr};
  if (napi_define_properties(env, function, 1, &owner) != napi_ok) return env.Undefined();
  return Napi::Value(env, function);
}

// An operation on a thread of libuv's pool. It works in memory that lib/ made for it alone. The
// environment waits for the call, and so does not end before it.
class MessageWorker final : public Napi::AsyncWorker {
 public:
  struct Call {
    sspi::ContextLease context;
    CallFrame* frame;
    std::vector<std::span<std::byte>> memory;
  };

  MessageWorker(Napi::Function settle, Call call, Napi::Object frame, Napi::Object memory)
      : Napi::AsyncWorker(settle, "winsspi:message"),
        call_(std::move(call)),
        frame_(Napi::Persistent(frame)),
        memory_(Napi::Persistent(memory)) {}

  void Execute() override { result_ = runOperation(*call_->context, *call_->frame, call_->memory); }

  void OnOK() override {
    // The lease ends before anything can run that closes the context.
    call_.reset();
    Callback().Call({outcomeOf(Env(), result_)});
  }

 private:
  std::optional<Call> call_;
  sspi::Result<void> result_;
  Napi::ObjectReference frame_;
  Napi::ObjectReference memory_;
};

CallFrame* frameOf(napi_env env, napi_value value) {
  napi_typedarray_type type;
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint32_array || length * sizeof(uint32_t) != sizeof(CallFrame)) {
    return nullptr;
  }
  return static_cast<CallFrame*>(data);
}

// The memory of the frame's first entries. Nothing where one is not inside.
std::optional<std::vector<std::span<std::byte>>> split(const CallFrame& frame, std::size_t count,
                                                       std::span<std::byte> memory) {
  if (count > sspi::kMaxBuffers) return {};
  std::vector<std::span<std::byte>> parts;
  for (const CallFrame::Entry& entry : std::span(frame.buffers).first(count)) {
    const bool inside =
        entry.offset <= memory.size() && entry.length <= memory.size() - entry.offset;
    if (entry.source == sspi::kNoSource) {
      parts.emplace_back();
    } else if (inside) {
      parts.push_back(memory.subspan(entry.offset, entry.length));
    } else {
      return {};
    }
  }
  return parts;
}

// (context, settle, frame, memory, count): the frame's operation, over the parts of the memory that
// its first entries describe. Settles with undefined or a failure, as the message function returns.
Napi::Value messageAsync(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* context = contextForQuery(env, info[0]);
  if (!context) return env.Undefined();
  CallFrame* const frame = frameOf(env, info[2]);
  const auto memory = ownBytes(env, info[3]);
  uint32_t count = UINT32_MAX;
  napi_get_value_uint32(env, info[4], &count);
  auto parts = frame && memory ? split(*frame, count, *memory) : std::nullopt;
  if (!parts) {
    throwError(env, "ERR_INVALID_ARG_VALUE",
               {Napi::String::New(env, "frame"),
                Napi::String::New(env, "must describe parts of the memory")});
    return env.Undefined();
  }
  // It deletes itself when it is done.
  auto* worker = new MessageWorker(info[1].As<Napi::Function>(),
                                   {sspi::ContextLease(*context), frame, std::move(*parts)},
                                   info[2].As<Napi::Object>(), info[3].As<Napi::Object>());
  worker->Queue();
  return env.Undefined();
}

}  // namespace

void defineMessage(Napi::Env env, Napi::Object exports) {
  define(exports, "callFrame", Environment::of(env).callFrameArray());
  define(exports, "messageFunction", Napi::Function::New(env, messageFunction));
  define(exports, "messageAsync", Napi::Function::New(env, messageAsync));
}

}  // namespace winsspi
