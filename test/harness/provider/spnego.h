// The frame that TestNegotiate puts around the tokens of the mechanism that it has chosen: SPNEGO.
// https://www.rfc-editor.org/rfc/rfc4178
#ifndef WINSSPI_PROVIDER_SPNEGO_H_
#define WINSSPI_PROVIDER_SPNEGO_H_

#include <optional>
#include <span>
#include <vector>

namespace provider {

// A NegTokenInit with a token of the first mechanism: Kerberos's, or NTLM's where that is the only
// one.
std::vector<unsigned char> offerMechanisms(bool kerberos, bool ntlm,
                                           std::span<const unsigned char> token);

// A NegTokenResp.
std::vector<unsigned char> answerMechanism(bool complete, std::span<const unsigned char> token);

// Whether the bytes begin like a NegTokenInit.
bool isOffer(std::span<const unsigned char> bytes);

struct Frame {
  std::span<const unsigned char> token;
  bool ntlm_first;
};

// Nothing where the bytes are neither of the two.
std::optional<Frame> openFrame(std::span<const unsigned char> bytes);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_SPNEGO_H_
