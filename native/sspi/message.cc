#include "sspi/message.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace sspi {
namespace {

void move(std::span<const std::byte> from, std::span<std::byte> to) {
  if (!from.empty() && from.data() != to.data()) std::memmove(to.data(), from.data(), from.size());
}

// Token, message and padding without a gap. The token is the shorter part to move; where a package
// left the parts elsewhere, they are put together anew at the start. Nothing where they overlap so
// that the target cannot hold them.
std::optional<Range> join(std::span<std::byte> target, std::size_t room,
                          std::span<const std::byte> token, std::span<const std::byte> data,
                          std::span<const std::byte> padding) {
  const std::byte* const border = target.data() + room;
  const bool in_place = token.data() == target.data() && token.size() <= room &&
                        (data.empty() || data.data() == border) &&
                        (padding.empty() || padding.data() == border + data.size());
  if (in_place) {
    const std::size_t start = room - token.size();
    move(token, target.subspan(start));
    return Range{start, token.size() + data.size() + padding.size()};
  }
  std::vector<std::byte> joined;
  for (const auto& part : {token, data, padding}) {
    joined.insert(joined.end(), part.begin(), part.end());
  }
  if (joined.size() > target.size()) return std::nullopt;
  move(joined, target);
  return Range{0, joined.size()};
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

Result<Range> wrap(const Context& context, uint32_t qop, std::span<std::byte> target,
                   std::span<const std::byte> message, WrapRoom room) {
  constexpr const char* kFunction = "EncryptMessage";
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
  if (status != SEC_E_OK) return Failure{kFunction, status};
  const auto sealed_token = descriptor.bytes(0);
  const auto sealed_data = descriptor.bytes(1);
  const auto sealed_padding = descriptor.bytes(2);
  if (!sealed_token || !sealed_data || !sealed_padding) return Failure{kFunction, status, true};
  const auto joined = join(target, room.token, *sealed_token, *sealed_data, *sealed_padding);
  if (!joined) return Failure{kFunction, status, true};
  return *joined;
}

Result<std::size_t> wrapInto(const Context& context, uint32_t qop, std::span<std::byte> target,
                             std::span<const std::byte> message, WrapRoom room) {
  const auto sealed = wrap(context, qop, target, message, room);
  if (!sealed) return sealed.failure();
  move(target.subspan(sealed->offset, sealed->length), target);
  return sealed->length;
}

Result<Unwrapped> unwrap(const Context& context, std::span<std::byte> memory,
                         std::optional<std::size_t> token_length) {
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
