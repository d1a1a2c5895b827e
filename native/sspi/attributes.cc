#include "sspi/attributes.h"

#include "sspi/context_buffer.h"
#include "sspi/query.h"
#include "sspi/time.h"

namespace sspi {
namespace {

// None: a negotiation that has not chosen a package yet.
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
  // A peer without a name must not pass for one whose name is empty.
  if (!names->sUserName) return Failure{kQueryFunction, SEC_E_INTERNAL_ERROR};
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
  auto key = takeSecret(kQueryFunction, session->SessionKey, session->SessionKeyLength);
  if (!key) return key.failure();
  return SessionKey{std::move(*key)};
}

Result<PackageInfo> queryPackageInfo(const Context& context) {
  auto info = query<SecPkgContext_PackageInfoW>(context, SECPKG_ATTR_PACKAGE_INFO);
  if (!info) return info.failure();
  if (!info->PackageInfo) return Failure{kQueryFunction, SEC_E_INTERNAL_ERROR};
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

Result<DceInfo> queryDceInfo(const Context& context) {
  constexpr ULONG kName = 1;  // RPC_C_AUTHZ_NAME, of rpcdce.h
  auto info = query<SecPkgContext_DceInfo>(context, SECPKG_ATTR_DCE_INFO);
  if (!info) return info.failure();
  // Like all memory that a package allocates for an attribute:
  // https://learn.microsoft.com/windows/win32/secauthn/querycontextattributes--general
  // What another service has there has no length that a caller could know.
  const ContextBuffer<void> owner(info->pPac);
  const auto* name = info->AuthzSvc == kName ? static_cast<SEC_WCHAR*>(info->pPac) : nullptr;
  return DceInfo{info->AuthzSvc, text(name)};
}

Result<Authority> queryAuthority(const Context& context) {
  auto authority = query<SecPkgContext_AuthorityW>(context, SECPKG_ATTR_AUTHORITY);
  if (!authority) return authority.failure();
  return Authority{takeText(authority->sAuthorityName)};
}

Result<PasswordExpiry> queryPasswordExpiry(const Context& context) {
  auto expiry = query<SecPkgContext_PasswordExpiry>(context, SECPKG_ATTR_PASSWORD_EXPIRY);
  if (!expiry) return expiry.failure();
  return PasswordExpiry{millisecondsSinceEpoch(expiry->tsPasswordExpires)};
}

Result<TargetInformation> queryTargetInformation(const Context& context) {
  auto info = query<SecPkgContext_TargetInformation>(context, SECPKG_ATTR_TARGET_INFORMATION);
  if (!info) return info.failure();
  return TargetInformation{takeBytes(info->MarshalledTargetInfo, info->MarshalledTargetInfoLength)};
}

Result<ClientSpecifiedTarget> queryClientSpecifiedTarget(const Context& context) {
  auto target =
      query<SecPkgContext_ClientSpecifiedTarget>(context, SECPKG_ATTR_CLIENT_SPECIFIED_TARGET);
  if (!target) return target.failure();
  return ClientSpecifiedTarget{takeText(target->sTargetName)};
}

Result<LastClientTokenStatus> queryLastClientTokenStatus(const Context& context) {
  auto last =
      query<SecPkgContext_LastClientTokenStatus>(context, SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS);
  if (!last) return last.failure();
  return LastClientTokenStatus{static_cast<uint32_t>(last->LastClientTokenStatus)};
}

}  // namespace sspi
