// One leg of a handshake: what the caller gave, and where the answer goes.
#ifndef WINSSPI_PROVIDER_LEG_H_
#define WINSSPI_PROVIDER_LEG_H_

#include <cstddef>
#include <span>

#include "objects.h"
#include "sspi.h"

namespace provider {

// What the two functions have in common.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initializesecuritycontextw
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acceptsecuritycontext
struct Leg {
  const char* function;
  bool is_server;
  PCredHandle credentials;
  PCtxtHandle context;
  ULONG flags;
  PSecBufferDesc input;
  PCtxtHandle new_context;
  PSecBufferDesc output;
  PULONG attributes;
  PTimeStamp expiry;
};

// The bytes of the first input buffer of a kind.
std::span<const unsigned char> inputOf(const Leg& leg, ULONG kind);
SecBuffer* outputOf(const Leg& leg);

// Where tokens are records, an EMPTY input buffer tells what of the input TOKEN is missing, or how
// many bytes at its end were not taken.
void tellMissing(const Leg& leg);
void tellExtra(const Leg& leg);

// What a failed step leaves for the peer, where the caller asked for it and the behaviour
// "errorToken" is 1, or where that is 2: an alert, or ERROR and the status.
void writeErrorToken(const Leg& leg, SECURITY_STATUS status, bool is_alert);

void writeOutput(SecBuffer& output, std::span<const unsigned char> token);
// Asks for room, but where the caller gave none at all.
SECURITY_STATUS tooSmall(SecBuffer* output, std::size_t wanted);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_LEG_H_
