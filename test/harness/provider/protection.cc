#include "protection.h"

namespace provider {

SecBuffer* find(std::span<SecBuffer> buffers, ULONG wanted) {
  for (SecBuffer& buffer : buffers) {
    if (kind(buffer) == wanted) return &buffer;
  }
  return nullptr;
}

void applyCipher(const Key& key, Position position, std::span<SecBuffer> buffers) {
  Keystream stream(key, position);
  for (const SecBuffer& buffer : buffers) {
    if (kind(buffer) == SECBUFFER_DATA && !isReadOnly(buffer)) stream.apply(bytesOf(buffer));
  }
}

uint64_t checksum(const Key& key, Position position, std::span<const unsigned char> head,
                  std::span<const SecBuffer> buffers, bool covers_read_only) {
  Checksum sum(key, position);
  sum.add(head);
  for (const SecBuffer& buffer : buffers) {
    const bool left_out = !covers_read_only && (buffer.BufferType & SECBUFFER_READONLY) != 0;
    if (kind(buffer) == SECBUFFER_DATA && !left_out) sum.add(bytesOf(buffer));
  }
  return sum.value();
}

}  // namespace provider
