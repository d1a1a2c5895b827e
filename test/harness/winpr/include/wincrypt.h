// Certificates. No package of WinPR gives one.
#ifndef WINSSPI_TEST_WINPR_WINCRYPT_H_
#define WINSSPI_TEST_WINPR_WINCRYPT_H_

#include <windows.h>

#include <winpr/wincrypt.h>

BOOL CertFreeCertificateContext(PCCERT_CONTEXT certificate);

#endif  // WINSSPI_TEST_WINPR_WINCRYPT_H_
