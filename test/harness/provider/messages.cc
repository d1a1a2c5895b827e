#include "messages.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "calls.h"
#include "descriptor.h"
#include "handles.h"
#include "objects.h"
#include "protection.h"
#include "script.h"

namespace provider {
namespace {

std::span<SecBuffer> buffersOf(const SecBufferDesc* message) {
  return {message->pBuffers, message->cBuffers};
}

// Breaks the contract as the script says: the buffer no longer lies in the caller's memory.
void moveOutside(SecBuffer& buffer) {
  static unsigned char elsewhere[64];
  auto* const memory = static_cast<unsigned char*>(buffer.pvBuffer);
  switch (behaviour("outside").value_or(0)) {
    case 1:  // memory of the package's own
      buffer.pvBuffer = elsewhere;
      break;
    case 2:  // one byte past the end
      buffer.cbBuffer++;
      break;
    case 3:  // one byte before the start
      buffer.pvBuffer = memory - 1;
      break;
    case 4:  // so long that the end wraps around
      buffer.cbBuffer = 0xFFFFFFFF;
      break;
    case 5:  // where address and length wrap around together
      buffer.pvBuffer = reinterpret_cast<void*>(~uintptr_t{0});
      break;
    case 6:  // none
      buffer.pvBuffer = nullptr;
      break;
  }
}

// As a package that works in the memory of the token that it was given to read.
void overwriteToken(std::span<SecBuffer> buffers) {
  for (SecBuffer& buffer : buffers) {
    if (kind(buffer) != SECBUFFER_TOKEN && kind(buffer) != SECBUFFER_STREAM) continue;
    const auto bytes = bytesOf(buffer);
    std::ranges::fill(bytes.first(std::min<std::size_t>(bytes.size(), 16)), 0xCC);
  }
}

// Breaks it otherwise: the token is where the message is, and as long.
void overlap(std::span<SecBuffer> buffers) {
  SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  const SecBuffer* const data = find(buffers, SECBUFFER_DATA);
  if (!token || !data) return;
  token->pvBuffer = data->pvBuffer;
  token->cbBuffer = data->cbBuffer;
}

void misbehave(std::span<SecBuffer> buffers) {
  if (behaves("overlap")) overlap(buffers);
  if (!behaves("outside")) return;
  SecBuffer* const buffer = find(buffers, behaviour("outsideType").value_or(SECBUFFER_DATA));
  if (buffer) moveOutside(*buffer);
}

// As a package that fills its buffers to the end, and never makes one shorter.
void restoreLengths(std::span<SecBuffer> buffers, const std::vector<ULONG>& lengths) {
  for (std::size_t i = 0; i < buffers.size(); i++) buffers[i].cbBuffer = lengths[i];
}

template <typename Work>
SECURITY_STATUS run(const char* function, const SecHandle* handle, SecBufferDesc* message,
                    ULONG sequence_number, std::optional<ULONG> qop, Work work) {
  Call call(function, handle);
  call.note("sequenceNumber", sequence_number);
  if (qop) call.note("qop", *qop);
  call.noteBuffers(message, false);
  const std::span<SecBuffer> buffers = buffersOf(message);
  if (const auto status = call.begin()) return call.end(*status);
  const auto context = findContext(handle, function);
  if (!context || !context->complete) return call.end(SEC_E_INVALID_HANDLE);
  std::vector<ULONG> lengths;
  for (const SecBuffer& buffer : buffers) lengths.push_back(buffer.cbBuffer);
  const SECURITY_STATUS status = work(*context, buffers);
  if (!qop && behaves("overwritesToken")) overwriteToken(buffers);
  if (status >= 0 && behaves("fullOutput")) restoreLengths(buffers, lengths);
  if (status >= 0) misbehave(buffers);
  changeDescriptor(message);
  return call.end(status);
}

// TestNull's handles go straight to its functions.
Context& nothing() {
  static Context context = {};
  return context;
}

}  // namespace

SECURITY_STATUS WINAPI encryptMessage(PCtxtHandle handle, ULONG qop, PSecBufferDesc message,
                                      ULONG sequence_number) {
  if (isNull(handle)) return kNullProtection.encrypt(nothing(), qop, buffersOf(message));
  return run("EncryptMessage", handle, message, sequence_number, qop,
             [qop](Context& context, std::span<SecBuffer> buffers) {
               return context.mechanism().protection->encrypt(context, qop, buffers);
             });
}

SECURITY_STATUS WINAPI decryptMessage(PCtxtHandle handle, PSecBufferDesc message,
                                      ULONG sequence_number, PULONG qop) {
  if (isNull(handle)) return kNullProtection.decrypt(nothing(), buffersOf(message), *qop);
  return run("DecryptMessage", handle, message, sequence_number, std::nullopt,
             [qop](Context& context, std::span<SecBuffer> buffers) {
               return context.mechanism().protection->decrypt(context, buffers, *qop);
             });
}

SECURITY_STATUS WINAPI makeSignature(PCtxtHandle handle, ULONG qop, PSecBufferDesc message,
                                     ULONG sequence_number) {
  if (isNull(handle)) return kNullProtection.sign(nothing(), qop, buffersOf(message));
  return run("MakeSignature", handle, message, sequence_number, qop,
             [qop](Context& context, std::span<SecBuffer> buffers) {
               return context.mechanism().protection->sign(context, qop, buffers);
             });
}

SECURITY_STATUS WINAPI verifySignature(PCtxtHandle handle, PSecBufferDesc message,
                                       ULONG sequence_number, PULONG qop) {
  if (isNull(handle)) return kNullProtection.verify(nothing(), buffersOf(message), *qop);
  return run("VerifySignature", handle, message, sequence_number, std::nullopt,
             [qop](Context& context, std::span<SecBuffer> buffers) {
               return context.mechanism().protection->verify(context, buffers, *qop);
             });
}

}  // namespace provider
