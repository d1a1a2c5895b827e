// Context attributes: QueryContextAttributes, one function for each.
#ifndef WINSSPI_SSPI_ATTRIBUTES_H_
#define WINSSPI_SSPI_ATTRIBUTES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sspi/packages.h"
#include "sspi/secure_memory.h"
#include "sspi/status.h"

namespace sspi {

class Context;

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_sizes
struct Sizes {
  uint32_t max_token;
  uint32_t max_signature;
  uint32_t block_size;
  uint32_t security_trailer;
};
Result<Sizes> querySizes(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_streamsizes
struct StreamSizes {
  uint32_t header;
  uint32_t trailer;
  uint32_t maximum_message;
  uint32_t buffers;
  uint32_t block_size;
};
Result<StreamSizes> queryStreamSizes(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_namesw
struct Names {
  std::u16string user;
};
Result<Names> queryNames(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_lifespan
struct Lifespan {
  std::optional<double> start;  // milliseconds since 1970, UTC
  std::optional<double> expiry;
};
Result<Lifespan> queryLifespan(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_keyinfow
struct KeyInfo {
  std::u16string signature_algorithm_name;
  std::u16string encrypt_algorithm_name;
  uint32_t key_size;  // bits
  uint32_t signature_algorithm;
  uint32_t encrypt_algorithm;
};
Result<KeyInfo> queryKeyInfo(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_sessionkey
struct SessionKey {
  SecureArray<std::byte> key;
};
Result<SessionKey> querySessionKey(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_packageinfow
Result<PackageInfo> queryPackageInfo(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_negotiationinfow
struct NegotiationInfo {
  PackageInfo package;
  uint32_t state;  // SECPKG_NEGOTIATION_*
};
Result<NegotiationInfo> queryNegotiationInfo(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_nativenamesw
struct NativeNames {
  std::u16string client;
  std::u16string server;
};
Result<NativeNames> queryNativeNames(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_flags
struct Flags {
  uint32_t flags;  // ISC_RET_* or ASC_RET_*
};
Result<Flags> queryFlags(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_dceinfo
struct DceInfo {
  uint32_t authorization_service;  // RPC_C_AUTHZ_*
  std::u16string name;             // of the client, where the service is RPC_C_AUTHZ_NAME
};
Result<DceInfo> queryDceInfo(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_authorityw
struct Authority {
  std::u16string name;
};
Result<Authority> queryAuthority(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_passwordexpiry
struct PasswordExpiry {
  std::optional<double> expiry;  // milliseconds since 1970, UTC
};
Result<PasswordExpiry> queryPasswordExpiry(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_targetinformation
struct TargetInformation {
  std::vector<std::byte> marshalled;
};
Result<TargetInformation> queryTargetInformation(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_clientspecifiedtarget
struct ClientSpecifiedTarget {
  std::u16string name;
};
Result<ClientSpecifiedTarget> queryClientSpecifiedTarget(const Context& context);

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_lastclienttokenstatus
struct LastClientTokenStatus {
  uint32_t status;  // SECPKG_ATTR_LCT_STATUS
};
Result<LastClientTokenStatus> queryLastClientTokenStatus(const Context& context);

}  // namespace sspi

#endif  // WINSSPI_SSPI_ATTRIBUTES_H_
