// Handshakes: tokens, what was not consumed, the handle of each leg; exported contexts.
#include <algorithm>

#include "package.h"
#include "sspi/attributes.h"
#include "sspi/channel_bindings.h"

namespace {

using fuzz::check;
using fuzz::Package;

std::shared_ptr<const sspi::Credentials> credentialsOf() {
  auto credentials = sspi::Credentials::acquire({u"Fuzz", SECPKG_CRED_BOTH, {}, {}, {}});
  if (!credentials) return nullptr;
  return std::make_shared<const sspi::Credentials>(std::move(*credentials));
}

// The first input buffer to which the package has given a type.
ULONG lengthOf(const Package& package, ULONG type) {
  const auto found = std::ranges::find(package.inputs, type, &SecBuffer::BufferType);
  return found == package.inputs.end() ? 0 : found->cbBuffer;
}

bool isOutputOutside(const Package& package) {
  const SecBuffer& output = package.output;
  return output.cbBuffer > 0 && (output.pvBuffer != package.output_memory.data() ||
                                 output.cbBuffer > package.output_memory.size());
}

std::span<const std::byte> tokenOf(const Package& package) {
  const std::span<const std::byte> all(package.output_bytes);
  const bool untouched =
      package.output.cbBuffer == all.size() &&
      std::ranges::all_of(all, [](std::byte byte) { return byte == std::byte{0}; });
  return untouched ? all.first(0) : all.first(package.output.cbBuffer);
}

bool isToBeCompleted(SECURITY_STATUS status) {
  return status == SEC_I_COMPLETE_NEEDED || status == SEC_I_COMPLETE_AND_CONTINUE;
}

void checkFailure(const Package& package, const sspi::Failure& failure, bool outside) {
  const SECURITY_STATUS status = failure.status;
  check(failure.buffer_outside_memory == false || outside,
        "a contract that was kept is not broken");
  check(status == package.step_status || status == package.complete_status ||
            status == SEC_E_INVALID_HANDLE,
        "a failure has the package's status");
  if (status != SEC_E_INCOMPLETE_MESSAGE || status != package.step_status) return;
  check(failure.missing == lengthOf(package, SECBUFFER_MISSING), "MISSING is the package's number");
}

// What a failed leg left for the peer is what the package wrote, and only where it was asked for.
void checkErrorToken(const Package& package, const sspi::FailedLeg& failed, bool extended) {
  if (failed.token.empty()) return;
  check(extended && failed.status == package.step_status && !sspi::succeeded(failed.status),
        "a token for the peer comes with a failure, and where it was asked for");
  check(!isOutputOutside(package) && std::ranges::equal(failed.token, tokenOf(package)),
        "a token for the peer is what the package wrote");
}

void checkLeg(const Package& package, std::span<const std::byte> given,
              const sspi::Result<sspi::Leg, sspi::FailedLeg>& leg, bool extended) {
  const bool took = package.step_status != SEC_I_INCOMPLETE_CREDENTIALS;
  const std::size_t rest = took ? lengthOf(package, SECBUFFER_EXTRA) : given.size();
  const bool outside = isOutputOutside(package) || rest > given.size();
  if (!leg) {
    checkErrorToken(package, leg.failure(), extended);
    return checkFailure(package, leg.failure(), outside);
  }
  check(!outside, "what lies outside the caller's memory is not given");
  check(sspi::succeeded(leg->status) && leg->status == package.step_status,
        "a leg has the package's status");
  check(!isToBeCompleted(leg->status) || sspi::succeeded(package.complete_status),
        "a token that could not be completed is not given");
  check(std::ranges::equal(leg->token, tokenOf(package)), "a token is what the package wrote");
  check(std::ranges::equal(leg->extra, given.last(rest)), "EXTRA is the end of the input");
}

void shake(Package& package) {
  const auto credentials = credentialsOf();
  if (!credentials) return;
  const bool is_client = package.input.ConsumeBool();
  const bool extended = package.input.ConsumeBool();
  sspi::ContextRequest request = {
      is_client ? sspi::Role::kClient : sspi::Role::kServer, 0, u"HTTP/a", {}};
  if (extended) request.flags = is_client ? ISC_REQ_EXTENDED_ERROR : ASC_REQ_EXTENDED_ERROR;
  if (package.input.ConsumeBool())
    request.channel_bindings = sspi::channelBindings(package.bytes(40));
  sspi::Context context(credentials, std::move(request));
  for (int legs = package.input.ConsumeIntegralInRange<int>(1, 3); legs > 0; legs--) {
    const std::vector<std::byte> token = package.bytes(60);
    const bool starts = package.input.ConsumeIntegral<uint8_t>() < 32;
    package.complete_status = SEC_E_OK;
    const auto leg = starts ? context.step(std::nullopt) : context.step(token);
    checkLeg(package, starts ? std::span<const std::byte>() : std::span(token), leg, extended);
    check(!leg || context.started(), "a leg that succeeds leaves a handle");
  }
}

void transfer(Package& package) {
  const sspi::Context context(sspi::Role::kClient, sspi::PackageInfo{},
                              sspi::ContextHandle(package.newContext()));
  const auto exported = sspi::exportContext(context, 0);
  const SecBuffer left = package.given[0];
  const bool is_something = left.pvBuffer != nullptr && left.cbBuffer > 0;
  const bool is_ok = sspi::succeeded(package.last_status);
  check(bool(exported) == (is_ok && is_something), "an export is what a success has left");
  check(!exported || exported->size() == left.cbBuffer, "an export is whole");
  check(
      exported || exported.failure().status == (is_ok ? SEC_E_INTERNAL_ERROR : package.last_status),
      "an export that fails has the package's status");
  const std::vector<std::byte> bytes = package.bytes(100);
  const auto imported = sspi::importContext(u"Fuzz", bytes);
  const SecBuffer& packed = package.given[0];
  check(packed.pvBuffer == bytes.data() && packed.cbBuffer == bytes.size(),
        "the package gets what is imported");
  check(!imported || imported->valid(), "what is imported has a handle");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Package package(data, size);
  if (package.input.ConsumeIntegral<uint8_t>() < 16) {
    transfer(package);
  } else {
    shake(package);
  }
  return 0;
}
