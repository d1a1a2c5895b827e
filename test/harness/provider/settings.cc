#include "settings.h"

#include "calls.h"
#include "objects.h"

namespace provider {
namespace {

std::span<const unsigned char> pointedTo(const void* memory, std::size_t size) {
  return {static_cast<const unsigned char*>(memory), memory ? size : 0};
}

// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_sessionappdata
void note(Call& call, const SecPkgContext_SessionAppData& value) {
  call.note("dataFlags", value.dwFlags);
  call.note("data", pointedTo(value.pbAppData, value.cbAppData));
}

// The label's length counts the zero at its end.
// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_keyingmaterialinfo
void note(Call& call, const SecPkgContext_KeyingMaterialInfo& value) {
  call.note("label", pointedTo(value.pszLabel, value.cbLabel));
  if (value.pbContextValue) {
    call.note("contextValue", pointedTo(value.pbContextValue, value.cbContextValue));
  }
  call.note("contextLength", value.cbContextValue);
  call.note("materialLength", value.cbKeyingMaterial);
}

void note(Call& call, const ULONG& mtu) { call.note("mtu", mtu); }

template <typename Value>
SECURITY_STATUS take(Call& call, std::span<const unsigned char> value) {
  if (value.size() < sizeof(Value)) return SEC_E_BUFFER_TOO_SMALL;
  note(call, *reinterpret_cast<const Value*>(value.data()));
  return SEC_E_OK;
}

SECURITY_STATUS takeSetting(Call& call, ULONG attribute, std::span<const unsigned char> value) {
  switch (attribute) {
    case SECPKG_ATTR_DTLS_MTU:
      return take<ULONG>(call, value);
    case SECPKG_ATTR_APP_DATA:
      return take<SecPkgContext_SessionAppData>(call, value);
    case SECPKG_ATTR_KEYING_MATERIAL_INFO:
      return take<SecPkgContext_KeyingMaterialInfo>(call, value);
  }
  return SEC_E_UNSUPPORTED_FUNCTION;
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcontextattributesw
SECURITY_STATUS WINAPI setContextAttributes(PCtxtHandle handle, ULONG attribute, void* memory,
                                            ULONG size) {
  Call call("SetContextAttributes", handle);
  const std::span<const unsigned char> value = pointedTo(memory, size);
  call.note("attribute", attribute);
  call.note("size", size);
  call.note("bytes", value);
  if (const auto status = call.begin()) return call.end(*status);
  const auto context = findContext(handle, "SetContextAttributes");
  if (!context) return call.end(SEC_E_INVALID_HANDLE);
  if (!isScript(*context->package) && !isStream(*context->package)) {
    return call.end(SEC_E_UNSUPPORTED_FUNCTION);
  }
  return call.end(takeSetting(call, attribute, value));
}

}  // namespace provider
