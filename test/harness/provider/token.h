// The tokens of a handshake: the first carries the key, each a proof that its maker has it.
#ifndef WINSSPI_PROVIDER_TOKEN_H_
#define WINSSPI_PROVIDER_TOKEN_H_

#include <span>
#include <vector>

#include "objects.h"

namespace provider {

// The context's next token. The bindings are the application's channel bindings, or empty.
std::vector<unsigned char> makeToken(const Context& context,
                                     std::span<const unsigned char> bindings);

// Takes the peer's token: SEC_E_OK, SEC_E_INVALID_TOKEN, SEC_E_INCOMPLETE_MESSAGE where tokens are
// records, or SEC_E_BAD_BINDINGS. Changes the
// context's key and style, and nothing else, and only when OK.
SECURITY_STATUS takeToken(Context& context, std::span<const unsigned char> token,
                          std::span<const unsigned char> bindings);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_TOKEN_H_
