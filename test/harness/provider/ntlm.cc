// Messages as NTLM has them on Windows: a TOKEN of 16 bytes (NTLMSSP_MESSAGE_SIGNATURE: version,
// checksum, sequence number) and DATA; always encrypted, and read-only buffers always covered.
// https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--ntlm
// https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--ntlm
#include <array>
#include <cstring>

#include "protection.h"

namespace provider {
namespace {

using Token = std::array<unsigned char, 16>;
constexpr uint32_t kVersion = 1;

Token makeToken(const Key& key, Position position, std::span<const SecBuffer> buffers) {
  const uint64_t sum = checksum(key, position, {}, buffers, true);
  const auto sequence = static_cast<uint32_t>(position.sequence);
  Token token;
  std::memcpy(&token[0], &kVersion, 4);
  std::memcpy(&token[4], &sum, 8);
  std::memcpy(&token[12], &sequence, 4);
  return token;
}

SECURITY_STATUS protect(Context& context, std::span<SecBuffer> buffers, bool sealed) {
  SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  if (!token || !token->pvBuffer) return SEC_E_INVALID_TOKEN;
  if (token->cbBuffer < sizeof(Token)) return SEC_E_BUFFER_TOO_SMALL;
  if (sealed) applyCipher(context.key, context.sending(), buffers);
  const Token made = makeToken(context.key, context.sending(), buffers);
  std::memcpy(token->pvBuffer, made.data(), made.size());
  token->cbBuffer = sizeof(Token);
  context.sent++;
  return SEC_E_OK;
}

SECURITY_STATUS open(Context& context, std::span<SecBuffer> buffers, bool sealed) {
  const SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  if (!token || bytesOf(*token).size() != sizeof(Token)) return SEC_E_INVALID_TOKEN;
  uint32_t sequence = 0;
  std::memcpy(&sequence, bytesOf(*token).data() + 12, 4);
  const Token expected = makeToken(context.key, context.receiving(sequence), buffers);
  if (std::memcmp(token->pvBuffer, expected.data(), expected.size()) != 0) {
    return SEC_E_MESSAGE_ALTERED;
  }
  if (sequence != context.received) return SEC_E_OUT_OF_SEQUENCE;
  if (sealed) applyCipher(context.key, context.receiving(sequence), buffers);
  context.received++;
  return SEC_E_OK;
}

// Whatever the quality of protection: NTLM ignores SECQOP_WRAP_NO_ENCRYPT where it seals.
SECURITY_STATUS encrypt(Context& context, ULONG, std::span<SecBuffer> buffers) {
  return protect(context, buffers, true);
}

SECURITY_STATUS decrypt(Context& context, std::span<SecBuffer> buffers, ULONG& qop) {
  qop = 0;
  return open(context, buffers, true);
}

SECURITY_STATUS sign(Context& context, ULONG, std::span<SecBuffer> buffers) {
  return protect(context, buffers, false);
}

SECURITY_STATUS verify(Context& context, std::span<SecBuffer> buffers, ULONG& qop) {
  qop = 0;
  return open(context, buffers, false);
}

}  // namespace

const Protection kNtlmProtection = {encrypt, decrypt, sign, verify};

}  // namespace provider
