#include "memory.h"

#include <cstring>
#include <cwchar>
#include <mutex>
#include <vector>

namespace provider {
namespace {

// FreeContextBuffer does not ask the package: it frees the memory as LocalFree does. Whether a
// block is alive is seen all the same, for the heap returns a block of this size to the system at
// once, and its address is empty or holds something else.
constexpr std::size_t kBlock = 1 << 20;
constexpr std::size_t kMark = kBlock - 64;

struct Block {
  unsigned char* memory;
  uint64_t mark;
};

std::mutex mutex;
std::vector<Block> blocks;
uint64_t next_mark = 0x77696E7373706931;

bool isAlive(const Block& block) {
  MEMORY_BASIC_INFORMATION page;
  const unsigned char* place = block.memory + kMark;
  if (VirtualQuery(place, &page, sizeof page) == 0 || page.State != MEM_COMMIT) return false;
  if ((page.Protect & 0xFF) != PAGE_READWRITE) return false;
  return std::memcmp(place, &block.mark, sizeof block.mark) == 0;
}

}  // namespace

void* allocateBuffer(std::size_t size) {
  if (size > kBlock / 2) return nullptr;
  auto* memory = static_cast<unsigned char*>(LocalAlloc(LMEM_FIXED | LMEM_ZEROINIT, kBlock));
  if (!memory) return nullptr;
  const std::lock_guard lock(mutex);
  const uint64_t mark = next_mark++;
  std::memcpy(memory + kMark, &mark, sizeof mark);
  blocks.push_back({memory, mark});
  return memory;
}

SEC_WCHAR* copyOfText(const wchar_t* text) {
  const std::size_t size = (std::wcslen(text) + 1) * sizeof(wchar_t);
  void* memory = allocateBuffer(size);
  if (memory) std::memcpy(memory, text, size);
  return static_cast<SEC_WCHAR*>(memory);
}

unsigned char* copyOfBytes(std::span<const unsigned char> bytes) {
  void* memory = allocateBuffer(bytes.size());
  if (memory) std::memcpy(memory, bytes.data(), bytes.size());
  return static_cast<unsigned char*>(memory);
}

SECURITY_STATUS WINAPI freeContextBuffer(void* memory) {
  const std::lock_guard lock(mutex);
  for (const Block& block : blocks) {
    if (block.memory == memory && isAlive(block)) LocalFree(memory);
  }
  return SEC_E_OK;
}

uint32_t buffersAlive() {
  const std::lock_guard lock(mutex);
  std::erase_if(blocks, [](const Block& block) { return !isAlive(block); });
  return static_cast<uint32_t>(blocks.size());
}

void forgetBuffers() {
  const std::lock_guard lock(mutex);
  blocks.clear();
}

}  // namespace provider
