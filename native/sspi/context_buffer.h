// What attributes point to: memory of the package's own, copied and given back.
#ifndef WINSSPI_SSPI_CONTEXT_BUFFER_H_
#define WINSSPI_SSPI_CONTEXT_BUFFER_H_

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "sspi/secure_memory.h"
#include "sspi/status.h"
#include "sspi/text.h"

namespace sspi {

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-freecontextbuffer
struct ReleaseContextBuffer {
  void operator()(void* memory) const { FreeContextBuffer(memory); }
};

// Memory that the package allocated and the caller frees.
template <typename T>
using ContextBuffer = std::unique_ptr<T, ReleaseContextBuffer>;

inline std::u16string takeText(SEC_WCHAR* characters) {
  const ContextBuffer<SEC_WCHAR> owner(characters);
  return text(characters);
}

inline std::vector<std::byte> takeBytes(void* memory, std::size_t length) {
  const ContextBuffer<void> owner(memory);
  const auto* bytes = static_cast<const std::byte*>(memory);
  return bytes ? std::vector<std::byte>(bytes, bytes + length) : std::vector<std::byte>();
}

// What is secret is wiped where it was. A success of the function without a secret is a failure: an
// empty key would protect nothing.
inline Result<SecureArray<std::byte>> takeSecret(const char* function, void* memory,
                                                 std::size_t length) {
  const ContextBuffer<void> owner(memory);
  if (!memory || length == 0) return Failure{function, SEC_E_INTERNAL_ERROR};
  SecureArray<std::byte> secret(length);
  std::memcpy(secret.data(), memory, length);
  SecureZeroMemory(memory, length);
  return secret;
}

}  // namespace sspi

#endif  // WINSSPI_SSPI_CONTEXT_BUFFER_H_
