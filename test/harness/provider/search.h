// The search for copies of a secret in the memory of this process.
#ifndef WINSSPI_PROVIDER_SEARCH_H_
#define WINSSPI_PROVIDER_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace provider {

// Every byte of what is looked for is XORed with this, so that the search does not find itself.
inline constexpr unsigned char kMask = 0x5A;

// How often the bytes are anywhere in the process that can be written: heaps, stacks, free memory
// that nobody has written since.
uint32_t copiesInMemory(std::span<const unsigned char> masked);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_SEARCH_H_
