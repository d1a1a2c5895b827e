// The functions over bytes: the bytes that they give are those that the package left.
#include <algorithm>
#include <array>
#include <optional>
#include <vector>

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

// Whether the package left a buffer where it was, and no longer.
bool isInPlace(const Package& package, std::size_t index) {
  const SecBuffer& given = package.given[index];
  const fuzz::Left& left = package.left[index];
  if (isNumber(left) || left.buffer.cbBuffer == 0) return true;
  return left.buffer.pvBuffer == given.pvBuffer && left.buffer.cbBuffer <= given.cbBuffer;
}

// The result is what the package left of these buffers, one behind the other at the target's start.
void checkWritten(const Package& package, std::span<const std::byte> target,
                  const sspi::Result<std::size_t>& length, std::span<const std::size_t> indices) {
  const bool is_ok = package.last_status == SEC_E_OK;
  const bool moved =
      std::ranges::any_of(indices, [&](std::size_t index) { return !isInPlace(package, index); });
  if (!length) return checkFailure(package, length.failure(), is_ok && moved);
  check(is_ok && !moved, "what the package did not write is not given");
  std::vector<std::byte> expected;
  for (const std::size_t index : indices) {
    const fuzz::Left& left = package.left[index];
    if (!isNumber(left)) expected.insert(expected.end(), left.bytes.begin(), left.bytes.end());
  }
  check(*length <= target.size(), "a result lies in the target");
  check(std::ranges::equal(target.first(*length), expected), "a result is what the package left");
}

void wrap(Package& package, const sspi::Context& context) {
  const sspi::TrailerSizes sizes = {package.input.ConsumeIntegralInRange<std::size_t>(0, 80),
                                    package.input.ConsumeIntegralInRange<std::size_t>(0, 16)};
  std::vector<std::byte> message = package.bytes(100);
  const std::size_t slack = package.input.ConsumeIntegralInRange<std::size_t>(0, 20);
  std::vector<std::byte> target(sizes.token + message.size() + sizes.padding + slack);
  std::span<const std::byte> from(message);
  if (package.input.ConsumeBool() && !target.empty()) {
    // The message may lie in the target.
    const auto at =
        package.input.ConsumeIntegralInRange<std::size_t>(0, target.size() - message.size());
    std::ranges::copy(message, target.begin() + static_cast<std::ptrdiff_t>(at));
    from = std::span(target).subspan(at, message.size());
  }
  const auto length = sspi::wrapMessage(context, 0, target, from, sizes);
  checkWritten(package, target, length, std::array<std::size_t, 3>{0, 1, 2});
}

void sign(Package& package, const sspi::Context& context) {
  std::vector<std::byte> message = package.bytes(100);
  std::vector<std::byte> target(package.input.ConsumeIntegralInRange<std::size_t>(0, 80));
  const auto length = sspi::signMessage(context, target, message);
  checkWritten(package, target, length, std::array<std::size_t, 1>{1});
}

void verify(Package& package, const sspi::Context& context) {
  std::vector<std::byte> message = package.bytes(100);
  std::vector<std::byte> signature = package.bytes(80);
  const auto verified = sspi::verifyMessage(context, message, signature);
  check(bool(verified) == (package.last_status == SEC_E_OK), "only SEC_E_OK has verified");
  if (!verified) checkFailure(package, verified.failure(), false);
}

void unwrap(Package& package, const sspi::Context& context) {
  std::vector<std::byte> memory = package.bytes(200);
  std::optional<std::size_t> token_length;
  if (package.input.ConsumeBool()) {
    token_length = package.input.ConsumeIntegralInRange<std::size_t>(0, 220);
  }
  const auto unwrapped = sspi::unwrapMessage(context, memory, token_length);
  if (token_length && *token_length > memory.size()) {
    check(!unwrapped && unwrapped.failure().status == SEC_E_INVALID_TOKEN,
          "a short message is refused");
    return;
  }
  const fuzz::Left& data = package.left[1];
  const bool is_ok = package.last_status == SEC_E_OK;
  if (!unwrapped) return checkFailure(package, unwrapped.failure(), is_ok && isRefused(data));
  check(is_ok && !isRefused(data), "what the package did not decrypt is not given");
  check(unwrapped->qop == package.last_qop, "a quality of protection is the package's");
  const auto [offset, length, qop] = *unwrapped;
  check(offset <= memory.size() && length <= memory.size() - offset,
        "an unwrapped message lies in the memory");
  check(length == (isNumber(data) ? 0 : data.buffer.cbBuffer), "a length is the package's");
  check(length == 0 || memory.data() + offset == data.buffer.pvBuffer,
        "an unwrapped message begins where the package said");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Package package(data, size);
  const sspi::Context context(sspi::Role::kServer, sspi::PackageInfo{},
                              sspi::ContextHandle(package.newContext()));
  constexpr void (*kFunctions[])(Package&, const sspi::Context&) = {unwrap, wrap, sign, verify};
  kFunctions[package.input.ConsumeIntegralInRange<std::size_t>(0, 3)](package, context);
  return 0;
}
