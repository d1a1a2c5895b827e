// Records: what a package that protects a stream sends and takes.
#ifndef WINSSPI_PROVIDER_STREAM_H_
#define WINSSPI_PROVIDER_STREAM_H_

#include <cstddef>
#include <span>
#include <vector>

#include "objects.h"

namespace provider {

inline constexpr unsigned char kAlertRecord = 0x15;
inline constexpr unsigned char kHandshakeRecord = 0x16;

// Of the record at the start of the bytes, as far as they tell: its header's at least.
std::size_t recordLength(std::span<const unsigned char> bytes);

// A record that the peer's decrypt() opens.
std::vector<unsigned char> sealedRecord(Context& context, unsigned char type,
                                        std::span<const unsigned char> bytes);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_STREAM_H_
