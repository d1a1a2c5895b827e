#include "sspi/message.h"

#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace sspi {
namespace {

// Memory for what a package writes beside a message: on the stack where that is little. Zeroed: a
// package may not write all of it.
class Scratch {
 public:
  explicit Scratch(std::size_t size) {
    if (size > small_.size()) large_.resize(size);
    memory_ = large_.empty() ? std::span<std::byte>(small_).first(size) : std::span(large_);
    std::memset(memory_.data(), 0, size);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::span<std::byte> memory() const { return memory_; }

 private:
  std::array<std::byte, 256> small_;
  std::vector<std::byte> large_;
  std::span<std::byte> memory_;
};

// The bytes that a package left of a buffer, if they lie in the caller's memory.
std::optional<std::span<const std::byte>> bytesOf(const BufferDescriptor& descriptor,
                                                  std::span<const Buffer> buffers,
                                                  std::size_t index) {
  const auto returned = descriptor.returned(index);
  if (!returned) return std::nullopt;
  if (returned->source == kNoSource) return std::span<const std::byte>();
  return buffers[returned->source].memory.subspan(returned->offset, returned->length);
}

void move(std::span<const std::byte> from, std::span<std::byte> to) {
  if (!from.empty()) std::memmove(to.data(), from.data(), from.size());
}

}  // namespace

SECURITY_STATUS encryptMessage(const Context& context, uint32_t qop, BufferDescriptor& buffers,
                               uint32_t sequence_number) {
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  const Lock::Holder held(context.outgoing());
  return EncryptMessage(context.handle(), qop, buffers.get(), sequence_number);
}

SECURITY_STATUS decryptMessage(const Context& context, BufferDescriptor& buffers,
                               uint32_t sequence_number, uint32_t& qop) {
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  const Lock::Holder held(context.incoming());
  ULONG returned = 0;
  const SECURITY_STATUS status =
      DecryptMessage(context.handle(), buffers.get(), sequence_number, &returned);
  qop = static_cast<uint32_t>(returned);
  return status;
}

SECURITY_STATUS makeSignature(const Context& context, uint32_t qop, BufferDescriptor& buffers,
                              uint32_t sequence_number) {
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  const Lock::Holder held(context.outgoing());
  return MakeSignature(context.handle(), qop, buffers.get(), sequence_number);
}

SECURITY_STATUS verifySignature(const Context& context, BufferDescriptor& buffers,
                                uint32_t sequence_number, uint32_t& qop) {
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  const Lock::Holder held(context.incoming());
  ULONG returned = 0;
  const SECURITY_STATUS status =
      VerifySignature(context.handle(), buffers.get(), sequence_number, &returned);
  qop = static_cast<uint32_t>(returned);
  return status;
}

Result<std::size_t> wrapInto(const Context& context, uint32_t qop, std::span<std::byte> target,
                             std::span<const std::byte> message, WrapRoom room) {
  constexpr const char* kFunction = "EncryptMessage";
  // Behind the longest token. The token and the padding are made elsewhere, so that the message
  // moves at most once more, however short they come out.
  const std::span<std::byte> data = target.subspan(room.token, message.size());
  move(message, data);
  const Scratch scratch(room.token + room.padding);
  const std::array<Buffer, 3> buffers = {{
      {SECBUFFER_TOKEN, scratch.memory().first(room.token)},
      {SECBUFFER_DATA, data},
      {SECBUFFER_PADDING, scratch.memory().subspan(room.token)},
  }};
  BufferDescriptor descriptor(buffers);
  const SECURITY_STATUS status = encryptMessage(context, qop, descriptor, 0);
  if (status != SEC_E_OK) return Failure{kFunction, status};

  std::array<std::span<const std::byte>, 3> parts;
  std::size_t length = 0;
  for (std::size_t i = 0; i < parts.size(); i++) {
    const auto part = bytesOf(descriptor, buffers, i);
    if (!part) return Failure{kFunction, status, true};
    parts[i] = *part;
    length += part->size();
  }
  const auto& [token, sealed, padding] = parts;
  if (length > target.size()) return Failure{kFunction, status, true};
  // The message first: what it moves over is not needed any more.
  move(sealed, target.subspan(token.size()));
  move(token, target);
  move(padding, target.subspan(token.size() + sealed.size()));
  return length;
}

}  // namespace sspi
