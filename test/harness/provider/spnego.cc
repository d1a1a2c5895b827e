#include "spnego.h"

#include <algorithm>
#include <cstddef>

namespace provider {
namespace {

using Bytes = std::vector<unsigned char>;
using View = std::span<const unsigned char>;

// Tags of DER.
constexpr unsigned char kOctets = 0x04;
constexpr unsigned char kIdentifier = 0x06;
constexpr unsigned char kEnumerated = 0x0A;
constexpr unsigned char kSequence = 0x30;
constexpr unsigned char kApplication = 0x60;
constexpr unsigned char kFirst = 0xA0;
constexpr unsigned char kSecond = 0xA1;
constexpr unsigned char kThird = 0xA2;

constexpr unsigned char kSpnego[] = {0x2B, 6, 1, 5, 5, 2};
// What a client on Windows offers, in this order.
constexpr unsigned char kMicrosoftKerberos[] = {0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 1, 2, 2};
constexpr unsigned char kKerberos[] = {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 1, 2, 2};
constexpr unsigned char kNegoEx[] = {0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 30};
constexpr unsigned char kNtlm[] = {0x2B, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10};

void append(Bytes& bytes, View more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

Bytes element(unsigned char tag, View content) {
  const std::size_t length = content.size();
  Bytes bytes;
  bytes.reserve(4 + length);
  bytes.push_back(tag);
  if (length >= 0x80) bytes.push_back(length >= 0x100 ? 0x82 : 0x81);
  if (length >= 0x100) bytes.push_back(static_cast<unsigned char>(length >> 8));
  bytes.push_back(static_cast<unsigned char>(length));
  append(bytes, content);
  return bytes;
}

// Takes the element at the start, and gives what it holds, if it has the tag.
std::optional<View> take(View& bytes, unsigned char tag) {
  if (bytes.size() < 2 || bytes[0] != tag) return std::nullopt;
  const std::size_t more = bytes[1] < 0x80 ? 0 : bytes[1] - std::size_t{0x80};
  if (more > 2 || bytes.size() < 2 + more) return std::nullopt;
  std::size_t length = more == 0 ? bytes[1] : 0;
  for (std::size_t i = 0; i < more; i++) length = (length << 8) | bytes[2 + i];
  const View rest = bytes.subspan(2 + more);
  if (rest.size() < length) return std::nullopt;
  bytes = rest.subspan(length);
  return rest.first(length);
}

// The elements of a path, each the first of the one before.
template <typename... Tags>
std::optional<View> takePath(View& bytes, unsigned char tag, Tags... tags) {
  auto content = take(bytes, tag);
  if constexpr (sizeof...(tags) > 0) {
    if (content) return takePath(*content, tags...);
  }
  return content;
}

std::optional<Frame> openOffer(View bytes) {
  auto offer = take(bytes, kApplication);
  if (!offer || !take(*offer, kIdentifier)) return std::nullopt;
  auto fields = takePath(*offer, kFirst, kSequence);
  if (!fields) return std::nullopt;
  const auto mechanism = takePath(*fields, kFirst, kSequence, kIdentifier);
  const auto token = takePath(*fields, kThird, kOctets);
  if (!mechanism || !token) return std::nullopt;
  return Frame{*token, std::ranges::equal(*mechanism, kNtlm)};
}

std::optional<Frame> openAnswer(View bytes) {
  auto fields = takePath(bytes, kSecond, kSequence);
  if (!fields || !take(*fields, kFirst)) return std::nullopt;
  const auto token = takePath(*fields, kThird, kOctets);
  if (!token) return std::nullopt;
  return Frame{*token, false};
}

}  // namespace

std::vector<unsigned char> offerMechanisms(bool kerberos, bool ntlm, View token) {
  Bytes mechanisms;
  if (kerberos) {
    for (const View mechanism : {View(kMicrosoftKerberos), View(kKerberos), View(kNegoEx)}) {
      append(mechanisms, element(kIdentifier, mechanism));
    }
  }
  if (ntlm) append(mechanisms, element(kIdentifier, kNtlm));
  Bytes fields = element(kFirst, element(kSequence, mechanisms));
  append(fields, element(kThird, element(kOctets, token)));
  Bytes offer = element(kIdentifier, kSpnego);
  append(offer, element(kFirst, element(kSequence, fields)));
  return element(kApplication, offer);
}

std::vector<unsigned char> answerMechanism(bool complete, View token) {
  const unsigned char state[] = {static_cast<unsigned char>(complete ? 0 : 1)};
  Bytes fields = element(kFirst, element(kEnumerated, state));
  append(fields, element(kThird, element(kOctets, token)));
  return element(kSecond, element(kSequence, fields));
}

bool isOffer(View bytes) {
  auto offer = take(bytes, kApplication);
  if (!offer) return false;
  const auto mechanism = take(*offer, kIdentifier);
  return mechanism && std::ranges::equal(*mechanism, kSpnego);
}

std::optional<Frame> openFrame(View bytes) {
  return isOffer(bytes) ? openOffer(bytes) : openAnswer(bytes);
}

}  // namespace provider
