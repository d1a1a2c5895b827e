#include "messages.h"

#include "clock.h"

namespace bench {
namespace {

constexpr ULONG kLeastToken = 128;

}  // namespace

SECURITY_STATUS Messages::open(Credentials& outbound, Credentials& inbound, Logon& logon,
                               bool stream) {
  stream_ = stream;
  SECURITY_STATUS status = pair_.handshake(outbound, inbound, logon);
  if (status == SEC_E_OK) status = client_.open(pair_.client());
  return status == SEC_E_OK ? server_.open(pair_.server()) : status;
}

SECURITY_STATUS Messages::End::open(PCtxtHandle handle) {
  context = handle;
  return QueryContextAttributesW(context, SECPKG_ATTR_SIZES, &sizes);
}

void Messages::makeRoom(const End& end, std::size_t length) {
  memory_.assign(length + end.sizes.cbSecurityTrailer + end.sizes.cbBlockSize, 0);
}

SECURITY_STATUS Messages::encryptOne(const End& end, std::size_t length, SecBuffer (&buffers)[3]) {
  const ULONG token = end.sizes.cbSecurityTrailer;
  const auto data = static_cast<ULONG>(length);
  unsigned char* const memory = memory_.data();
  buffers[0] = {token, SECBUFFER_TOKEN, memory};
  buffers[1] = {data, SECBUFFER_DATA, memory + token};
  buffers[2] = {end.sizes.cbBlockSize, SECBUFFER_PADDING, memory + token + length};
  SecBufferDesc message = {SECBUFFER_VERSION, 3, buffers};
  return EncryptMessage(end.context, 0, &message, 0);
}

Outcome Messages::encrypt(std::size_t length, std::size_t count) {
  makeRoom(client_, length);
  const Clock clock;
  for (std::size_t i = 0; i < count; i++) {
    SecBuffer buffers[3];
    const SECURITY_STATUS status = encryptOne(client_, length, buffers);
    if (status != SEC_E_OK) return {0, status};
  }
  return {clock.elapsed()};
}

SECURITY_STATUS Messages::seal(std::size_t length, std::size_t count) {
  makeRoom(server_, length);
  arena_.clear();
  arena_.reserve(count * memory_.size());
  sealed_.clear();
  sealed_.reserve(count);
  for (std::size_t i = 0; i < count; i++) {
    SecBuffer buffers[3];
    const SECURITY_STATUS status = encryptOne(server_, length, buffers);
    if (status != SEC_E_OK) return status;
    const std::size_t offset = arena_.size();
    for (const SecBuffer& buffer : buffers) {
      const auto* const bytes = static_cast<const unsigned char*>(buffer.pvBuffer);
      arena_.insert(arena_.end(), bytes, bytes + buffer.cbBuffer);
    }
    sealed_.push_back({offset, buffers[0].cbBuffer, static_cast<ULONG>(arena_.size() - offset)});
  }
  return SEC_E_OK;
}

Outcome Messages::decrypt() {
  const Clock clock;
  for (const Sealed& sealed : sealed_) {
    unsigned char* const memory = arena_.data() + sealed.offset;
    SecBuffer whole[2] = {{sealed.length, SECBUFFER_STREAM, memory},
                          {0, SECBUFFER_DATA, nullptr}};
    SecBuffer parts[2] = {{sealed.token, SECBUFFER_TOKEN, memory},
                          {sealed.length - sealed.token, SECBUFFER_DATA, memory + sealed.token}};
    SecBufferDesc message = {SECBUFFER_VERSION, 2, stream_ ? whole : parts};
    ULONG qop = 0;
    const SECURITY_STATUS status = DecryptMessage(client_.context, &message, 0, &qop);
    if (status != SEC_E_OK) return {0, status};
  }
  return {clock.elapsed()};
}

SECURITY_STATUS Messages::signOne(const End& end, std::size_t length, unsigned char* signature,
                                  ULONG& written) {
  SecBuffer buffers[2] = {{static_cast<ULONG>(length), SECBUFFER_DATA, memory_.data()},
                          {written, SECBUFFER_TOKEN, signature}};
  SecBufferDesc message = {SECBUFFER_VERSION, 2, buffers};
  const SECURITY_STATUS status = MakeSignature(end.context, 0, &message, 0);
  written = buffers[1].cbBuffer;
  return status;
}

Outcome Messages::makeSignature(std::size_t length, std::size_t count) {
  memory_.assign(length + 1, 0);
  unsigned char signature[kLeastToken];
  const Clock clock;
  for (std::size_t i = 0; i < count; i++) {
    ULONG written = kLeastToken;
    const SECURITY_STATUS status = signOne(client_, length, signature, written);
    if (status != SEC_E_OK) return {0, status};
  }
  return {clock.elapsed()};
}

SECURITY_STATUS Messages::sign(std::size_t length, std::size_t count) {
  memory_.assign(length + 1, 0);
  arena_.assign(count * kLeastToken, 0);
  sealed_.clear();
  for (std::size_t i = 0; i < count; i++) {
    ULONG written = kLeastToken;
    const SECURITY_STATUS status = signOne(server_, length, arena_.data() + i * kLeastToken, written);
    if (status != SEC_E_OK) return status;
    sealed_.push_back({i * kLeastToken, written, static_cast<ULONG>(length)});
  }
  return SEC_E_OK;
}

Outcome Messages::verifySignature() {
  const Clock clock;
  for (const Sealed& sealed : sealed_) {
    SecBuffer buffers[2] = {{sealed.length, SECBUFFER_DATA, memory_.data()},
                            {sealed.token, SECBUFFER_TOKEN, arena_.data() + sealed.offset}};
    SecBufferDesc message = {SECBUFFER_VERSION, 2, buffers};
    ULONG qop = 0;
    const SECURITY_STATUS status = VerifySignature(client_.context, &message, 0, &qop);
    if (status != SEC_E_OK) return {0, status};
  }
  return {clock.elapsed()};
}

}  // namespace bench
