// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
#include "access_tokens.h"
#include "answers.h"
#include "points_in_time.h"

namespace provider {
namespace {

constexpr unsigned char kTarget[] = {0xF0, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xF7};

// What the pointer points to depends on the service: a text for RPC_C_AUTHZ_NAME, 1.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_dceinfo
SecPkgContext_DceInfo dceInfo() {
  return {behaviour("authorizationService").value_or(1), textOrNull(L"CORP\\al\u00edce")};
}

// The handle stays the package's.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_accesstoken
SecPkgContext_AccessToken accessToken() {
  return {behaves("nullPointers") ? nullptr : keptToken()};
}

SecPkgContext_LastClientTokenStatus lastClientTokenStatus() {
  const uint32_t status = behaviour("lastClientTokenStatus").value_or(SecPkgAttrLastClientTokenYes);
  return {static_cast<SECPKG_ATTR_LCT_STATUS>(status)};
}

}  // namespace

void answerRare(ULONG attribute, void* memory) {
  switch (attribute) {
    case SECPKG_ATTR_DCE_INFO:
      as<SecPkgContext_DceInfo>(memory) = dceInfo();
      break;
    case SECPKG_ATTR_AUTHORITY:
      as<SecPkgContext_AuthorityW>(memory) = {textOrNull(L"C\u00d6RP.TEST")};
      break;
    case SECPKG_ATTR_PASSWORD_EXPIRY:
      as<SecPkgContext_PasswordExpiry>(memory) = {expiryOfPasswords()};
      break;
    case SECPKG_ATTR_TARGET_INFORMATION:
      as<SecPkgContext_TargetInformation>(memory) = {sizeof kTarget, bytesOrNull(kTarget)};
      break;
    case SECPKG_ATTR_ACCESS_TOKEN:
      as<SecPkgContext_AccessToken>(memory) = accessToken();
      break;
    case SECPKG_ATTR_CLIENT_SPECIFIED_TARGET:
      as<SecPkgContext_ClientSpecifiedTarget>(memory) = {textOrNull(L"HTTP/s\u00e9rver.corp.test")};
      break;
    case SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS:
      as<SecPkgContext_LastClientTokenStatus>(memory) = lastClientTokenStatus();
      break;
  }
}

}  // namespace provider
