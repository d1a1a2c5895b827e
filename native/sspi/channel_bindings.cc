#include "sspi/channel_bindings.h"

#include <cstring>

#include "sspi/sspi.h"

namespace sspi {

std::vector<std::byte> channelBindings(std::span<const std::byte> application_data) {
  SEC_CHANNEL_BINDINGS header = {};
  header.cbApplicationDataLength = static_cast<unsigned long>(application_data.size());
  header.dwApplicationDataOffset = sizeof header;
  std::vector<std::byte> bindings(sizeof header + application_data.size());
  std::memcpy(bindings.data(), &header, sizeof header);
  if (!application_data.empty()) {
    std::memcpy(bindings.data() + sizeof header, application_data.data(), application_data.size());
  }
  return bindings;
}

}  // namespace sspi
