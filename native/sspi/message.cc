#include "sspi/message.h"

namespace sspi {

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

}  // namespace sspi
