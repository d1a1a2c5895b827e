#include "package.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>

namespace fuzz {
namespace {

Package* running = nullptr;

constexpr SECURITY_STATUS kStatuses[] = {
    SEC_E_OK,
    SEC_I_CONTINUE_NEEDED,
    SEC_I_COMPLETE_NEEDED,
    SEC_I_COMPLETE_AND_CONTINUE,
    SEC_I_INCOMPLETE_CREDENTIALS,
    SEC_I_RENEGOTIATE,
    SEC_I_CONTEXT_EXPIRED,
    SEC_E_INCOMPLETE_MESSAGE,
    SEC_E_BUFFER_TOO_SMALL,
    SEC_E_INSUFFICIENT_MEMORY,
    SEC_E_INVALID_TOKEN,
    SEC_E_INVALID_HANDLE,
    SEC_E_UNSUPPORTED_FUNCTION,
};

constexpr std::size_t kMost = 1024;  // bytes of one answer

}  // namespace

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "It does not hold that %s.\n", what);
  std::abort();
}

Package::Package(const uint8_t* data, std::size_t size) : input(data, size) { running = this; }

Package::~Package() {
  check(memory_.empty(), "all memory is given back");
  check(handles_.empty(), "all handles are given back");
  check(tokens_.empty(), "all access tokens are closed");
  running = nullptr;
}

Package& Package::current() { return *running; }

void* Package::allocate(std::size_t size, bool secret) {
  // Of its exact size, so that the sanitizer sees what is read behind it.
  void* const memory = std::calloc(std::max<std::size_t>(size, 1), 1);
  memory_[memory] = {size, secret};
  return memory;
}

void* Package::allocateBytes(std::size_t size, bool secret) {
  if (input.ConsumeIntegral<uint8_t>() == 0) return nullptr;
  void* const memory = allocate(size, secret);
  input.ConsumeData(memory, size);
  return memory;
}

SEC_WCHAR* Package::allocateText() {
  if (input.ConsumeIntegral<uint8_t>() == 0) return nullptr;
  const std::u16string characters = text(64);
  const std::size_t size = (characters.size() + 1) * sizeof(SEC_WCHAR);
  void* const memory = allocate(size);
  std::memcpy(memory, characters.c_str(), size);
  return static_cast<SEC_WCHAR*>(memory);
}

// One piece of memory, as real packages have it.
SecPkgInfoW* Package::allocateInfo() {
  if (input.ConsumeIntegral<uint8_t>() == 0) return nullptr;
  const std::u16string name = text(16);
  const std::size_t size = (name.size() + 1) * sizeof(SEC_WCHAR);
  auto* const info = static_cast<SecPkgInfoW*>(allocate(sizeof(SecPkgInfoW) + size));
  info->fCapabilities = input.ConsumeIntegral<ULONG>();
  // Room for a larger token is slow to make.
  info->cbMaxToken = input.ConsumeIntegralInRange<ULONG>(0, 6000);
  info->Name = reinterpret_cast<SEC_WCHAR*>(info + 1);
  std::memcpy(info->Name, name.c_str(), size);
  return info;
}

void Package::release(void* memory) {
  if (!memory) return;
  const auto found = memory_.find(memory);
  check(found != memory_.end(), "what is given back was handed out, and is so once");
  if (found->second.secret) {
    const std::span bytes(static_cast<const std::byte*>(memory), found->second.size);
    check(std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; }),
          "a secret is wiped before it is given back");
  }
  memory_.erase(found);
  std::free(memory);
}

SecHandle Package::newHandle() {
  SecHandle handle;
  SecInvalidateHandle(&handle);
  return input.ConsumeIntegral<uint8_t>() < 16 ? handle : newContext();
}

SecHandle Package::newContext() {
  SecHandle handle;
  handle.dwLower = next_handle_++;
  handle.dwUpper = 1;
  handles_.insert(handle.dwLower);
  return handle;
}

void Package::useHandle(const SecHandle* handle) {
  check(handle && handles_.contains(handle->dwLower), "the handle is alive");
}

void Package::releaseHandle(const SecHandle* handle) {
  useHandle(handle);
  handles_.erase(handle->dwLower);
}

// Kernel handles are multiples of four.
HANDLE Package::newToken(uint32_t number) {
  const auto handle = reinterpret_cast<HANDLE>(4 * next_handle_++);
  tokens_[handle] = number;
  return handle;
}

HANDLE Package::newOther() { return reinterpret_cast<HANDLE>(4 * next_handle_++); }

uint32_t Package::tokenOf(HANDLE handle) const {
  const auto found = tokens_.find(handle);
  return found == tokens_.end() ? 0 : found->second;
}

bool Package::closeToken(HANDLE handle) { return tokens_.erase(handle) == 1; }

void Package::leaveRubbish(SecHandle* handle) {
  if (input.ConsumeIntegral<uint8_t>() < 192) return;
  handle->dwLower = input.ConsumeIntegral<uintptr_t>();
  handle->dwUpper = input.ConsumeIntegral<uintptr_t>();
}

