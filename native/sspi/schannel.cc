#include "sspi/schannel.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "sspi/context_buffer.h"
#include "sspi/query.h"

// After windows.h, which sspi/query.h includes.
#include <wincrypt.h>

#include <schannel.h>

namespace sspi {
namespace {

struct ReleaseCertificate {
  void operator()(const CERT_CONTEXT* certificate) const {
    CertFreeCertificateContext(certificate);
  }
};

using Certificate = std::unique_ptr<const CERT_CONTEXT, ReleaseCertificate>;

// Text in an array that it may fill to the end.
template <std::size_t size>
std::u16string boundedText(const WCHAR (&characters)[size]) {
  return {std::begin(characters), std::find(std::begin(characters), std::end(characters), L'\0')};
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-setcontextattributesw
template <typename Attribute>
Result<void> set(const Context& context, ULONG attribute, Attribute value) {
  constexpr const char* kFunction = "SetContextAttributes";
  auto handle = context.currentHandle();
  if (!handle) return Failure{kFunction, SEC_E_INVALID_HANDLE};
  const SECURITY_STATUS status = SetContextAttributesW(&*handle, attribute, &value, sizeof value);
  if (status == SEC_E_OK) return {};
  return Failure{kFunction, status};
}

unsigned char* bytesOrNull(std::span<std::byte> bytes) {
  return bytes.empty() ? nullptr : reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace

Result<ApplicationProtocol> queryApplicationProtocol(const Context& context) {
  auto info = query<SecPkgContext_ApplicationProtocol>(context, SECPKG_ATTR_APPLICATION_PROTOCOL);
  if (!info) return info.failure();
  const auto* identifier = reinterpret_cast<const char*>(info->ProtocolId);
  const std::size_t length = std::min<std::size_t>(info->ProtocolIdSize, sizeof info->ProtocolId);
  return ApplicationProtocol{static_cast<uint32_t>(info->ProtoNegoStatus),
                             static_cast<uint32_t>(info->ProtoNegoExt),
                             std::string(identifier, length)};
}

Result<RemoteCertificate> queryRemoteCertContext(const Context& context) {
  auto certificate = query<const CERT_CONTEXT*>(context, kRemoteCertContext);
  if (!certificate) return certificate.failure();
  const Certificate owner(*certificate);
  if (!owner) return Failure{kQueryFunction, SEC_E_INTERNAL_ERROR};
  const auto* der = reinterpret_cast<const std::byte*>(owner->pbCertEncoded);
  if (!der) return Failure{kQueryFunction, SEC_E_INTERNAL_ERROR};
  return RemoteCertificate{{der, der + owner->cbCertEncoded}};
}

Result<ConnectionInfo> queryConnectionInfo(const Context& context) {
  auto info = query<SecPkgContext_ConnectionInfo>(context, kConnectionInfo);
  if (!info) return info.failure();
  return ConnectionInfo{info->dwProtocol,     info->aiCipher, info->dwCipherStrength, info->aiHash,
                        info->dwHashStrength, info->aiExch,   info->dwExchStrength};
}

Result<CipherInfo> queryCipherInfo(const Context& context) {
  SecPkgContext_CipherInfo empty = {};
  empty.dwVersion =
      SECPKGCONTEXT_CIPHERINFO_V1;  // the package fills in the version that is asked for
  auto info = query(context, kCipherInfo, empty);
  if (!info) return info.failure();
  return CipherInfo{info->dwProtocol,
                    info->dwCipherSuite,
                    info->dwBaseCipherSuite,
                    boundedText(info->szCipherSuite),
                    boundedText(info->szCipher),
                    info->dwCipherLen,
                    info->dwCipherBlockLen,
                    boundedText(info->szHash),
                    info->dwHashLen,
                    boundedText(info->szExchange),
                    info->dwMinExchangeLen,
                    info->dwMaxExchangeLen,
                    boundedText(info->szCertificate),
                    info->dwKeyType};
}

Result<KeyingMaterial> queryKeyingMaterial(const Context& context) {
  auto keying = query<SecPkgContext_KeyingMaterial>(context, kKeyingMaterial);
  if (!keying) return keying.failure();
  auto material = takeSecret(kQueryFunction, keying->pbKeyingMaterial, keying->cbKeyingMaterial);
  if (!material) return material.failure();
  return KeyingMaterial{std::move(*material)};
}

Result<void> setKeyingMaterialInfo(const Context& context, KeyingMaterialInfo info) {
  SecPkgContext_KeyingMaterialInfo value = {};
  value.cbLabel = static_cast<WORD>(info.label.size() + 1);  // with its terminating zero
  value.pszLabel = info.label.data();
  value.cbContextValue = static_cast<WORD>(info.context.size());
  value.pbContextValue = bytesOrNull(info.context);
  value.cbKeyingMaterial = info.length;
  return set(context, SECPKG_ATTR_KEYING_MATERIAL_INFO, value);
}

Result<void> setApplicationData(const Context& context, std::span<std::byte> data) {
  SecPkgContext_SessionAppData value = {};
  value.cbAppData = static_cast<DWORD>(data.size());
  value.pbAppData = bytesOrNull(data);
  return set(context, SECPKG_ATTR_APP_DATA, value);
}

}  // namespace sspi
