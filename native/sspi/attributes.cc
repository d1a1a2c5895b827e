#include "sspi/attributes.h"

#include <cstring>

#include "sspi/context.h"
#include "sspi/handle.h"
#include "sspi/text.h"
#include "sspi/time.h"

namespace sspi {
namespace {

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
template <typename Attribute>
Result<Attribute> query(const Context& context, ULONG attribute) {
  constexpr const char* kFunction = "QueryContextAttributes";
  if (!context.started()) return Failure{kFunction, SEC_E_INVALID_HANDLE};
  Attribute value = {};
  const SECURITY_STATUS status = QueryContextAttributesW(context.handle(), attribute, &value);
  if (status != SEC_E_OK) return Failure{kFunction, status};
  return value;
}

// Text inside an attribute is the package's memory, which the caller frees.
std::u16string takeText(SEC_WCHAR* characters) {
  const ContextBuffer<SEC_WCHAR> owner(characters);
  return text(characters);
}

// So is the description of a package. A package that knows none may leave it out.
PackageInfo takePackageInfo(SecPkgInfoW* info) {
  const ContextBuffer<SecPkgInfoW> owner(info);
  return info ? packageInfo(*info) : PackageInfo{};
}

}  // namespace

Result<Sizes> querySizes(const Context& context) {
  auto sizes = query<SecPkgContext_Sizes>(context, SECPKG_ATTR_SIZES);
  if (!sizes) return sizes.failure();
  return Sizes{sizes->cbMaxToken, sizes->cbMaxSignature, sizes->cbBlockSize,
               sizes->cbSecurityTrailer};
}

Result<StreamSizes> queryStreamSizes(const Context& context) {
  auto sizes = query<SecPkgContext_StreamSizes>(context, SECPKG_ATTR_STREAM_SIZES);
  if (!sizes) return sizes.failure();
  return StreamSizes{sizes->cbHeader, sizes->cbTrailer, sizes->cbMaximumMessage, sizes->cBuffers,
                     sizes->cbBlockSize};
}

Result<Names> queryNames(const Context& context) {
  auto names = query<SecPkgContext_NamesW>(context, SECPKG_ATTR_NAMES);
  if (!names) return names.failure();
  return Names{takeText(names->sUserName)};
}

Result<Lifespan> queryLifespan(const Context& context) {
  auto lifespan = query<SecPkgContext_Lifespan>(context, SECPKG_ATTR_LIFESPAN);
  if (!lifespan) return lifespan.failure();
  return Lifespan{millisecondsSinceEpoch(lifespan->tsStart),
                  millisecondsSinceEpoch(lifespan->tsExpiry)};
}

Result<KeyInfo> queryKeyInfo(const Context& context) {
  auto info = query<SecPkgContext_KeyInfoW>(context, SECPKG_ATTR_KEY_INFO);
  if (!info) return info.failure();
  return KeyInfo{takeText(info->sSignatureAlgorithmName), takeText(info->sEncryptAlgorithmName),
                 info->KeySize, info->SignatureAlgorithm, info->EncryptAlgorithm};
}

Result<SessionKey> querySessionKey(const Context& context) {
  auto session = query<SecPkgContext_SessionKey>(context, SECPKG_ATTR_SESSION_KEY);
  if (!session) return session.failure();
  const ContextBuffer<unsigned char> owner(session->SessionKey);
  SecureArray<std::byte> key(owner ? session->SessionKeyLength : 0);
  if (key.size() > 0) {
    std::memcpy(key.data(), session->SessionKey, key.size());
    SecureZeroMemory(session->SessionKey, key.size());
  }
  return SessionKey{std::move(key)};
}

Result<PackageInfo> queryPackageInfo(const Context& context) {
  auto info = query<SecPkgContext_PackageInfoW>(context, SECPKG_ATTR_PACKAGE_INFO);
  if (!info) return info.failure();
  return takePackageInfo(info->PackageInfo);
}

Result<NegotiationInfo> queryNegotiationInfo(const Context& context) {
  auto info = query<SecPkgContext_NegotiationInfoW>(context, SECPKG_ATTR_NEGOTIATION_INFO);
  if (!info) return info.failure();
  return NegotiationInfo{takePackageInfo(info->PackageInfo), info->NegotiationState};
}

Result<NativeNames> queryNativeNames(const Context& context) {
  auto names = query<SecPkgContext_NativeNamesW>(context, SECPKG_ATTR_NATIVE_NAMES);
  if (!names) return names.failure();
  return NativeNames{takeText(names->sClientName), takeText(names->sServerName)};
}

Result<Flags> queryFlags(const Context& context) {
  auto flags = query<SecPkgContext_Flags>(context, SECPKG_ATTR_FLAGS);
  if (!flags) return flags.failure();
  return Flags{flags->Flags};
}

}  // namespace sspi
