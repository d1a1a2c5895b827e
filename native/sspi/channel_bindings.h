// Channel bindings: what ties a context to the TLS channel around it.
#ifndef WINSSPI_SSPI_CHANNEL_BINDINGS_H_
#define WINSSPI_SSPI_CHANNEL_BINDINGS_H_

#include <cstddef>
#include <span>
#include <vector>

namespace sspi {

// A SEC_CHANNEL_BINDINGS structure that holds the application data and no addresses.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
std::vector<std::byte> channelBindings(std::span<const std::byte> application_data);

}  // namespace sspi

#endif  // WINSSPI_SSPI_CHANNEL_BINDINGS_H_
