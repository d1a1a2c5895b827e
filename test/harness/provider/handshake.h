// InitializeSecurityContext, AcceptSecurityContext, CompleteAuthToken, DeleteSecurityContext.
#ifndef WINSSPI_PROVIDER_HANDSHAKE_H_
#define WINSSPI_PROVIDER_HANDSHAKE_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI initializeSecurityContext(PCredHandle credentials, PCtxtHandle context,
                                                 SEC_WCHAR* target, ULONG flags, ULONG,
                                                 ULONG representation, PSecBufferDesc input, ULONG,
                                                 PCtxtHandle new_context, PSecBufferDesc output,
                                                 PULONG attributes, PTimeStamp expiry);
SECURITY_STATUS WINAPI acceptSecurityContext(PCredHandle credentials, PCtxtHandle context,
                                             PSecBufferDesc input, ULONG flags,
                                             ULONG representation, PCtxtHandle new_context,
                                             PSecBufferDesc output, PULONG attributes,
                                             PTimeStamp expiry);
SECURITY_STATUS WINAPI completeAuthToken(PCtxtHandle context, PSecBufferDesc token);
SECURITY_STATUS WINAPI deleteSecurityContext(PCtxtHandle context);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_HANDSHAKE_H_
