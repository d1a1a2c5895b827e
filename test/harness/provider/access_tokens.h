// Access tokens. The client of every context is the user of the process, so that no logon is
// needed.
#ifndef WINSSPI_PROVIDER_ACCESS_TOKENS_H_
#define WINSSPI_PROVIDER_ACCESS_TOKENS_H_

#include <cstdint>

#include "sspi.h"

namespace provider {

// A handle that the caller closes.
bool handOutToken(void** token);
uint32_t tokensAlive();
void forgetTokens();

// A handle that stays the provider's, the same at every call, or null.
HANDLE keptToken();
// Whether somebody closed that handle since it was last asked for, or since this was.
bool keptTokenWasClosed();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_ACCESS_TOKENS_H_
