// Message protection: what the packages share, and where each is.
#ifndef WINSSPI_PROVIDER_PROTECTION_H_
#define WINSSPI_PROVIDER_PROTECTION_H_

#include <span>

#include "objects.h"
#include "packages.h"
#include "sspi.h"

namespace provider {

extern const Protection kKerberosProtection;
extern const Protection kNtlmProtection;
extern const Protection kStreamProtection;
extern const Protection kNullProtection;

inline ULONG kind(const SecBuffer& buffer) {
  return buffer.BufferType & ~static_cast<ULONG>(SECBUFFER_ATTRMASK);
}
inline bool isReadOnly(const SecBuffer& buffer) {
  constexpr ULONG kFlags = SECBUFFER_READONLY | SECBUFFER_READONLY_WITH_CHECKSUM;
  return (buffer.BufferType & kFlags) != 0;
}
inline std::span<unsigned char> bytesOf(const SecBuffer& buffer) {
  return {static_cast<unsigned char*>(buffer.pvBuffer), buffer.pvBuffer ? buffer.cbBuffer : 0};
}

// What was granted to a context.
inline bool isConfidential(const Context& context) {
  return (context.flags & ISC_RET_CONFIDENTIALITY) != 0;  // ASC_RET_CONFIDENTIALITY is the same
}
inline bool isSigned(const Context& context) {
  const ULONG integrity = context.is_server ? ASC_RET_INTEGRITY : ISC_RET_INTEGRITY;
  constexpr ULONG kOthers = ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT;
  return isConfidential(context) || (context.flags & (integrity | kOthers)) != 0;
}
inline bool isDceStyle(const Context& context) {
  return (context.flags & ISC_RET_USED_DCE_STYLE) != 0;  // ASC_RET_USED_DCE_STYLE is the same
}

// The first buffer of a kind, or null.
SecBuffer* find(std::span<SecBuffer> buffers, ULONG kind);

// Encrypts or decrypts the DATA buffers that are not read-only.
void applyCipher(const Key& key, Position position, std::span<SecBuffer> buffers);

// A checksum over the DATA buffers, and over what stands before them. READONLY buffers count only
// where the package covers them.
uint64_t checksum(const Key& key, Position position, std::span<const unsigned char> head,
                  std::span<const SecBuffer> buffers, bool covers_read_only);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_PROTECTION_H_
