// EncryptMessage, DecryptMessage, MakeSignature, VerifySignature: recorded, scripted, and passed on
// to the context's package.
#ifndef WINSSPI_PROVIDER_MESSAGES_H_
#define WINSSPI_PROVIDER_MESSAGES_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI encryptMessage(PCtxtHandle, ULONG qop, PSecBufferDesc, ULONG sequence);
SECURITY_STATUS WINAPI decryptMessage(PCtxtHandle, PSecBufferDesc, ULONG sequence, PULONG qop);
SECURITY_STATUS WINAPI makeSignature(PCtxtHandle, ULONG qop, PSecBufferDesc, ULONG sequence);
SECURITY_STATUS WINAPI verifySignature(PCtxtHandle, PSecBufferDesc, ULONG sequence, PULONG qop);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_MESSAGES_H_
