// No protection at all: what a call costs when the package does nothing.
#include "protection.h"

namespace provider {
namespace {

constexpr ULONG kToken = 16;

SECURITY_STATUS shorten(std::span<SecBuffer> buffers) {
  SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  if (!token) return SEC_E_INVALID_TOKEN;
  if (token->cbBuffer < kToken) return SEC_E_BUFFER_TOO_SMALL;
  token->cbBuffer = kToken;
  return SEC_E_OK;
}

SECURITY_STATUS protect(Context&, ULONG, std::span<SecBuffer> buffers) { return shorten(buffers); }

// The message is the end of the stream.
SECURITY_STATUS split(const SecBuffer& stream, std::span<SecBuffer> buffers) {
  SecBuffer* const data = find(buffers, SECBUFFER_DATA);
  if (!data || stream.cbBuffer < kToken) return SEC_E_INVALID_TOKEN;
  data->pvBuffer = static_cast<unsigned char*>(stream.pvBuffer) + kToken;
  data->cbBuffer = stream.cbBuffer - kToken;
  return SEC_E_OK;
}

SECURITY_STATUS open(Context&, std::span<SecBuffer> buffers, ULONG& qop) {
  qop = 0;
  const SecBuffer* const stream = find(buffers, SECBUFFER_STREAM);
  return stream ? split(*stream, buffers) : shorten(buffers);
}

}  // namespace

const Protection kNullProtection = {protect, open, protect, open};

}  // namespace provider
