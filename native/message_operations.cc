#include "message_operations.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "sspi/message.h"

namespace winsspi {
namespace {

struct Encrypt {
  static constexpr const char* kName = "EncryptMessage";
  static SECURITY_STATUS call(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                              CallFrame& frame) {
    return sspi::encryptMessage(context, frame.qop, buffers, frame.sequence_number);
  }
};

struct Decrypt {
  static constexpr const char* kName = "DecryptMessage";
  static SECURITY_STATUS call(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                              CallFrame& frame) {
    return sspi::decryptMessage(context, buffers, frame.sequence_number, frame.qop);
  }
};

struct MakeSignature {
  static constexpr const char* kName = "MakeSignature";
  static SECURITY_STATUS call(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                              CallFrame& frame) {
    return sspi::makeSignature(context, frame.qop, buffers, frame.sequence_number);
  }
};

struct VerifySignature {
  static constexpr const char* kName = "VerifySignature";
  static SECURITY_STATUS call(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                              CallFrame& frame) {
    return sspi::verifySignature(context, buffers, frame.sequence_number, frame.qop);
  }
};

struct ApplyControlToken {
  static constexpr const char* kName = "ApplyControlToken";
  static SECURITY_STATUS call(const sspi::Context& context, sspi::BufferDescriptor& buffers,
                              CallFrame&) {
    return sspi::applyControlToken(context, buffers);
  }
};

// Writes what the package left; false where a buffer points outside the caller's memory.
bool writeReturned(CallFrame& frame, const sspi::BufferDescriptor& buffers, std::size_t count) {
  bool inside = true;
  for (std::size_t i = 0; i < count; i++) {
    const auto returned = buffers.returned(i);
    inside = inside && returned.has_value();
    const auto [type, source, offset, length] =
        returned.value_or(sspi::ReturnedBuffer{SECBUFFER_EMPTY, sspi::kNoSource, 0, 0});
    frame.buffers[i] = {type, source, offset, length};
  }
  return inside;
}

// (...memory): a function over SecBuffers, one for each memory.
template <typename Function>
sspi::Result<void> runOverBuffers(const sspi::Context& context, CallFrame& frame, Memory memory) {
  std::array<sspi::Buffer, sspi::kMaxBuffers> buffers;
  if (memory.size() > buffers.size()) return {};
  for (std::size_t i = 0; i < memory.size(); i++) buffers[i] = {frame.buffers[i].type, memory[i]};
  sspi::BufferDescriptor descriptor({buffers.data(), memory.size()});
  const SECURITY_STATUS status = Function::call(context, descriptor, frame);
  frame.status = static_cast<uint32_t>(status);
  if (!sspi::succeeded(status)) {
    return sspi::Failure{Function::kName, status, false, descriptor.missing()};
  }
  if (!writeReturned(frame, descriptor, memory.size())) {
    return sspi::Failure{Function::kName, status, true};
  }
  frame.done = 1;
  return {};
}

// The range of the memory that a call may write, of this length. Nothing: there is less.
std::optional<std::span<std::byte>> writableRange(const CallFrame& frame,
                                                  std::span<std::byte> memory,
                                                  std::size_t length) {
  if (!memory.data() || memory.size() < frame.offset) return {};
  if (memory.size() - frame.offset < length) return {};
  return memory.subspan(frame.offset, length);
}

// (target, message): the wrapped message goes to the start of the range.
sspi::Result<void> runWrap(const sspi::Context& context, CallFrame& frame, Memory memory) {
  if (memory.size() != 2 || !memory[1].data()) return {};
  const sspi::TrailerSizes sizes = {frame.trailer, frame.padding};
  const auto range =
      writableRange(frame, memory[0], sizes.token + memory[1].size() + sizes.padding);
  if (!range) return {};
  const auto length = sspi::wrapMessage(context, frame.qop, *range, memory[1], sizes);
  if (!length) return length.failure();
  frame.length = static_cast<uint32_t>(*length);
  frame.done = 1;
  return {};
}

// The token's length of a wrapped message that is a stream, in which the package finds the token.
constexpr uint32_t kStream = UINT32_MAX;

// (target, wrapped): a copy in the range is unwrapped, and the message is a part of the range.
sspi::Result<void> runUnwrap(const sspi::Context& context, CallFrame& frame, Memory memory) {
  if (memory.size() != 2 || !memory[1].data()) return {};
  const auto range = writableRange(frame, memory[0], memory[1].size());
  if (!range) return {};
  if (range->data() != memory[1].data()) std::ranges::copy(memory[1], range->begin());
  std::optional<std::size_t> token_length;
  if (frame.trailer != kStream) token_length = frame.trailer;
  const auto unwrapped = sspi::unwrapMessage(context, *range, token_length);
  if (!unwrapped) return unwrapped.failure();
  frame.qop = unwrapped->qop;
  frame.offset += static_cast<uint32_t>(unwrapped->offset);
  frame.length = static_cast<uint32_t>(unwrapped->length);
  frame.done = 1;
  return {};
}

// (target, message): the signature goes to the start of the range.
sspi::Result<void> runSign(const sspi::Context& context, CallFrame& frame, Memory memory) {
  if (memory.size() != 2 || !memory[1].data()) return {};
  const auto range = writableRange(frame, memory[0], frame.trailer);
  if (!range) return {};
  const auto length = sspi::signMessage(context, *range, memory[1]);
  if (!length) return length.failure();
  frame.length = static_cast<uint32_t>(*length);
  frame.done = 1;
  return {};
}

// (target, message, signature): a copy of the signature in the range is verified.
sspi::Result<void> runVerify(const sspi::Context& context, CallFrame& frame, Memory memory) {
  if (memory.size() != 3 || !memory[1].data() || !memory[2].data()) return {};
  const auto range = writableRange(frame, memory[0], memory[2].size());
  if (!range) return {};
  std::ranges::copy(memory[2], range->begin());
  const auto verified = sspi::verifyMessage(context, memory[1], *range);
  if (!verified) return verified.failure();
  frame.done = 1;
  return {};
}

// In the order of Operation.
constexpr sspi::Result<void> (*kOperations[])(const sspi::Context&, CallFrame&, Memory) = {
    runOverBuffers<Encrypt>,
    runOverBuffers<Decrypt>,
    runOverBuffers<MakeSignature>,
    runOverBuffers<VerifySignature>,
    runOverBuffers<ApplyControlToken>,
    runWrap,
    runUnwrap,
    runSign,
    runVerify,
};

static_assert(std::size(kOperations) == static_cast<std::size_t>(Operation::kCount));

}  // namespace

sspi::Result<void> runOperation(const sspi::Context& context, CallFrame& frame, Memory memory) {
  if (frame.operation >= std::size(kOperations)) return {};
  return kOperations[frame.operation](context, frame, memory);
}

}  // namespace winsspi
