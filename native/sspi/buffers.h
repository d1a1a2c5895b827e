// SecBufferDesc over memory that the caller owns, and what a package left in it.
#ifndef WINSSPI_SSPI_BUFFERS_H_
#define WINSSPI_SSPI_BUFFERS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "sspi/sspi.h"

namespace sspi {

struct Buffer {
  uint32_t type;                // SECBUFFER_*, with its flag bits
  std::span<std::byte> memory;  // data() is null where the caller gave none
};

// A buffer after the call. A package may change each of its three fields.
struct ReturnedBuffer {
  uint32_t type;
  uint32_t source;  // the index of the caller's buffer that it lies in, or kNoSource
  uint32_t offset;  // in that buffer
  uint32_t length;
};

// A type without its flag bits.
inline uint32_t kind(uint32_t type) { return type & ~static_cast<uint32_t>(SECBUFFER_ATTRMASK); }

inline constexpr std::size_t kMaxBuffers = 32;
inline constexpr uint32_t kNoSource = UINT32_MAX;

// The caller's memory stays in caller_: a package may repoint the SecBuffers that it is given.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secbufferdesc
class BufferDescriptor {
 public:
  // At most kMaxBuffers.
  explicit BufferDescriptor(std::span<const Buffer> buffers) : caller_(buffers) {
    for (std::size_t i = 0; i < caller_.size(); i++) {
      const std::span<std::byte> memory = caller_[i].memory;
      buffers_[i] = {static_cast<ULONG>(memory.size()), caller_[i].type, memory.data()};
    }
    descriptor_ = {SECBUFFER_VERSION, static_cast<ULONG>(caller_.size()), buffers_.data()};
  }
  BufferDescriptor(const BufferDescriptor&) = delete;
  BufferDescriptor& operator=(const BufferDescriptor&) = delete;

  PSecBufferDesc get() { return &descriptor_; }

  // Nothing where the package points outside the caller's memory.
  std::optional<ReturnedBuffer> returned(std::size_t index) const;

  // The bytes that the package left of a buffer; nothing where they are not the caller's memory.
  std::optional<std::span<const std::byte>> bytes(std::size_t index) const;

  // What a MISSING buffer says: how many bytes are still to come. 0: there is none.
  uint32_t missing() const;

 private:
  std::optional<ReturnedBuffer> locate(std::size_t index, const SecBuffer& buffer) const;

  std::span<const Buffer> caller_;
  std::array<SecBuffer, kMaxBuffers> buffers_;
  SecBufferDesc descriptor_;
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_BUFFERS_H_
