#include "packages.h"

#include <cwchar>

#include "protection.h"

namespace provider {
namespace {

constexpr uint64_t bits() { return 0; }

template <typename... Rest>
constexpr uint64_t bits(uint64_t attribute, Rest... rest) {
  return (uint64_t{1} << attribute) | bits(rest...);
}

constexpr ULONG kCapabilities = SECPKG_FLAG_INTEGRITY | SECPKG_FLAG_PRIVACY |
                                SECPKG_FLAG_CONNECTION | SECPKG_FLAG_READONLY_WITH_CHECKSUM;

constexpr uint64_t kUsual =
    bits(SECPKG_ATTR_SIZES, SECPKG_ATTR_NAMES, SECPKG_ATTR_LIFESPAN, SECPKG_ATTR_KEY_INFO,
         SECPKG_ATTR_SESSION_KEY, SECPKG_ATTR_PACKAGE_INFO, SECPKG_ATTR_NEGOTIATION_INFO,
         SECPKG_ATTR_NATIVE_NAMES, SECPKG_ATTR_FLAGS);
// TestScript alone answers these, in rare_attributes.cc.
constexpr uint64_t kRare =
    bits(SECPKG_ATTR_DCE_INFO, SECPKG_ATTR_AUTHORITY, SECPKG_ATTR_PASSWORD_EXPIRY,
         SECPKG_ATTR_TARGET_INFORMATION, SECPKG_ATTR_ACCESS_TOKEN,
         SECPKG_ATTR_CLIENT_SPECIFIED_TARGET, SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS);
constexpr uint64_t kStream = bits(SECPKG_ATTR_STREAM_SIZES, SECPKG_ATTR_UNIQUE_BINDINGS,
                                  SECPKG_ATTR_ENDPOINT_BINDINGS, SECPKG_ATTR_APPLICATION_PROTOCOL);
constexpr uint64_t kLaterStream =
    bits(SECPKG_ATTR_REMOTE_CERT_CONTEXT - 64, SECPKG_ATTR_CONNECTION_INFO - 64,
         SECPKG_ATTR_CIPHER_INFO - 64, SECPKG_ATTR_KEYING_MATERIAL - 64);

// Sizes: the largest token and signature, the block, the security trailer.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_sizes
constexpr Package kPackages[] = {
    {L"TestKerberos",
     L"Shaped like Kerberos with AES",
     kCapabilities,
     48000,
     2,
     {48000, 40, 1, 76},
     kUsual,
     0,
     &kKerberosProtection},
    {L"TestNtlm",
     L"Shaped like NTLM",
     kCapabilities,
     2888,
     3,
     {2888, 16, 0, 16},
     bits(SECPKG_ATTR_SIZES, SECPKG_ATTR_NAMES, SECPKG_ATTR_PACKAGE_INFO, SECPKG_ATTR_FLAGS),
     0,
     &kNtlmProtection},
    {L"TestStream",
     L"Shaped like Schannel",
     kCapabilities | SECPKG_FLAG_STREAM,
     24576,
     2,
     {24576, 0, 1, 0},
     bits(SECPKG_ATTR_SIZES, SECPKG_ATTR_PACKAGE_INFO) | kStream,
     kLaterStream,
     &kStreamProtection},
    {L"TestScript",
     L"Does what the test says",
     kCapabilities,
     48000,
     2,
     {48000, 40, 1, 76},
     kUsual | kRare | kStream,
     kLaterStream,
     &kKerberosProtection},
    {L"TestNull",
     L"Does nothing",
     kCapabilities,
     4096,
     2,
     {4096, 16, 0, 16},
     bits(SECPKG_ATTR_SIZES, SECPKG_ATTR_PACKAGE_INFO),
     0,
     &kNullProtection},
    {L"TestNegotiate",
     L"Shaped like Negotiate",
     kCapabilities | SECPKG_FLAG_NEGOTIABLE,
     48256,
     2,
     {48256, 40, 1, 76},
     kUsual,
     0,
     &kKerberosProtection},
};

static_assert(kPackages[kNullPlace].protection == &kNullProtection);

}  // namespace

std::span<const Package> packages() { return kPackages; }

const Package* findPackage(const SEC_WCHAR* name) {
  for (const Package& package : kPackages) {
    if (std::wcscmp(package.name, name) == 0) return &package;
  }
  return nullptr;
}

// The DCE identifier, by which Negotiate is known.
// https://learn.microsoft.com/windows/win32/rpc/authentication-service-constants
unsigned short identifierOf(const Package& package) {
  constexpr unsigned short kNegotiate = 9;
  return std::wcscmp(package.name, L"TestNegotiate") == 0 ? kNegotiate : SECPKG_ID_NONE;
}

SecPkgInfoW packageInfo(const Package& package) {
  return {package.capabilities,
          1,
          identifierOf(package),
          package.max_token,
          const_cast<SEC_WCHAR*>(package.name),
          const_cast<SEC_WCHAR*>(package.comment)};
}

bool answers(const Package& package, ULONG attribute) {
  if (attribute >= 128) return false;
  const uint64_t word = attribute < 64 ? package.attributes : package.later_attributes;
  return ((word >> (attribute % 64)) & 1) != 0;
}

bool isKerberos(const Package& package) { return &package == &kPackages[0]; }
bool isNtlm(const Package& package) { return &package == &kPackages[1]; }
bool isStream(const Package& package) { return &package == &kPackages[2]; }
bool isScript(const Package& package) { return &package == &kPackages[3]; }
bool isNegotiate(const Package& package) { return &package == &kPackages[5]; }
const Package& kerberosPackage() { return kPackages[0]; }
const Package& ntlmPackage() { return kPackages[1]; }

}  // namespace provider
