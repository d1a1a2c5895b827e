// ApplyControlToken, and the step that follows it on a context that is complete.
#ifndef WINSSPI_PROVIDER_CONTROL_TOKEN_H_
#define WINSSPI_PROVIDER_CONTROL_TOKEN_H_

#include <span>
#include <vector>

#include "objects.h"
#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI applyControlToken(PCtxtHandle context, PSecBufferDesc token);

// The one more step that a complete context may take. Gives the token for the peer, if there is
// one: it comes with SEC_E_OK and SEC_I_CONTEXT_EXPIRED.
SECURITY_STATUS continueContext(Context& context, std::span<const unsigned char> input,
                                std::vector<unsigned char>& token);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_CONTROL_TOKEN_H_
