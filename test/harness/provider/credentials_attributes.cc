#include "credentials_attributes.h"

#include <cstring>

#include "answers.h"
#include "calls.h"
#include "certificates.h"
#include "objects.h"

namespace provider {
namespace {

constexpr unsigned char kProviderInfo[] = {0x50, 0x51, 0x52, 0x53};

bool answerCredentials(ULONG attribute, void* memory) {
  switch (attribute) {
    case SECPKG_CRED_ATTR_NAMES:
      as<SecPkgCredentials_NamesW>(memory) = {textOrNull(L"CORP\\al\u00edce")};
      return true;
    case SECPKG_CRED_ATTR_SSI_PROVIDER:
      as<SecPkgCredentials_SSIProviderW>(memory) = {
          textOrNull(L"T\u00ebst Provider"), sizeof kProviderInfo,
          reinterpret_cast<char*>(bytesOrNull(kProviderInfo))};
      return true;
    case SECPKG_CRED_ATTR_CERT:
      as<SecPkgCredentials_Cert>(memory) = {static_cast<ULONG>(certificateBytes().size()),
                                            bytesOrNull(certificateBytes())};
      return true;
  }
  return false;
}

// The text lies behind the structure, in the same memory.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcredentials_kdcproxysettingsw
SECURITY_STATUS takeProxySettings(Call& call, std::span<const unsigned char> value) {
  SecPkgCredentials_KdcProxySettingsW settings;
  if (value.size() < sizeof settings) return SEC_E_BUFFER_TOO_SMALL;
  std::memcpy(&settings, value.data(), sizeof settings);
  call.note("settingsVersion", settings.Version);
  call.note("settingsFlags", settings.Flags);
  call.note("certificateLength", settings.ClientTlsCredLength);
  const std::size_t end = std::size_t{settings.ProxyServerOffset} + settings.ProxyServerLength;
  if (end > value.size()) return SEC_E_INVALID_TOKEN;
  const auto* const text =
      reinterpret_cast<const char16_t*>(value.data() + settings.ProxyServerOffset);
  call.note("proxyServer", std::u16string(text, settings.ProxyServerLength / sizeof(char16_t)));
  return SEC_E_OK;
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycredentialsattributesw
SECURITY_STATUS WINAPI queryCredentialsAttributes(PCredHandle handle, ULONG attribute,
                                                  void* answer) {
  Call call("QueryCredentialsAttributes", handle);
  call.note("attribute", attribute);
  if (const auto status = call.begin()) return call.end(*status);
  const auto credentials = findCredentials(handle, "QueryCredentialsAttributes");
  if (!credentials) return call.end(SEC_E_INVALID_HANDLE);
  const bool answered = isScript(*credentials->package) && answerCredentials(attribute, answer);
  return call.end(answered ? SEC_E_OK : SEC_E_UNSUPPORTED_FUNCTION);
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcredentialsattributesw
SECURITY_STATUS WINAPI setCredentialsAttributes(PCredHandle handle, ULONG attribute, void* memory,
                                                ULONG size) {
  Call call("SetCredentialsAttributes", handle);
  const std::span value(static_cast<const unsigned char*>(memory), size);
  call.note("attribute", attribute);
  call.note("size", size);
  call.note("bytes", value);
  if (const auto status = call.begin()) return call.end(*status);
  const auto credentials = findCredentials(handle, "SetCredentialsAttributes");
  if (!credentials) return call.end(SEC_E_INVALID_HANDLE);
  if (!isScript(*credentials->package) || attribute != SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS) {
    return call.end(SEC_E_UNSUPPORTED_FUNCTION);
  }
  return call.end(takeProxySettings(call, value));
}

}  // namespace provider
