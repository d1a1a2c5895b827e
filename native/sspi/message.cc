#include "sspi/message.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace sspi {
namespace {

constexpr const char* kEncrypt = "EncryptMessage";

void move(std::span<const std::byte> from, std::span<std::byte> to) {
  if (!from.empty() && from.data() != to.data()) std::memmove(to.data(), from.data(), from.size());
}

// Where a package left the parts of a sealed message.
struct Parts {
  std::span<const std::byte> token;
  std::span<const std::byte> data;
  std::span<const std::byte> padding;

  std::size_t size() const { return token.size() + data.size() + padding.size(); }

  // Whether the token is at the start of the target, and the rest where the room for it ends.
  bool areIn(const std::span<std::byte>& target, std::size_t room) const {
    const std::byte* const border = target.data() + room;
    return token.data() == target.data() && token.size() <= room &&
           (data.empty() || data.data() == border) &&
           (padding.empty() || padding.data() == border + data.size());
  }
};

// Puts parts that lie anywhere together anew, at the start. Where they overlap, the target may be
// too short for it.
Result<Range> join(const std::span<std::byte>& target, const Parts& parts) {
  std::vector<std::byte> joined;
  for (const auto& part : {parts.token, parts.data, parts.padding}) {
    joined.insert(joined.end(), part.begin(), part.end());
  }
  if (joined.size() > target.size()) return Failure{kEncrypt, SEC_E_OK, true};
  move(joined, target);
  return Range{0, joined.size()};
}

Result<Parts> seal(const Context& context, uint32_t qop, const std::span<std::byte>& target,
                   const std::span<const std::byte>& message, const WrapRoom& room) {
  const std::span<std::byte> token = target.first(room.token);
  const std::span<std::byte> data = target.subspan(room.token, message.size());
  const std::span<std::byte> padding = target.subspan(room.token + message.size(), room.padding);
  move(message, data);
  // A package may not write all of these.
  std::ranges::fill(token, std::byte{0});
  std::ranges::fill(padding, std::byte{0});
  const std::array<Buffer, 3> buffers = {
      {{SECBUFFER_TOKEN, token}, {SECBUFFER_DATA, data}, {SECBUFFER_PADDING, padding}}};
  BufferDescriptor descriptor(buffers);
  const SECURITY_STATUS status = encryptMessage(context, qop, descriptor, 0);
  // A success that is not SEC_E_OK has not sealed.
  if (status != SEC_E_OK) return Failure{kEncrypt, status};
  const auto sealed_token = descriptor.bytes(0);
  const auto sealed_data = descriptor.bytes(1);
  const auto sealed_padding = descriptor.bytes(2);
  if (!sealed_token || !sealed_data || !sealed_padding) return Failure{kEncrypt, status, true};
  return Parts{*sealed_token, *sealed_data, *sealed_padding};
}

}  // namespace

SECURITY_STATUS encryptMessage(const Context& context, uint32_t qop, BufferDescriptor& buffers,
                               uint32_t sequence_number) {
  const threads::Lock::Holder held(context.outgoing());
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  return EncryptMessage(context.handle(), qop, buffers.get(), sequence_number);
}

SECURITY_STATUS decryptMessage(const Context& context, BufferDescriptor& buffers,
                               uint32_t sequence_number, uint32_t& qop) {
  const threads::Lock::Holder held(context.incoming());
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  ULONG returned = 0;
  const SECURITY_STATUS status =
      DecryptMessage(context.handle(), buffers.get(), sequence_number, &returned);
  qop = static_cast<uint32_t>(returned);
  return status;
}

SECURITY_STATUS makeSignature(const Context& context, uint32_t qop, BufferDescriptor& buffers,
                              uint32_t sequence_number) {
  const threads::Lock::Holder held(context.outgoing());
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  return MakeSignature(context.handle(), qop, buffers.get(), sequence_number);
}

SECURITY_STATUS verifySignature(const Context& context, BufferDescriptor& buffers,
                                uint32_t sequence_number, uint32_t& qop) {
  const threads::Lock::Holder held(context.incoming());
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  ULONG returned = 0;
  const SECURITY_STATUS status =
      VerifySignature(context.handle(), buffers.get(), sequence_number, &returned);
  qop = static_cast<uint32_t>(returned);
  return status;
}

Result<Range> wrap(const Context& context, uint32_t qop, const std::span<std::byte>& target,
                   const std::span<const std::byte>& message, const WrapRoom& room) {
  const auto parts = seal(context, qop, target, message, room);
  if (!parts) return parts.failure();
  if (!parts->areIn(target, room.token)) return join(target, *parts);
  // The token is the shorter part to move.
  const std::size_t start = room.token - parts->token.size();
  move(parts->token, target.subspan(start));
  return Range{start, parts->size()};
}

Result<std::size_t> wrapInto(const Context& context, uint32_t qop,
                             const std::span<std::byte>& target,
                             const std::span<const std::byte>& message, const WrapRoom& room) {
  const auto parts = seal(context, qop, target, message, room);
  if (!parts) return parts.failure();
  if (!parts->areIn(target, room.token)) {
    const auto range = join(target, *parts);
    if (!range) return range.failure();
    return range->length;
  }
  // Message and padding lie one behind the other.
  move(target.subspan(room.token, parts->size() - parts->token.size()),
       target.subspan(parts->token.size()));
  return parts->size();
}

Result<Unwrapped> unwrap(const Context& context, const std::span<std::byte>& memory,
                         const std::optional<std::size_t>& token_length) {
  constexpr const char* kFunction = "DecryptMessage";
  const std::size_t border = token_length.value_or(memory.size());
  if (border > memory.size()) return Failure{kFunction, SEC_E_INVALID_TOKEN};
  const std::array<Buffer, 2> buffers = {{
      {static_cast<uint32_t>(token_length ? SECBUFFER_TOKEN : SECBUFFER_STREAM),
       memory.first(border)},
      {SECBUFFER_DATA, token_length ? memory.subspan(border) : std::span<std::byte>()},
  }};
  BufferDescriptor descriptor(buffers);
  uint32_t qop = 0;
  const SECURITY_STATUS status = decryptMessage(context, descriptor, 0, qop);
  // A success that is not SEC_E_OK comes without a message.
  if (status != SEC_E_OK) return Failure{kFunction, status, false, descriptor.missing()};
  const auto message = descriptor.bytes(1);
  if (!message) return Failure{kFunction, status, true};
  if (message->empty()) return Unwrapped{{0, 0}, qop};
  return Unwrapped{{static_cast<std::size_t>(message->data() - memory.data()), message->size()},
                   qop};
}

}  // namespace sspi
