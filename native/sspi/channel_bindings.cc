#include "sspi/channel_bindings.h"

#include <cstring>

#include "sspi/context_buffer.h"
#include "sspi/query.h"

namespace sspi {
namespace {

Result<std::vector<std::byte>> applicationData(const Context& context, ULONG attribute) {
  auto bindings = query<SecPkgContext_Bindings>(context, attribute);
  if (!bindings) return bindings.failure();
  const ContextBuffer<SEC_CHANNEL_BINDINGS> owner(bindings->Bindings);
  if (!owner) return Failure{kQueryFunction, SEC_E_INTERNAL_ERROR};
  const std::size_t size = bindings->BindingsLength;
  const Failure outside = {kQueryFunction, SEC_E_OK, true};
  if (size < sizeof(SEC_CHANNEL_BINDINGS)) return outside;
  const std::size_t offset = owner->dwApplicationDataOffset;
  const std::size_t length = owner->cbApplicationDataLength;
  if (offset > size || length > size - offset) return outside;
  const auto* begin = reinterpret_cast<const std::byte*>(owner.get()) + offset;
  return std::vector<std::byte>(begin, begin + length);
}

}  // namespace

std::vector<std::byte> channelBindings(std::span<const std::byte> application_data) {
  SEC_CHANNEL_BINDINGS header = {};
  header.cbApplicationDataLength = static_cast<ULONG>(application_data.size());
  header.dwApplicationDataOffset = sizeof header;
  std::vector<std::byte> bindings(sizeof header + application_data.size());
  std::memcpy(bindings.data(), &header, sizeof header);
  if (!application_data.empty()) {
    std::memcpy(bindings.data() + sizeof header, application_data.data(), application_data.size());
  }
  return bindings;
}

Result<std::vector<std::byte>> queryUniqueBindings(const Context& context) {
  return applicationData(context, SECPKG_ATTR_UNIQUE_BINDINGS);
}

Result<std::vector<std::byte>> queryEndpointBindings(const Context& context) {
  return applicationData(context, SECPKG_ATTR_ENDPOINT_BINDINGS);
}

}  // namespace sspi
