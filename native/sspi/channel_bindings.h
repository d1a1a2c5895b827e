// Channel bindings: what ties a context to the TLS channel around it.
#ifndef WINSSPI_SSPI_CHANNEL_BINDINGS_H_
#define WINSSPI_SSPI_CHANNEL_BINDINGS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "sspi/status.h"

namespace sspi {

class Context;

// A SEC_CHANNEL_BINDINGS structure that holds the application data and no addresses.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
std::vector<std::byte> channelBindings(std::span<const std::byte> application_data);

// The application data of the bindings that a TLS context of Schannel has: tls-unique and
// tls-server-end-point, each with its prefix.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_bindings
Result<std::vector<std::byte>> queryUniqueBindings(const Context& context);
Result<std::vector<std::byte>> queryEndpointBindings(const Context& context);

}  // namespace sspi

#endif  // WINSSPI_SSPI_CHANNEL_BINDINGS_H_
