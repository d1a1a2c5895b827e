// Schannel: the context attributes that only it has, some of which can be set.
#ifndef WINSSPI_SSPI_SCHANNEL_H_
#define WINSSPI_SSPI_SCHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sspi/secure_memory.h"
#include "sspi/status.h"

namespace sspi {

class Context;

// Their numbers, SECPKG_ATTR_*, which schannel.h has and sspi.h does not.
inline constexpr uint32_t kRemoteCertContext = 0x53;
inline constexpr uint32_t kConnectionInfo = 0x5A;
inline constexpr uint32_t kCipherInfo = 0x64;
inline constexpr uint32_t kKeyingMaterial = 0x6B;

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_applicationprotocol
struct ApplicationProtocol {
  uint32_t status;     // SEC_APPLICATION_PROTOCOL_NEGOTIATION_STATUS
  uint32_t extension;  // SEC_APPLICATION_PROTOCOL_NEGOTIATION_EXT
  std::string protocol;
};
Result<ApplicationProtocol> queryApplicationProtocol(const Context& context);

// https://learn.microsoft.com/windows/win32/secauthn/querycontextattributes--schannel
struct RemoteCertificate {
  std::vector<std::byte> der;
};
Result<RemoteCertificate> queryRemoteCertContext(const Context& context);

// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_connectioninfo
struct ConnectionInfo {
  uint32_t protocol;            // SP_PROT_*
  uint32_t cipher_algorithm;    // ALG_ID
  uint32_t cipher_strength;     // bits
  uint32_t hash_algorithm;      // ALG_ID
  uint32_t hash_strength;       // bits
  uint32_t exchange_algorithm;  // ALG_ID
  uint32_t exchange_strength;   // bits
};
Result<ConnectionInfo> queryConnectionInfo(const Context& context);

// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_cipherinfo
struct CipherInfo {
  uint32_t protocol;      // of the wire: 0x303 for TLS 1.2
  uint32_t cipher_suite;  // of the registry of TLS
  uint32_t base_cipher_suite;
  std::u16string cipher_suite_name;
  std::u16string cipher_name;
  uint32_t cipher_length;        // bits
  uint32_t cipher_block_length;  // bytes
  std::u16string hash_name;
  uint32_t hash_length;  // bits
  std::u16string exchange_name;
  uint32_t minimum_exchange_length;  // bits
  uint32_t maximum_exchange_length;  // bits
  std::u16string certificate_name;
  uint32_t key_type;
};
Result<CipherInfo> queryCipherInfo(const Context& context);

// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_keyingmaterial
struct KeyingMaterial {
  SecureArray<std::byte> material;
};
Result<KeyingMaterial> queryKeyingMaterial(const Context& context);

// What queryKeyingMaterial() is to derive: RFC 5705.
// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_keyingmaterialinfo
struct KeyingMaterialInfo {
  std::string label;
  std::vector<std::byte> context;  // at most 65,535 bytes; empty: none
  uint32_t length;                 // bytes
};
Result<void> setKeyingMaterialInfo(const Context& context, KeyingMaterialInfo info);

// Data of the caller's that stays with the TLS session.
// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_sessionappdata
Result<void> setApplicationData(const Context& context, std::span<std::byte> data);

}  // namespace sspi

#endif  // WINSSPI_SSPI_SCHANNEL_H_
