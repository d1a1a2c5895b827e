#include "sspi/buffers.h"

namespace sspi {
namespace {

// The offset of [inner, inner + length) in the outer range, if it lies inside.
std::optional<uint32_t> offsetInside(std::span<std::byte> outer, const void* inner, ULONG length) {
  const auto begin = reinterpret_cast<uintptr_t>(outer.data());
  const auto address = reinterpret_cast<uintptr_t>(inner);
  if (address < begin || address - begin > outer.size()) return std::nullopt;
  const std::size_t offset = address - begin;
  if (length > outer.size() - offset) return std::nullopt;
  return static_cast<uint32_t>(offset);
}

}  // namespace

std::optional<ReturnedBuffer> BufferDescriptor::returned(std::size_t index) const {
  const SecBuffer& buffer = buffers_[index];
  // It has a number of bytes, and none of them.
  if (kind(buffer.BufferType) == SECBUFFER_MISSING) {
    return ReturnedBuffer{buffer.BufferType, kNoSource, 0, 0};
  }
  const auto located = locate(index, buffer);
  if (located || buffer.cbBuffer > 0) return located;
  // An empty buffer may point anywhere: nothing is read through it.
  const bool owned = caller_[index].memory.data() != nullptr;
  return ReturnedBuffer{buffer.BufferType, owned ? static_cast<uint32_t>(index) : kNoSource, 0, 0};
}

uint32_t BufferDescriptor::missing() const {
  for (const SecBuffer& buffer : std::span(buffers_).first(caller_.size())) {
    if (kind(buffer.BufferType) == SECBUFFER_MISSING) return buffer.cbBuffer;
  }
  return 0;
}

std::optional<std::span<const std::byte>> BufferDescriptor::bytes(std::size_t index) const {
  const auto found = returned(index);
  if (!found) return std::nullopt;
  if (found->source == kNoSource) return std::span<const std::byte>();
  return caller_[found->source].memory.subspan(found->offset, found->length);
}

std::optional<ReturnedBuffer> BufferDescriptor::locate(std::size_t index,
                                                       const SecBuffer& buffer) const {
  const auto within = [&](std::size_t source) -> std::optional<ReturnedBuffer> {
    const std::span<std::byte> memory = caller_[source].memory;
    if (!memory.data()) return std::nullopt;
    const std::optional<uint32_t> offset = offsetInside(memory, buffer.pvBuffer, buffer.cbBuffer);
    if (!offset) return std::nullopt;
    return ReturnedBuffer{buffer.BufferType, static_cast<uint32_t>(source), *offset,
                          buffer.cbBuffer};
  };
  if (const auto own = within(index)) return own;
  for (std::size_t source = 0; source < caller_.size(); source++) {
    if (const auto other = within(source)) return other;
  }
  return std::nullopt;
}

}  // namespace sspi
