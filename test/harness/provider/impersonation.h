// ImpersonateSecurityContext, RevertSecurityContext, QuerySecurityContextToken.
#ifndef WINSSPI_PROVIDER_IMPERSONATION_H_
#define WINSSPI_PROVIDER_IMPERSONATION_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI impersonateSecurityContext(PCtxtHandle context);
SECURITY_STATUS WINAPI revertSecurityContext(PCtxtHandle context);
SECURITY_STATUS WINAPI querySecurityContextToken(PCtxtHandle context, void** token);

// Whether the calling thread acts as somebody else.
bool isImpersonating();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_IMPERSONATION_H_
