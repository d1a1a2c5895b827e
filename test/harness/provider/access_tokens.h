// Access tokens. The client of every context is the user of the process, so that no logon is
// needed.
#ifndef WINSSPI_PROVIDER_ACCESS_TOKENS_H_
#define WINSSPI_PROVIDER_ACCESS_TOKENS_H_

#include <cstdint>

#include "cipher.h"
#include "sspi.h"

namespace provider {

// A handle that the caller closes, or, as the behaviour "noToken" says, one that names no token. The
// key is the session's.
bool handOutToken(void** token, const Key& key);
bool wasHandedOut(HANDLE token);
// A number made of the key of a token's session: another one for each client.
uint32_t clientNumberOf(HANDLE token);
uint32_t tokensAlive();
void forgetTokens();

// A handle that stays the provider's, the same at every call, or null. As above with "noToken".
HANDLE keptToken();
// Whether somebody closed a handle that stays the provider's since it was last asked for, or since
// this was.
bool keptHandleWasClosed();

// Closes every handle of an impersonation token that the caller has.
void closeTokensOfCaller();

// The number of the calling thread's own token; 0: it has none.
uint64_t threadTokenNumber();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_ACCESS_TOKENS_H_
