// The functions of messages.
#include "package.h"

namespace {

SECURITY_STATUS answer(PCtxtHandle context, PSecBufferDesc message, PULONG qop) {
  fuzz::Package& package = fuzz::Package::current();
  package.useHandle(context);
  package.last_status = package.mostlyOk();
  package.last_qop = package.input.ConsumeIntegral<ULONG>();
  if (qop) *qop = package.last_qop;
  const std::span<SecBuffer> buffers(message->pBuffers, message->cBuffers);
  package.writeBuffers(buffers);
  package.changeBuffers(buffers);
  package.changeDescriptor(message);
  return package.last_status;
}

}  // namespace

SECURITY_STATUS EncryptMessage(PCtxtHandle context, ULONG, PSecBufferDesc message, ULONG) {
  return answer(context, message, nullptr);
}

SECURITY_STATUS DecryptMessage(PCtxtHandle context, PSecBufferDesc message, ULONG, PULONG qop) {
  return answer(context, message, qop);
}

SECURITY_STATUS MakeSignature(PCtxtHandle context, ULONG, PSecBufferDesc message, ULONG) {
  return answer(context, message, nullptr);
}

SECURITY_STATUS VerifySignature(PCtxtHandle context, PSecBufferDesc message, ULONG, PULONG qop) {
  return answer(context, message, qop);
}

SECURITY_STATUS ApplyControlToken(PCtxtHandle context, PSecBufferDesc message) {
  return answer(context, message, nullptr);
}