void Package::changeDescriptor(SecBufferDesc* descriptor) {
  if (!descriptor || input.ConsumeIntegral<uint8_t>() < 192) return;
  if (input.ConsumeBool()) descriptor->cBuffers = input.ConsumeIntegral<ULONG>();
  if (input.ConsumeBool()) {
    descriptor->pBuffers = reinterpret_cast<SecBuffer*>(input.ConsumeIntegral<uintptr_t>());
  }
}

SECURITY_STATUS Package::status() {
  if (input.ConsumeIntegral<uint8_t>() == 0) return input.ConsumeIntegral<SECURITY_STATUS>();
  return input.PickValueInArray(kStatuses);
}

SECURITY_STATUS Package::mostlyOk() {
  return input.ConsumeIntegral<uint8_t>() < 32 ? status() : SEC_E_OK;
}

TimeStamp Package::time() {
  TimeStamp time;
  time.LowPart = input.ConsumeIntegral<ULONG>();
  time.HighPart = input.ConsumeIntegral<LONG>();
  return time;
}

std::vector<std::byte> Package::bytes(std::size_t most) {
  const auto bytes =
      input.ConsumeBytes<uint8_t>(input.ConsumeIntegralInRange<std::size_t>(0, most));
  const auto* const begin = reinterpret_cast<const std::byte*>(bytes.data());
  return {begin, begin + bytes.size()};
}

std::u16string Package::text(std::size_t most) {
  std::u16string text;
  const std::size_t length = input.ConsumeIntegralInRange<std::size_t>(0, most);
  while (text.size() < length && input.remaining_bytes() > 0) {
    // No zero: it would end the text.
    text.push_back(static_cast<char16_t>(input.ConsumeIntegralInRange<uint16_t>(1, 0xFFFF)));
  }
  return text;
}

void Package::changePlace(SecBuffer& buffer) {
  static std::byte elsewhere[kMost];
  auto* const own = static_cast<std::byte*>(buffer.pvBuffer);
  const SecBuffer& other = given[input.ConsumeIntegralInRange<std::size_t>(0, given.size() - 1)];
  const ULONG within = input.ConsumeIntegralInRange<ULONG>(0, kMost);
  switch (input.ConsumeIntegralInRange<int>(0, 8)) {
    case 1:
      buffer.pvBuffer = own + within % (buffer.cbBuffer + std::size_t{1});
      break;
    case 2:
      buffer.pvBuffer =
          static_cast<std::byte*>(other.pvBuffer) + within % (other.cbBuffer + std::size_t{1});
      break;
    case 3:
      buffer.pvBuffer = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(own) - 1);
      break;
    case 4:
      buffer.pvBuffer = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(own) + within);
      break;
    case 5:
      buffer.pvBuffer = nullptr;
      break;
    case 6:
      buffer.pvBuffer = elsewhere;
      break;
    case 7:
      buffer.pvBuffer = reinterpret_cast<void*>(input.ConsumeIntegral<uintptr_t>());
      break;
    case 8:
      buffer.pvBuffer = other.pvBuffer;
      break;
  }
  switch (input.ConsumeIntegralInRange<int>(0, 5)) {
    case 1:
      buffer.cbBuffer = 0;
      break;
    case 2:
      buffer.cbBuffer = within % (buffer.cbBuffer + 1);
      break;
    case 3:
      buffer.cbBuffer += input.ConsumeIntegralInRange<ULONG>(0, 2);
      break;
    case 4:
      buffer.cbBuffer = input.ConsumeIntegral<ULONG>();
      break;
    case 5:
      buffer.cbBuffer = other.cbBuffer;
      break;
  }
}

bool Package::isInside(const SecBuffer& buffer) const {
  const auto begin = reinterpret_cast<uintptr_t>(buffer.pvBuffer);
  return std::ranges::any_of(given, [&](const SecBuffer& memory) {
    const auto start = reinterpret_cast<uintptr_t>(memory.pvBuffer);
    // In 128 bits nothing wraps around.
    const auto end = static_cast<unsigned __int128>(begin) + buffer.cbBuffer;
    return memory.pvBuffer && begin >= start &&
           end <= static_cast<unsigned __int128>(start) + memory.cbBuffer;
  });
}

void Package::writeBuffers(std::span<SecBuffer> buffers) {
  for (SecBuffer& buffer : buffers) {
    const auto filling = input.ConsumeIntegral<uint8_t>();
    if (filling > 0 && buffer.pvBuffer) std::memset(buffer.pvBuffer, filling, buffer.cbBuffer);
  }
}

void Package::changeBuffers(std::span<SecBuffer> buffers) {
  given.assign(buffers.begin(), buffers.end());
  left.clear();
  for (SecBuffer& buffer : buffers) {
    const bool moves = input.ConsumeBool();
    if (moves) changePlace(buffer);
    if (input.ConsumeIntegral<uint8_t>() < 32) {
      buffer.BufferType = input.ConsumeIntegralInRange<ULONG>(0, 12) |
                          (input.ConsumeBool() ? ULONG{SECBUFFER_READONLY} : ULONG{0});
    }
  }
  for (const SecBuffer& buffer : buffers) {
    Left entry = {buffer, {}, isInside(buffer)};
    const auto* const begin = static_cast<const std::byte*>(buffer.pvBuffer);
    if (entry.inside) entry.bytes.assign(begin, begin + buffer.cbBuffer);
    left.push_back(std::move(entry));
  }
}

}  // namespace fuzz
