// The one certificate that everybody here has: test/harness/fixtures/certificates/rsa-sha256.pem.
#ifndef WINSSPI_PROVIDER_CERTIFICATES_H_
#define WINSSPI_PROVIDER_CERTIFICATES_H_

#include <cstdint>
#include <span>

#include "sspi.h"

namespace provider {

std::span<const unsigned char> certificateBytes();  // DER
std::span<const unsigned char> certificateHash();   // SHA-256

// A context that the caller frees with CertFreeCertificateContext; null when there is none.
PCCERT_CONTEXT handOutCertificate();
// How many contexts were not freed.
uint32_t certificatesAlive();
void forgetCertificates();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_CERTIFICATES_H_
