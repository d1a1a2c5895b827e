// Message protection: the four functions over SecBuffer arrays, in place.
#ifndef WINSSPI_SSPI_MESSAGE_H_
#define WINSSPI_SSPI_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "sspi/buffers.h"
#include "sspi/context.h"
#include "sspi/status.h"

namespace sspi {

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

// Encrypts a copy of the message in the target, and leaves token, message and padding at its start
// without a gap; gives their length. The target has room for all three, and the message may lie in
// it. After a failure, what it holds is nobody's.
Result<std::size_t> wrapInto(const Context& context, uint32_t qop, std::span<std::byte> target,
                             std::span<const std::byte> message, WrapRoom room);

}  // namespace sspi

#endif  // WINSSPI_SSPI_MESSAGE_H_
