// Messages as NTLM has them on Windows: a TOKEN of 16 bytes (NTLMSSP_MESSAGE_SIGNATURE: version,
// checksum, sequence number) and DATA, or both as one STREAM; always encrypted, and read-only
// buffers always covered. A context without integrity has one signature for everything.
// https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--ntlm
// https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--ntlm
#include <array>
#include <cstring>

#include "protection.h"

namespace provider {
namespace {

using Token = std::array<unsigned char, 16>;
constexpr uint32_t kVersion = 1;
constexpr Token kNoSignature = {1};

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

SECURITY_STATUS open(Context& context, std::span<const unsigned char> token,
                     std::span<SecBuffer> buffers, bool sealed) {
  if (token.size() != sizeof(Token)) return SEC_E_INVALID_TOKEN;
  uint32_t sequence = 0;
  std::memcpy(&sequence, token.data() + 12, 4);
  const Token expected = makeToken(context.key, context.receiving(sequence), buffers);
  if (std::memcmp(token.data(), expected.data(), expected.size()) != 0) {
    return SEC_E_MESSAGE_ALTERED;
  }
  if (sequence != context.received) return SEC_E_OUT_OF_SEQUENCE;
  if (sealed) applyCipher(context.key, context.receiving(sequence), buffers);
  context.received++;
  return SEC_E_OK;
}

// The message is in one piece, and DATA is pointed into it.
SECURITY_STATUS openStream(Context& context, const SecBuffer& stream, SecBuffer& data) {
  const std::span<unsigned char> bytes = bytesOf(stream);
  if (bytes.size() < sizeof(Token)) return SEC_E_INVALID_TOKEN;
  constexpr ULONG kLength = sizeof(Token);
  SecBuffer inside = {stream.cbBuffer - kLength, SECBUFFER_DATA, bytes.data() + kLength};
  const SECURITY_STATUS status = open(context, bytes.first(kLength), std::span(&inside, 1), true);
  if (status != SEC_E_OK) return status;
  data.cbBuffer = inside.cbBuffer;
  data.pvBuffer = inside.pvBuffer;
  return SEC_E_OK;
}

SECURITY_STATUS signNothing(std::span<SecBuffer> buffers) {
  SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  if (!token || !token->pvBuffer) return SEC_E_INVALID_TOKEN;
  if (token->cbBuffer < sizeof(Token)) return SEC_E_BUFFER_TOO_SMALL;
  std::memcpy(token->pvBuffer, kNoSignature.data(), kNoSignature.size());
  token->cbBuffer = sizeof(Token);
  return SEC_E_OK;
}

// Whatever the quality of protection: NTLM ignores SECQOP_WRAP_NO_ENCRYPT where it seals.
SECURITY_STATUS encrypt(Context& context, ULONG, std::span<SecBuffer> buffers) {
  return isConfidential(context) ? protect(context, buffers, true) : SEC_E_UNSUPPORTED_FUNCTION;
}

SECURITY_STATUS decrypt(Context& context, std::span<SecBuffer> buffers, ULONG& qop) {
  qop = 0;
  if (!isConfidential(context)) return SEC_E_UNSUPPORTED_FUNCTION;
  const SecBuffer* const stream = find(buffers, SECBUFFER_STREAM);
  SecBuffer* const data = find(buffers, SECBUFFER_DATA);
  if (stream && data) return openStream(context, *stream, *data);
  const SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  return token ? open(context, bytesOf(*token), buffers, true) : SEC_E_INVALID_TOKEN;
}

SECURITY_STATUS sign(Context& context, ULONG, std::span<SecBuffer> buffers) {
  return isSigned(context) ? protect(context, buffers, false) : signNothing(buffers);
}

SECURITY_STATUS verify(Context& context, std::span<SecBuffer> buffers, ULONG& qop) {
  qop = 0;
  const SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  if (!token) return SEC_E_INVALID_TOKEN;
  const std::span<const unsigned char> bytes = bytesOf(*token);
  if (isSigned(context)) return open(context, bytes, buffers, false);
  const bool is_constant = bytes.size() == sizeof(Token) &&
                           std::memcmp(bytes.data(), kNoSignature.data(), sizeof(Token)) == 0;
  return is_constant ? SEC_E_OK : SEC_E_MESSAGE_ALTERED;
}

}  // namespace

const Protection kNtlmProtection = {encrypt, decrypt, sign, verify};

}  // namespace provider
