// Message protection: the four functions over SecBuffer arrays, in place.
#ifndef WINSSPI_SSPI_MESSAGE_H_
#define WINSSPI_SSPI_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sspi/buffers.h"
#include "sspi/context.h"
#include "sspi/status.h"

namespace sspi {

// For the thread that owns the context, and for those that it is lent to (ContextLease).

// Each returns the status of the function that it is named after. One call that protects and one
// that opens run at the same time on one context; of two in the same direction, one waits.

// https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
SECURITY_STATUS encryptMessage(const Context& context, uint32_t qop, BufferDescriptor& buffers,
                               uint32_t sequence_number);

// https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
SECURITY_STATUS decryptMessage(const Context& context, BufferDescriptor& buffers,
                               uint32_t sequence_number, uint32_t& qop);

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-makesignature
SECURITY_STATUS makeSignature(const Context& context, uint32_t qop, BufferDescriptor& buffers,
                              uint32_t sequence_number);

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-verifysignature
SECURITY_STATUS verifySignature(const Context& context, BufferDescriptor& buffers,
                                uint32_t sequence_number, uint32_t& qop);

// The functions over bytes. After a failure, the contents of the memory that they write are undefined.

// How much room a package gets beside the message.
struct TrailerSizes {
  std::size_t token;
  std::size_t padding;
};

// Encrypts a copy of the message in the target, which has room for it, the token and the padding,
// and in which the message may lie. Leaves the three at the start of the target, one behind the
// other, and returns their length.
Result<std::size_t> wrapMessage(const Context& context, uint32_t qop, std::span<std::byte> target,
                                std::span<const std::byte> message, const TrailerSizes& sizes);

// A part of the memory that was unwrapped.
struct Unwrapped {
  std::size_t offset;
  std::size_t length;
  uint32_t qop;
};

// Decrypts a wrapped message in place: as one stream, or, where the package does not take one, as a
// token of this length and the message behind it.
Result<Unwrapped> unwrapMessage(const Context& context, std::span<std::byte> wrapped,
                                std::optional<std::size_t> token_length);

// Signs the message into the target, and returns the signature's length.
Result<std::size_t> signMessage(const Context& context, std::span<std::byte> target,
                                std::span<std::byte> message);

// The package may write into the signature.
Result<void> verifyMessage(const Context& context, std::span<std::byte> message,
                           std::span<std::byte> signature);

}  // namespace sspi

#endif  // WINSSPI_SSPI_MESSAGE_H_
