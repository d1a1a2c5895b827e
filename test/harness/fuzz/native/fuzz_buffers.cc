// Buffer arrays: what BufferDescriptor tells of each buffer after a package was at work on it.
#include "package.h"
#include "sspi/message.h"

namespace {

using fuzz::check;
using fuzz::Package;

// The caller's buffers: with memory of their own, of another buffer, or none.
struct Memory {
  explicit Memory(Package& package) {
    const auto count = package.input.ConsumeIntegralInRange<std::size_t>(0, 6);
    blocks.reserve(count);
    for (std::size_t i = 0; i < count; i++) {
      const auto type = package.input.ConsumeIntegralInRange<uint32_t>(0, 12);
      const auto kind = package.input.ConsumeIntegralInRange<int>(0, 3);
      if (kind == 0) {
        buffers.push_back({type, {}});
      } else if (kind == 1 && !blocks.empty()) {
        const std::span<std::byte> other(blocks.back());
        const auto at = package.input.ConsumeIntegralInRange<std::size_t>(0, other.size());
        buffers.push_back({type, other.subspan(at)});
      } else {
        blocks.emplace_back(package.input.ConsumeIntegralInRange<std::size_t>(1, 200));
        buffers.push_back({type, blocks.back()});
      }
    }
  }

  std::vector<std::vector<std::byte>> blocks;
  std::vector<sspi::Buffer> buffers;
};

void checkReturned(const Package& package, std::span<const sspi::Buffer> buffers, std::size_t index,
                   const std::optional<sspi::ReturnedBuffer>& returned) {
  const fuzz::Left& left = package.left[index];
  const bool is_number = sspi::kind(left.buffer.BufferType) == SECBUFFER_MISSING;
  const bool is_empty = left.buffer.cbBuffer == 0;
  check(returned.has_value() == (left.inside || is_number || is_empty),
        "a buffer is refused where it lies outside the caller's memory, and only there");
  if (!returned) return;
  check(returned->type == left.buffer.BufferType, "a type is as the package left it");
  if (is_number || returned->source == sspi::kNoSource) {
    check(returned->length == 0 && returned->offset == 0, "no memory has no bytes");
    check(is_number || is_empty, "bytes have a source");
    return;
  }
  check(returned->source < buffers.size(), "a source is one of the caller's buffers");
  const std::span<std::byte> memory = buffers[returned->source].memory;
  check(memory.data() != nullptr, "a source has memory");
  check(returned->offset <= memory.size() && returned->length <= memory.size() - returned->offset,
        "a range lies inside its source");
  check(returned->length == left.buffer.cbBuffer, "a length is as the package left it");
  check(returned->length == 0 || memory.data() + returned->offset == left.buffer.pvBuffer,
        "a range begins where the package said");
}

void checkBytes(std::span<const sspi::Buffer> buffers,
                const std::optional<sspi::ReturnedBuffer>& returned,
                const std::optional<std::span<const std::byte>>& bytes) {
  check(bytes.has_value() == returned.has_value(), "bytes are there where the buffer is");
  if (!bytes) return;
  check(bytes->size() == returned->length, "there are as many bytes as the buffer says");
  if (bytes->empty()) return;
  const std::span<std::byte> memory = buffers[returned->source].memory;
  check(bytes->data() == memory.data() + returned->offset, "the bytes are the buffer's");
}

uint32_t missingOf(const Package& package) {
  for (const fuzz::Left& left : package.left) {
    if (sspi::kind(left.buffer.BufferType) == SECBUFFER_MISSING) return left.buffer.cbBuffer;
  }
  return 0;
}

SECURITY_STATUS call(Package& package, const sspi::Context& context,
                     sspi::BufferDescriptor& descriptor, uint32_t& qop) {
  switch (package.input.ConsumeIntegralInRange<int>(0, 4)) {
    case 0:
      return sspi::encryptMessage(context, 0, descriptor, 0);
    case 1:
      return sspi::decryptMessage(context, descriptor, 0, qop);
    case 2:
      return sspi::makeSignature(context, 0, descriptor, 0);
    case 3:
      return sspi::verifySignature(context, descriptor, 0, qop);
    default:
      return sspi::applyControlToken(context, descriptor);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Package package(data, size);
  const sspi::Context context(sspi::Role::kClient, sspi::PackageInfo{},
                              sspi::ContextHandle(package.newContext()));
  const Memory memory(package);
  sspi::BufferDescriptor descriptor(memory.buffers);
  if (memory.buffers.empty()) return 0;
  uint32_t qop = 0;
  const SECURITY_STATUS status = call(package, context, descriptor, qop);
  check(status == package.last_status, "a status is the package's");
  check(qop == 0 || qop == package.last_qop, "a quality of protection is the package's");
  for (std::size_t i = 0; i < memory.buffers.size(); i++) {
    const auto returned = descriptor.returned(i);
    checkReturned(package, memory.buffers, i, returned);
    checkBytes(memory.buffers, returned, descriptor.bytes(i));
  }
  check(descriptor.missing() == missingOf(package), "MISSING is the package's number");
  return 0;
}
