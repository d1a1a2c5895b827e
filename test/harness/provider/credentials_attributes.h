// QueryCredentialsAttributes and SetCredentialsAttributes.
#ifndef WINSSPI_PROVIDER_CREDENTIALS_ATTRIBUTES_H_
#define WINSSPI_PROVIDER_CREDENTIALS_ATTRIBUTES_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI queryCredentialsAttributes(PCredHandle credentials, ULONG attribute,
                                                  void* answer);
SECURITY_STATUS WINAPI setCredentialsAttributes(PCredHandle credentials, ULONG attribute,
                                                void* value, ULONG size);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_CREDENTIALS_ATTRIBUTES_H_
