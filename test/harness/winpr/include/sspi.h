// The part of sspi.h that native/ needs and WinPR does not have. WinPR declares what an attribute
// points to as bytes, whatever it is.
#ifndef WINSSPI_TEST_WINPR_SSPI_H_
#define WINSSPI_TEST_WINPR_SSPI_H_

#include <windows.h>

#include <winpr/sspi.h>

// Context attributes.
struct SecPkgContext_NamesW {
  SEC_WCHAR* sUserName;
};
struct SecPkgContext_NativeNamesW {
  SEC_WCHAR* sClientName;
  SEC_WCHAR* sServerName;
};
struct SecPkgContext_KeyInfoW {
  SEC_WCHAR* sSignatureAlgorithmName;
  SEC_WCHAR* sEncryptAlgorithmName;
  ULONG KeySize;
  ULONG SignatureAlgorithm;
  ULONG EncryptAlgorithm;
};
struct SecPkgContext_AuthorityW {
  SEC_WCHAR* sAuthorityName;
};
using SecPkgContext_PackageInfoW = SecPkgContext_PackageInfo;
using SecPkgContext_NegotiationInfoW = SecPkgContext_NegotiationInfo;
using SecPkgContext_DceInfo = SecPkgContex_DceInfo;

// The structure of this name in WinPR's header has other text.
struct ClientSpecifiedTargetW {
  SEC_WCHAR* sTargetName;
};
#define SecPkgContext_ClientSpecifiedTarget ClientSpecifiedTargetW

struct SecPkgContext_LastClientTokenStatus {
  ULONG LastClientTokenStatus;
};

#define SECPKG_ATTR_APPLICATION_PROTOCOL 35
struct SecPkgContext_ApplicationProtocol {
  ULONG ProtoNegoStatus;
  ULONG ProtoNegoExt;
  unsigned char ProtocolIdSize;
  unsigned char ProtocolId[255];
};

// Credentials.
#define SEC_WINNT_AUTH_IDENTITY_VERSION 0x200
struct SEC_WINNT_AUTH_IDENTITY_EXW {
  ULONG Version;
  ULONG Length;
  unsigned short* User;
  ULONG UserLength;
  unsigned short* Domain;
  ULONG DomainLength;
  unsigned short* Password;
  ULONG PasswordLength;
  ULONG Flags;
  unsigned short* PackageList;
  ULONG PackageListLength;
};

#define SEC_WINNT_AUTH_IDENTITY_VERSION_2 0x201
struct SEC_WINNT_AUTH_IDENTITY_EX2 {
  ULONG Version;
  USHORT cbHeaderLength;
  ULONG cbStructureLength;
  ULONG UserOffset;
  USHORT UserLength;
  ULONG DomainOffset;
  USHORT DomainLength;
  ULONG PackedCredentialsOffset;
  USHORT PackedCredentialsLength;
  ULONG Flags;
  ULONG PackageListOffset;
  USHORT PackageListLength;
};
struct SEC_WINNT_AUTH_BYTE_VECTOR {
  ULONG ByteArrayOffset;
  USHORT ByteArrayLength;
};
struct SEC_WINNT_AUTH_DATA {
  GUID CredType;
  SEC_WINNT_AUTH_BYTE_VECTOR CredData;
};
struct SEC_WINNT_AUTH_PACKED_CREDENTIALS {
  USHORT cbHeaderLength;
  USHORT cbStructureLength;
  SEC_WINNT_AUTH_DATA AuthData;
};
inline constexpr GUID SEC_WINNT_AUTH_DATA_TYPE_KEYTAB = {
    0xd587aae8, 0xf78f, 0x4455, {0xa1, 0x12, 0xc9, 0x34, 0xbe, 0xee, 0x7c, 0xe1}};

#define SECPKG_CRED_ATTR_SSI_PROVIDER 2
struct SecPkgCredentials_SSIProviderW {
  SEC_WCHAR* sProviderName;
  ULONG ProviderInfoLength;
  char* ProviderInfo;
};

#define SECPKG_CRED_ATTR_CERT 4
struct SecPkgCredentials_Cert {
  ULONG EncodedCertSize;
  unsigned char* EncodedCert;
};

#define SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS 3
#define KDC_PROXY_SETTINGS_V1 1
#define KDC_PROXY_SETTINGS_FLAGS_FORCEPROXY 0x1
struct SecPkgCredentials_KdcProxySettingsW {
  ULONG Version;
  ULONG Flags;
  USHORT ProxyServerOffset;
  USHORT ProxyServerLength;
  USHORT ClientTlsCredOffset;
  USHORT ClientTlsCredLength;
};

using SET_CREDENTIALS_ATTRIBUTES_FN_W = SECURITY_STATUS (*)(PCredHandle, ULONG, void*, ULONG);

// What WinPR does otherwise than Windows is put right on the way: see sspi.cc.
#define AcceptSecurityContext acceptOnWinpr
#define InitializeSecurityContextW initializeOnWinpr
#define QueryContextAttributesW queryOnWinpr
#define EncryptMessage encryptOnWinpr
#define DecryptMessage decryptOnWinpr
#define MakeSignature signOnWinpr
#define VerifySignature verifyOnWinpr
#define QuerySecurityPackageInfoW queryPackageOnWinpr
#define EnumerateSecurityPackagesW enumerateOnWinpr
#define FreeContextBuffer freeOnWinpr
SECURITY_STATUS queryPackageOnWinpr(SEC_WCHAR* name, SecPkgInfoW** package);
SECURITY_STATUS enumerateOnWinpr(ULONG* count, SecPkgInfoW** packages);
SECURITY_STATUS freeOnWinpr(void* memory);
SECURITY_STATUS acceptOnWinpr(PCredHandle credentials, PCtxtHandle context, PSecBufferDesc input,
                              ULONG flags, ULONG representation, PCtxtHandle returned,
                              PSecBufferDesc output, PULONG granted, PTimeStamp expiry);
SECURITY_STATUS initializeOnWinpr(PCredHandle credentials, PCtxtHandle context, SEC_WCHAR* target,
                                  ULONG flags, ULONG reserved1, ULONG representation,
                                  PSecBufferDesc input, ULONG reserved2, PCtxtHandle returned,
                                  PSecBufferDesc output, PULONG granted, PTimeStamp expiry);
SECURITY_STATUS queryOnWinpr(PCtxtHandle context, ULONG attribute, void* value);
SECURITY_STATUS encryptOnWinpr(PCtxtHandle context, ULONG qop, PSecBufferDesc message,
                               ULONG sequence_number);
SECURITY_STATUS decryptOnWinpr(PCtxtHandle context, PSecBufferDesc message, ULONG sequence_number,
                               PULONG qop);
SECURITY_STATUS signOnWinpr(PCtxtHandle context, ULONG qop, PSecBufferDesc message,
                            ULONG sequence_number);
SECURITY_STATUS verifyOnWinpr(PCtxtHandle context, PSecBufferDesc message, ULONG sequence_number,
                              PULONG qop);

SECURITY_STATUS AddCredentialsW(PCredHandle credentials, LPWSTR principal, LPWSTR package,
                                ULONG use, void* data, SEC_GET_KEY_FN get_key, void* argument,
                                PTimeStamp expiry);

#endif  // WINSSPI_TEST_WINPR_SSPI_H_
