#include "search.h"

#include <algorithm>
#include <cstring>

#include "sspi.h"

namespace provider {
namespace {

constexpr std::size_t kChunk = 1 << 20;

// What is read goes here, where nobody searches, and is wiped.
class Window {
 public:
  Window() : memory_(VirtualAlloc(nullptr, kChunk, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE)) {}
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;
  ~Window() {
    if (!memory_) return;
    SecureZeroMemory(memory_, kChunk);
    VirtualFree(memory_, 0, MEM_RELEASE);
  }

  bool owns(const MEMORY_BASIC_INFORMATION& region) const {
    return region.AllocationBase == memory_;
  }

  // Empty where the memory has gone meanwhile: other threads go on.
  std::span<const unsigned char> read(const unsigned char* from, std::size_t size) {
    SIZE_T count = 0;
    if (!memory_ || !ReadProcessMemory(GetCurrentProcess(), from, memory_, size, &count)) return {};
    return {static_cast<const unsigned char*>(memory_), count};
  }

 private:
  void* memory_;
};

// Where anything can have been written: the programs themselves are most of the rest.
bool isWritable(const MEMORY_BASIC_INFORMATION& region) {
  constexpr DWORD kWritable =
      PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
  const bool guarded = (region.Protect & PAGE_GUARD) != 0;
  return region.State == MEM_COMMIT && (region.Protect & kWritable) != 0 && !guarded;
}

bool isMatch(const unsigned char* place, std::span<const unsigned char> masked) {
  return std::equal(masked.begin(), masked.end(), place,
                    [](unsigned char mask, unsigned char byte) { return (mask ^ kMask) == byte; });
}

uint32_t copiesIn(std::span<const unsigned char> bytes, std::span<const unsigned char> masked) {
  if (bytes.size() < masked.size()) return 0;
  const unsigned char* place = bytes.data();
  const unsigned char* const end = place + (bytes.size() - masked.size() + 1);
  uint32_t count = 0;
  while ((place = static_cast<const unsigned char*>(
              std::memchr(place, masked[0] ^ kMask, static_cast<std::size_t>(end - place))))) {
    if (isMatch(place, masked)) count++;
    if (++place == end) break;
  }
  return count;
}

uint32_t copiesIn(const MEMORY_BASIC_INFORMATION& region, std::span<const unsigned char> masked,
                  Window& window) {
  const auto* const base = static_cast<const unsigned char*>(region.BaseAddress);
  // One that lies across the border of two windows is in the second whole.
  const std::size_t step = kChunk - (masked.size() - 1);
  uint32_t count = 0;
  for (std::size_t offset = 0; offset < region.RegionSize; offset += step) {
    const std::size_t size = std::min(kChunk, region.RegionSize - offset);
    count += copiesIn(window.read(base + offset, size), masked);
  }
  return count;
}

}  // namespace

uint32_t copiesInMemory(std::span<const unsigned char> masked) {
  if (masked.empty() || masked.size() > kChunk / 2) return 0;
  Window window;
  uint32_t count = 0;
  MEMORY_BASIC_INFORMATION region;
  const unsigned char* place = nullptr;
  while (VirtualQuery(place, &region, sizeof region) != 0) {
    if (isWritable(region) && !window.owns(region)) count += copiesIn(region, masked, window);
    place = static_cast<const unsigned char*>(region.BaseAddress) + region.RegionSize;
  }
  return count;
}

}  // namespace provider
