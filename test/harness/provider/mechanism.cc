#include "mechanism.h"

#include "script.h"
#include "spnego.h"

namespace provider {

// What TestNegotiate's client takes, as the behaviour "mechanism" says. Where NTLM is the only one,
// Negotiate sends NTLM's tokens as they are.
void chooseMechanism(Context& context) {
  const uint32_t mechanism = behaviour("mechanism").value_or(0);
  context.chosen = mechanism == 0 ? &kerberosPackage() : &ntlmPackage();
  context.framed = mechanism != 2;
}

// How many tokens make a handshake. DCE_STYLE adds one to Kerberos; within SPNEGO, the server then
// completes with the last, and the client takes it without an answer. So it is with NTLM.
uint32_t tokensOf(const Context& context) {
  const Package& package = *context.package;
  const Package& mechanism = context.mechanism();
  const uint32_t own = mechanism.tokens + (isKerberos(mechanism) && context.dce_style ? 1 : 0);
  if (context.framed && own > 2) return 4;
  const bool told = isScript(package) || isStream(package);
  return told ? behaviour("tokens").value_or(own) : own;
}

std::vector<unsigned char> framed(const Context& context, std::span<const unsigned char> token) {
  const bool is_offer = context.tokens == 0;
  if (is_offer) return offerMechanisms(isKerberos(*context.chosen), !context.without_ntlm, token);
  return answerMechanism(context.tokens + 1 == tokensOf(context), token);
}

// The mechanism's token in TestNegotiate's. A server takes NTLM's as they are, too.
std::optional<std::span<const unsigned char>> unframed(Context& next,
                                                       std::span<const unsigned char> input) {
  if (!next.chosen) {
    const auto frame = openFrame(input);
    next.framed = frame.has_value();
    next.chosen = frame && !frame->ntlm_first ? &kerberosPackage() : &ntlmPackage();
  }
  if (!next.framed) return input;
  const auto frame = openFrame(input);
  return frame ? std::optional(frame->token) : std::nullopt;
}

}  // namespace provider
