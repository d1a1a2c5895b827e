// AcquireCredentialsHandle, AddCredentials, FreeCredentialsHandle.
#ifndef WINSSPI_PROVIDER_CREDENTIALS_H_
#define WINSSPI_PROVIDER_CREDENTIALS_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI acquireCredentialsHandle(SEC_WCHAR* principal, SEC_WCHAR* package, ULONG use,
                                                void* logon, void* identity, SEC_GET_KEY_FN,
                                                void* key_argument, PCredHandle credentials,
                                                PTimeStamp expiry);
SECURITY_STATUS WINAPI addCredentials(PCredHandle credentials, SEC_WCHAR* principal,
                                      SEC_WCHAR* package, ULONG use, void* identity, SEC_GET_KEY_FN,
                                      void* key_argument, PTimeStamp expiry);
SECURITY_STATUS WINAPI freeCredentialsHandle(PCredHandle credentials);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_CREDENTIALS_H_
