#include "certificates.h"

#include <mutex>
#include <vector>

namespace provider {
namespace {

// Each certificate lies in a store of its own, as Schannel's do, which tells when it closes whether
// the certificate is still in use.
std::mutex mutex;
std::vector<HCERTSTORE> stores;
uint32_t found_alive = 0;  // in stores that are closed

}  // namespace

// https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certopenstore
PCCERT_CONTEXT handOutCertificate() {
  const HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_MEMORY, 0, 0, 0, nullptr);
  if (!store) return nullptr;
  const auto bytes = certificateBytes();
  PCCERT_CONTEXT certificate = nullptr;
  CertAddEncodedCertificateToStore(store, X509_ASN_ENCODING, bytes.data(),
                                   static_cast<DWORD>(bytes.size()), CERT_STORE_ADD_ALWAYS,
                                   &certificate);
  const std::lock_guard lock(mutex);
  stores.push_back(store);
  return certificate;
}

// A store answers once only. What was found alive stays so until it is forgotten.
// https://learn.microsoft.com/windows/win32/api/wincrypt/nf-wincrypt-certclosestore
uint32_t certificatesAlive() {
  const std::lock_guard lock(mutex);
  for (const HCERTSTORE store : stores) {
    if (!CertCloseStore(store, CERT_CLOSE_STORE_CHECK_FLAG)) found_alive++;
  }
  stores.clear();
  return found_alive;
}

void forgetCertificates() {
  certificatesAlive();
  const std::lock_guard lock(mutex);
  found_alive = 0;
}

}  // namespace provider
