// What TestNegotiate puts between its caller and another package, and how long handshakes are.
#ifndef WINSSPI_PROVIDER_MECHANISM_H_
#define WINSSPI_PROVIDER_MECHANISM_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "objects.h"

namespace provider {

// For a client of TestNegotiate.
void chooseMechanism(Context& context);

// How many tokens make the handshake.
uint32_t tokensOf(const Context& context);

// TestNegotiate's token around its mechanism's.
std::vector<unsigned char> framed(const Context& context, std::span<const unsigned char> token);

// The mechanism's token in TestNegotiate's, which a server chooses the mechanism by. Nothing where
// there is none.
std::optional<std::span<const unsigned char>> unframed(Context& next,
                                                       std::span<const unsigned char> input);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_MECHANISM_H_
