// The security packages of this provider.
#ifndef WINSSPI_PROVIDER_PACKAGES_H_
#define WINSSPI_PROVIDER_PACKAGES_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "sspi.h"

namespace provider {

struct Context;

// The four message functions of a package.
struct Protection {
  SECURITY_STATUS (*encrypt)(Context&, ULONG qop, std::span<SecBuffer>);
  SECURITY_STATUS (*decrypt)(Context&, std::span<SecBuffer>, ULONG& qop);
  SECURITY_STATUS (*sign)(Context&, ULONG qop, std::span<SecBuffer>);
  SECURITY_STATUS (*verify)(Context&, std::span<SecBuffer>, ULONG& qop);
};

struct Package {
  const wchar_t* name;
  const wchar_t* comment;
  ULONG capabilities;  // SECPKG_FLAG_*
  ULONG max_token;
  uint32_t tokens;  // of a handshake, both sides together
  SecPkgContext_Sizes sizes;
  uint64_t attributes;        // bit N: SECPKG_ATTR_N is answered
  uint64_t later_attributes;  // bit N: SECPKG_ATTR_(64 + N), which are Schannel's
  const Protection* protection;
};

std::span<const Package> packages();
const Package* findPackage(const SEC_WCHAR* name);
SecPkgInfoW packageInfo(const Package& package);
bool answers(const Package& package, ULONG attribute);
inline constexpr std::size_t kNullPlace = 4;  // of TestNull
bool isKerberos(const Package& package);
bool isNtlm(const Package& package);
bool isStream(const Package& package);  // its tokens are records
bool isScript(const Package& package);
bool isNegotiate(const Package& package);  // its contexts have the mechanism of another package
const Package& kerberosPackage();
const Package& ntlmPackage();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_PACKAGES_H_
