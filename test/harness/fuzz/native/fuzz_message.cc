// wrap, wrapInto and unwrap: the bytes that they give are those that the package left.
#include <algorithm>
#include <cstring>

#include "package.h"
#include "sspi/message.h"

namespace {

using fuzz::check;
using fuzz::Package;

bool isNumber(const fuzz::Left& left) {
  return sspi::kind(left.buffer.BufferType) == SECBUFFER_MISSING;
}

bool isRefused(const fuzz::Left& left) {
  return !left.inside && left.buffer.cbBuffer > 0 && !isNumber(left);
}

void checkFailure(const Package& package, const sspi::Failure& failure, bool outside) {
  check(failure.status == package.last_status, "a failure has the package's status");
  check(failure.buffer_outside_memory == outside,
        "a failure says whether the package broke the contract");
}

// What the package left, one behind the other.
std::vector<std::byte> joined(const Package& package) {
  std::vector<std::byte> bytes;
  for (const fuzz::Left& left : package.left) {
    if (!isNumber(left)) bytes.insert(bytes.end(), left.bytes.begin(), left.bytes.end());
  }
  return bytes;
}

void checkSealed(const Package& package, std::span<const std::byte> target,
                 const sspi::Result<sspi::Range>& sealed) {
  const bool is_ok = package.last_status == SEC_E_OK;
  const std::vector<std::byte> expected = joined(package);
  const bool outside =
      is_ok && (std::ranges::any_of(package.left, isRefused) || expected.size() > target.size());
  if (!sealed) return checkFailure(package, sealed.failure(), outside);
  check(is_ok && !outside, "what the package did not seal is not given");
  check(sealed->offset <= target.size() && sealed->length <= target.size() - sealed->offset,
        "a sealed message lies in the target");
  check(std::ranges::equal(target.subspan(sealed->offset, sealed->length), expected),
        "a sealed message is what the package left");
}

void seal(Package& package, const sspi::Context& context) {
  const sspi::WrapRoom room = {package.input.ConsumeIntegralInRange<std::size_t>(0, 80),
                               package.input.ConsumeIntegralInRange<std::size_t>(0, 16)};
  std::vector<std::byte> message = package.bytes(100);
  const std::size_t slack = package.input.ConsumeIntegralInRange<std::size_t>(0, 20);
  std::vector<std::byte> target(room.token + message.size() + room.padding + slack);
  std::span<const std::byte> from(message);
  if (package.input.ConsumeBool() && !target.empty()) {
    // The message may lie in the target.
    const auto at =
        package.input.ConsumeIntegralInRange<std::size_t>(0, target.size() - message.size());
    std::ranges::copy(message, target.begin() + static_cast<std::ptrdiff_t>(at));
    from = std::span(target).subspan(at, message.size());
  }
  if (package.input.ConsumeBool()) {
    return checkSealed(package, target, sspi::wrap(context, 0, target, from, room));
  }
  const auto length = sspi::wrapInto(context, 0, target, from, room);
  if (!length) return checkSealed(package, target, length.failure());
  checkSealed(package, target, sspi::Range{0, *length});
}

void open(Package& package, const sspi::Context& context) {
  std::vector<std::byte> memory = package.bytes(200);
  std::optional<std::size_t> token_length;
  if (package.input.ConsumeBool()) {
    token_length = package.input.ConsumeIntegralInRange<std::size_t>(0, 220);
  }
  const auto opened = sspi::unwrap(context, memory, token_length);
  if (token_length && *token_length > memory.size()) {
    check(!opened && opened.failure().status == SEC_E_INVALID_TOKEN, "a short message is refused");
    return;
  }
  const fuzz::Left& data = package.left[1];
  const bool is_ok = package.last_status == SEC_E_OK;
  if (!opened) return checkFailure(package, opened.failure(), is_ok && isRefused(data));
  check(is_ok && !isRefused(data), "what the package did not open is not given");
  check(opened->qop == package.last_qop, "a quality of protection is the package's");
  const auto [offset, length] = opened->message;
  check(offset <= memory.size() && length <= memory.size() - offset,
        "an opened message lies in the memory");
  check(length == (isNumber(data) ? 0 : data.buffer.cbBuffer), "a length is the package's");
  check(length == 0 || memory.data() + offset == data.buffer.pvBuffer,
        "an opened message begins where the package said");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Package package(data, size);
  const sspi::Context context(sspi::Role::kServer, sspi::PackageInfo{},
                              sspi::ContextHandle(package.newContext()));
  if (package.input.ConsumeBool()) {
    seal(package, context);
  } else {
    open(package, context);
  }
  return 0;
}
