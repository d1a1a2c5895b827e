#include "sspi/message.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace sspi {
namespace {

void move(std::span<const std::byte> from, std::span<std::byte> to) {
  if (!from.empty() && from.data() != to.data()) std::memmove(to.data(), from.data(), from.size());
}

// How many bytes the package left of a buffer. Nothing where they do not begin where the buffer does,
// or are more than it had.
std::optional<std::size_t> lengthLeft(const BufferDescriptor& descriptor, std::size_t index,
                                      std::span<const std::byte> memory) {
  const auto left = descriptor.bytes(index);
  if (!left || left->size() > memory.size()) return std::nullopt;
  if (!left->empty() && left->data() != memory.data()) return std::nullopt;
  return left->size();
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

Result<std::size_t> wrapMessage(const Context& context, uint32_t qop, std::span<std::byte> target,
                                std::span<const std::byte> message, const TrailerSizes& sizes) {
  constexpr const char* kFunction = "EncryptMessage";
  const std::span<std::byte> token = target.first(sizes.token);
  const std::span<std::byte> data = target.subspan(sizes.token, message.size());
  const std::span<std::byte> padding = target.subspan(sizes.token + message.size(), sizes.padding);
  move(message, data);
  // A package may not write all of these.
  std::ranges::fill(token, std::byte{0});
  std::ranges::fill(padding, std::byte{0});
  const std::array<Buffer, 3> buffers = {
      {{SECBUFFER_TOKEN, token}, {SECBUFFER_DATA, data}, {SECBUFFER_PADDING, padding}}};
  BufferDescriptor descriptor(buffers);
  const SECURITY_STATUS status = encryptMessage(context, qop, descriptor, 0);
  // A success that is not SEC_E_OK has not encrypted.
  if (status != SEC_E_OK) return Failure{kFunction, status};
  const auto token_length = lengthLeft(descriptor, 0, token);
  const auto data_length = lengthLeft(descriptor, 1, data);
  const auto padding_length = lengthLeft(descriptor, 2, padding);
  if (!token_length || !data_length || !padding_length) return Failure{kFunction, status, true};
  // A token may be shorter than its room.
  std::size_t end = *token_length;
  move(data.first(*data_length), target.subspan(end));
  end += *data_length;
  move(padding.first(*padding_length), target.subspan(end));
  return end + *padding_length;
}

Result<Unwrapped> unwrapMessage(const Context& context, std::span<std::byte> wrapped,
                                std::optional<std::size_t> token_length) {
  constexpr const char* kFunction = "DecryptMessage";
  const std::size_t border = token_length.value_or(wrapped.size());
  if (border > wrapped.size()) return Failure{kFunction, SEC_E_INVALID_TOKEN};
  const std::array<Buffer, 2> buffers = {{
      {static_cast<uint32_t>(token_length ? SECBUFFER_TOKEN : SECBUFFER_STREAM),
       wrapped.first(border)},
      {SECBUFFER_DATA, token_length ? wrapped.subspan(border) : std::span<std::byte>()},
  }};
  BufferDescriptor descriptor(buffers);
  uint32_t qop = 0;
  const SECURITY_STATUS status = decryptMessage(context, descriptor, 0, qop);
  // A success that is not SEC_E_OK comes without a message.
  if (status != SEC_E_OK) return Failure{kFunction, status};
  const auto message = descriptor.bytes(1);
  if (!message) return Failure{kFunction, status, true};
  if (message->empty()) return Unwrapped{0, 0, qop};
  return Unwrapped{static_cast<std::size_t>(message->data() - wrapped.data()), message->size(), qop};
}

Result<std::size_t> signMessage(const Context& context, std::span<std::byte> target,
                                std::span<std::byte> message) {
  constexpr const char* kFunction = "MakeSignature";
  // A package may not write all of it.
  std::ranges::fill(target, std::byte{0});
  const std::array<Buffer, 2> buffers = {{{SECBUFFER_DATA, message}, {SECBUFFER_TOKEN, target}}};
  BufferDescriptor descriptor(buffers);
  const SECURITY_STATUS status = makeSignature(context, 0, descriptor, 0);
  // A success that is not SEC_E_OK has not signed.
  if (status != SEC_E_OK) return Failure{kFunction, status};
  const auto length = lengthLeft(descriptor, 1, target);
  if (!length) return Failure{kFunction, status, true};
  return *length;
}

Result<void> verifyMessage(const Context& context, std::span<std::byte> message,
                           std::span<std::byte> signature) {
  const std::array<Buffer, 2> buffers = {{{SECBUFFER_DATA, message}, {SECBUFFER_TOKEN, signature}}};
  BufferDescriptor descriptor(buffers);
  uint32_t qop = 0;
  const SECURITY_STATUS status = verifySignature(context, descriptor, 0, qop);
  // A success that is not SEC_E_OK has not verified.
  if (status != SEC_E_OK) return Failure{"VerifySignature", status};
  return {};
}

}  // namespace sspi
