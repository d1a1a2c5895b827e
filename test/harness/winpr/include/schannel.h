// The part of schannel.h that native/ needs and WinPR does not have. WinPR's own Schannel answers none
// of it.
#ifndef WINSSPI_TEST_WINPR_SCHANNEL_H_
#define WINSSPI_TEST_WINPR_SCHANNEL_H_

#include <sspi.h>

#define SECPKG_ATTR_APP_DATA 0x5e
#define SECPKG_ATTR_KEYING_MATERIAL_INFO 0x6a

#define SECPKGCONTEXT_CIPHERINFO_V1 1
struct SecPkgContext_CipherInfo {
  DWORD dwVersion;
  DWORD dwProtocol;
  DWORD dwCipherSuite;
  DWORD dwBaseCipherSuite;
  WCHAR szCipherSuite[64];
  WCHAR szCipher[64];
  DWORD dwCipherLen;
  DWORD dwCipherBlockLen;
  WCHAR szHash[64];
  DWORD dwHashLen;
  WCHAR szExchange[64];
  DWORD dwMinExchangeLen;
  DWORD dwMaxExchangeLen;
  WCHAR szCertificate[64];
  DWORD dwKeyType;
};

struct SecPkgContext_KeyingMaterialInfo {
  WORD cbLabel;
  LPSTR pszLabel;
  WORD cbContextValue;
  PBYTE pbContextValue;
  DWORD cbKeyingMaterial;
};

struct SecPkgContext_KeyingMaterial {
  DWORD cbKeyingMaterial;
  PBYTE pbKeyingMaterial;
};

#endif  // WINSSPI_TEST_WINPR_SCHANNEL_H_
