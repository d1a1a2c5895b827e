#include "later_legs.h"

SECURITY_STATUS acceptLater(PCredHandle credentials, PCtxtHandle context, PSecBufferDesc input,
                            ULONG flags, ULONG representation, PCtxtHandle returned,
                            PSecBufferDesc output, PULONG granted, PTimeStamp expiry) {
  return AcceptSecurityContext(credentials, context, input, flags, representation, returned, output,
                               granted, expiry);
}

SECURITY_STATUS initializeLater(PCredHandle credentials, PCtxtHandle context, SEC_WCHAR* target,
                                ULONG flags, ULONG reserved1, ULONG representation,
                                PSecBufferDesc input, ULONG reserved2, PCtxtHandle returned,
                                PSecBufferDesc output, PULONG granted, PTimeStamp expiry) {
  return InitializeSecurityContextW(credentials, context, target, flags, reserved1, representation,
                                    input, reserved2, returned, output, granted, expiry);
}
