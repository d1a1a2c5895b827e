// ExportSecurityContext and ImportSecurityContext.
#ifndef WINSSPI_PROVIDER_TRANSFER_H_
#define WINSSPI_PROVIDER_TRANSFER_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI exportSecurityContext(PCtxtHandle context, ULONG flags, PSecBuffer packed,
                                             void** token);
SECURITY_STATUS WINAPI importSecurityContext(SEC_WCHAR* package, PSecBuffer packed, void* token,
                                             PCtxtHandle context);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_TRANSFER_H_
