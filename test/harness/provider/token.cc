#include "token.h"

#include <cstring>

#include "stream.h"

namespace provider {
namespace {

constexpr Key kNoKey = {};

struct Body {
  char mark[4];
  uint32_t number;  // the first token is 1
  Key key;          // in the first token
  uint64_t bindings;
  uint64_t proof;
};

Position place(uint32_t number) { return {number % 2 == 0, number}; }

uint64_t sumOf(std::span<const unsigned char> bytes) {
  if (bytes.empty()) return 0;
  Checksum sum(kNoKey, {});
  sum.add(bytes);
  return sum.value();
}

// The mark says whether the client asked for DCE_STYLE, which changes how many tokens there are.
Body bodyOf(const Context& context, uint32_t number, uint64_t bindings) {
  Body body = {{'T', 'E', 'S', context.dce_style ? 'D' : 'T'}, number, {}, bindings, 0};
  if (number == 1) body.key = context.key;
  Checksum proof(context.key, place(number));
  proof.add({reinterpret_cast<const unsigned char*>(&body), sizeof body});
  body.proof = proof.value();
  return body;
}

}  // namespace

std::vector<unsigned char> makeToken(const Context& context,
                                     std::span<const unsigned char> bindings) {
  const Body body = bodyOf(context, context.tokens + 1, sumOf(bindings));
  std::vector<unsigned char> token;
  if (isStream(*context.package)) token = {0x16, 3, 3, 0, sizeof body};
  const auto* bytes = reinterpret_cast<const unsigned char*>(&body);
  token.insert(token.end(), bytes, bytes + sizeof body);
  return token;
}

SECURITY_STATUS takeToken(Context& context, std::span<const unsigned char> token,
                          std::span<const unsigned char> bindings) {
  const bool is_record = isStream(*context.package);
  if (is_record && !token.empty() && token[0] != kHandshakeRecord) return SEC_E_INVALID_TOKEN;
  if (is_record && token.size() < recordLength(token)) return SEC_E_INCOMPLETE_MESSAGE;
  const std::size_t head = is_record ? recordLength({}) : 0;
  // Behind a token that was made longer on purpose there are zeros.
  if (token.size() < head + sizeof(Body)) return SEC_E_INVALID_TOKEN;
  Body body;
  std::memcpy(&body, token.data() + head, sizeof body);
  Context candidate = context;
  if (body.number == 1) candidate.key = body.key;
  candidate.dce_style = body.mark[3] == 'D';
  const Body expected = bodyOf(candidate, context.tokens + 1, body.bindings);
  if (std::memcmp(&body, &expected, sizeof body) != 0) return SEC_E_INVALID_TOKEN;
  // RFC 4121: an acceptor that has bindings wants the same from the initiator.
  if (!bindings.empty() && body.bindings != sumOf(bindings)) return SEC_E_BAD_BINDINGS;
  context.key = candidate.key;
  context.dce_style = candidate.dce_style;
  return SEC_E_OK;
}

}  // namespace provider
