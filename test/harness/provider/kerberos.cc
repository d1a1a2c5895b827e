// Messages as Kerberos with AES has them on Windows: a TOKEN of 60 bytes where 76 are asked for,
// and of 76 in DCE style; no padding, one sequence for what is sealed and what is signed. The head
// of a token is the one of RFC 4121, section 4.2.6.
// https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--kerberos
// https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--kerberos
// https://learn.microsoft.com/windows/win32/secauthn/sspi-kerberos-interoperability-with-gssapi
#include <array>
#include <cstring>

#include "protection.h"

namespace provider {
namespace {

constexpr std::size_t kHead = 16;
constexpr ULONG kSealedToken = 60;
constexpr ULONG kDceToken = 76;
constexpr ULONG kSignature = 28;
constexpr unsigned char kFromServer = 1;
constexpr unsigned char kSealed = 2;
constexpr unsigned char kAcceptorSubkey = 4;

using Token = std::array<unsigned char, kDceToken>;

ULONG lengthOf(const Context& context, bool is_signature) {
  if (is_signature) return kSignature;
  return isDceStyle(context) ? kDceToken : kSealedToken;
}

// Head, checksum, and filler that depends on both: every bit of a token counts.
Token makeToken(const Context& context, bool is_signature, bool sealed, Position position,
                std::span<const SecBuffer> buffers) {
  const Key& key = context.key;
  Token token = {};
  token[0] = is_signature ? 4 : 5;
  token[1] = 4;
  token[2] =
      static_cast<unsigned char>((position.from_server ? kFromServer : 0) | (sealed ? kSealed : 0));
  token[3] = 0xFF;
  if (!is_signature && isDceStyle(context)) {
    token[2] |= kAcceptorSubkey;
    token[5] = 16;  // the extra count, and how far the message is rotated
    token[7] = 28;
  }
  for (std::size_t i = 0; i < 8; i++) {
    token[15 - i] = static_cast<unsigned char>(position.sequence >> (8 * i));
  }
  const uint64_t sum = checksum(key, position, std::span(token).first<kHead>(), buffers, false);
  std::memcpy(&token[kHead], &sum, sizeof sum);
  Key mask = {};
  std::memcpy(mask.data(), &sum, sizeof sum);
  Keystream(mask, position).apply(std::span(token).subspan(kHead + sizeof sum));
  return token;
}

uint64_t sequenceIn(std::span<const unsigned char> token) {
  uint64_t sequence = 0;
  for (const unsigned char byte : token.subspan(8, 8)) sequence = (sequence << 8) | byte;
  return sequence;
}

SECURITY_STATUS check(const Context& context, bool is_signature,
                      std::span<const unsigned char> token, std::span<const SecBuffer> buffers) {
  const std::size_t length = lengthOf(context, is_signature);
  if (token.size() != length || token[0] != (is_signature ? 4 : 5) || token[1] != 4) {
    return SEC_E_INVALID_TOKEN;
  }
  const Position position = context.receiving(sequenceIn(token));
  const bool sealed = (token[2] & kSealed) != 0;
  const Token expected = makeToken(context, is_signature, sealed, position, buffers);
  if (std::memcmp(token.data(), expected.data(), length) != 0) return SEC_E_MESSAGE_ALTERED;
  return position.sequence == context.received ? SEC_E_OK : SEC_E_OUT_OF_SEQUENCE;
}

// Everything is checked before anything is written.
SECURITY_STATUS protect(Context& context, ULONG qop, std::span<SecBuffer> buffers,
                        bool is_signature) {
  if (qop != 0 && qop != SECQOP_WRAP_NO_ENCRYPT) return SEC_E_QOP_NOT_SUPPORTED;
  if (qop != 0 && is_signature) return SEC_E_INVALID_TOKEN;
  if (qop == 0 && !is_signature && !isConfidential(context)) return SEC_E_UNSUPPORTED_FUNCTION;
  SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  if (!token || !token->pvBuffer) return SEC_E_INVALID_TOKEN;
  const ULONG length = lengthOf(context, is_signature);
  if (token->cbBuffer < length) return SEC_E_BUFFER_TOO_SMALL;
  const bool sealed = !is_signature && qop == 0;
  if (sealed) applyCipher(context.key, context.sending(), buffers);
  const Token made = makeToken(context, is_signature, sealed, context.sending(), buffers);
  std::memcpy(token->pvBuffer, made.data(), length);
  token->cbBuffer = length;
  if (SecBuffer* const padding = find(buffers, SECBUFFER_PADDING)) padding->cbBuffer = 0;
  context.sent++;
  return SEC_E_OK;
}

SECURITY_STATUS encrypt(Context& context, ULONG qop, std::span<SecBuffer> buffers) {
  return protect(context, qop, buffers, false);
}

SECURITY_STATUS sign(Context& context, ULONG qop, std::span<SecBuffer> buffers) {
  return protect(context, qop, buffers, true);
}

SECURITY_STATUS open(Context& context, std::span<const unsigned char> token,
                     std::span<SecBuffer> buffers, ULONG& qop) {
  const SECURITY_STATUS status = check(context, false, token, buffers);
  if (status != SEC_E_OK) return status;
  const bool sealed = (token[2] & kSealed) != 0;
  if (sealed) applyCipher(context.key, context.receiving(context.received), buffers);
  qop = sealed ? 0 : SECQOP_WRAP_NO_ENCRYPT;
  context.received++;
  return SEC_E_OK;
}

// The message is in one piece, and DATA is pointed into it.
SECURITY_STATUS openStream(Context& context, const SecBuffer& stream, SecBuffer& data, ULONG& qop) {
  const std::span<unsigned char> bytes = bytesOf(stream);
  const ULONG length = lengthOf(context, false);
  if (bytes.size() < length) return SEC_E_INVALID_TOKEN;
  SecBuffer inside = {stream.cbBuffer - length, SECBUFFER_DATA, &bytes[0] + length};
  const SECURITY_STATUS status = open(context, bytes.first(length), std::span(&inside, 1), qop);
  if (status != SEC_E_OK) return status;
  data.cbBuffer = inside.cbBuffer;
  data.pvBuffer = inside.pvBuffer;
  return SEC_E_OK;
}

SECURITY_STATUS decrypt(Context& context, std::span<SecBuffer> buffers, ULONG& qop) {
  const SecBuffer* const stream = find(buffers, SECBUFFER_STREAM);
  SecBuffer* const data = find(buffers, SECBUFFER_DATA);
  if (stream && data) return openStream(context, *stream, *data, qop);
  const SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  return token ? open(context, bytesOf(*token), buffers, qop) : SEC_E_INVALID_TOKEN;
}

SECURITY_STATUS verify(Context& context, std::span<SecBuffer> buffers, ULONG& qop) {
  const SecBuffer* const token = find(buffers, SECBUFFER_TOKEN);
  if (!token) return SEC_E_INVALID_TOKEN;
  const SECURITY_STATUS status = check(context, true, bytesOf(*token), buffers);
  if (status != SEC_E_OK) return status;
  context.received++;
  qop = 0;
  return SEC_E_OK;
}

}  // namespace

const Protection kKerberosProtection = {encrypt, decrypt, sign, verify};

}  // namespace provider
