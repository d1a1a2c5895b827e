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

// What a package may need beside the message.
struct WrapRoom {
  std::size_t token;
  std::size_t padding;
};

// Bytes of the memory that was given.
struct Range {
  std::size_t offset;
  std::size_t length;
};

// Spans come by reference here. On Windows a function is given copies of them in memory, and a copy
// of 16 bytes that were just written as two words makes the processor wait: 10 ns of a short message.

// Encrypts a copy of the message in the target, which has room for it, the token and the padding,
// and in which it may lie. Gives where the three are, one behind the other. After a failure, what
// the target holds is nobody's message.
Result<Range> wrap(const Context& context, uint32_t qop, const std::span<std::byte>& target,
                   const std::span<const std::byte>& message, const WrapRoom& room);

// The same at the start of the target; gives the length.
Result<std::size_t> wrapInto(const Context& context, uint32_t qop,
                             const std::span<std::byte>& target,
                             const std::span<const std::byte>& message, const WrapRoom& room);

struct Unwrapped {
  Range message;
  uint32_t qop;
};

// Decrypts a sealed message in the memory that it lies in: as one stream, or, where the package
// does not take one, as a token of this length and the message behind it.
Result<Unwrapped> unwrap(const Context& context, const std::span<std::byte>& memory,
                         const std::optional<std::size_t>& token_length);

}  // namespace sspi

#endif  // WINSSPI_SSPI_MESSAGE_H_
