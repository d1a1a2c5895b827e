#include "sspi/context.h"

#include <algorithm>
#include <array>

#include "sspi/attributes.h"
#include "sspi/context_buffer.h"
#include "sspi/secur32.h"
#include "sspi/time.h"

namespace sspi {

bool isComplete(SECURITY_STATUS status) {
  return status == SEC_E_OK || status == SEC_I_COMPLETE_NEEDED;
}

// The arguments of one Initialize or Accept call. Every output starts zeroed: packages do not
// write all of them. Counts and places are kept here: a package may write to the descriptors.
struct Context::Arguments {
  Arguments(std::optional<std::span<const std::byte>> token, const std::vector<std::byte>& bindings,
            bool is_stream, std::size_t room)
      : given(token.value_or(std::span<const std::byte>())), memory(room) {
    output_token = {static_cast<ULONG>(room), SECBUFFER_TOKEN, memory.data()};
    if (token) add(SECBUFFER_TOKEN, *token);
    // Where a stream package says how many bytes are left over, or missing. The others want none.
    if (token && is_stream) add(SECBUFFER_EMPTY, {});
    // On every leg: a package that needs a single one would have none otherwise.
    if (!bindings.empty()) add(SECBUFFER_CHANNEL_BINDINGS, bindings);
  }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;

  void add(ULONG type, std::span<const std::byte> bytes) {
    inputs[input_count++] = {static_cast<ULONG>(bytes.size()), type,
                             const_cast<std::byte*>(bytes.data())};
  }

  // Null: there is no input.
  PSecBufferDesc input() {
    input_descriptor = {SECBUFFER_VERSION, static_cast<ULONG>(input_count), inputs.data()};
    return input_count > 0 ? &input_descriptor : nullptr;
  }

  PSecBufferDesc output() {
    output_descriptor = {SECBUFFER_VERSION, 1, &output_token};
    return &output_descriptor;
  }

  // The bytes that the package wrote, if they lie in the memory that it was given.
  bool takeOutput() {
    if (output_token.cbBuffer == 0) {
      memory.clear();
      return true;
    }
    if (output_token.pvBuffer != memory.data() || output_token.cbBuffer > memory.size()) {
      return false;
    }
    memory.resize(untouched() ? 0 : output_token.cbBuffer);
    return true;
  }

  // The length of an input buffer that the package has given a type; 0: there is none.
  std::size_t lengthOf(ULONG type) const {
    for (const SecBuffer& buffer : std::span(inputs).first(input_count)) {
      if (buffer.BufferType == type) return buffer.cbBuffer;
    }
    return 0;
  }

  // Whether the package left the buffer as it was: no token is as long as the room and all zeros.
  bool untouched() const {
    return output_token.cbBuffer == memory.size() &&
           std::ranges::all_of(memory, [](std::byte byte) { return byte == std::byte{0}; });
  }

  std::span<const std::byte> given;
  std::array<SecBuffer, 3> inputs = {};
  std::size_t input_count = 0;
  SecBufferDesc input_descriptor = {};
  std::vector<std::byte> memory;
  SecBuffer output_token = {};
  SecBufferDesc output_descriptor = {};
  ULONG flags = 0;
  TimeStamp expiry = {};
};

namespace {

// Packages have said too little room with either.
bool asksForRoom(SECURITY_STATUS status) {
  return status == SEC_E_BUFFER_TOO_SMALL || status == SEC_E_INSUFFICIENT_MEMORY;
}

}  // namespace

const char* Context::function() const {
  return request_.role == Role::kClient ? "InitializeSecurityContext" : "AcceptSecurityContext";
}

std::optional<SecHandle> Context::currentHandle() const {
  const threads::Lock::Holder nothing_replaces(isLent() ? &replacing_ : nullptr);
  return started() ? std::optional(*handle()) : std::nullopt;
}

SECURITY_STATUS Context::run(Arguments& arguments) {
  SecHandle returned;
  SecInvalidateHandle(&returned);
  const PCtxtHandle current = handle_.valid() ? handle_.get() : nullptr;
  const SECURITY_STATUS status =
      request_.role == Role::kClient
          ? InitializeSecurityContextW(credentials_->handle(), current, wide(request_.target_name),
                                       request_.flags, 0, SECURITY_NATIVE_DREP, arguments.input(),
                                       0, &returned, arguments.output(), &arguments.flags,
                                       &arguments.expiry)
          : AcceptSecurityContext(credentials_->handle(), current, arguments.input(),
                                  request_.flags, SECURITY_NATIVE_DREP, &returned,
                                  arguments.output(), &arguments.flags, &arguments.expiry);
  if (succeeded(status) && SecIsValidHandle(&returned)) {
    const threads::Lock::Holder nobody_copies(replacing_);
    handle_.adopt(returned);
  }
  return status;
}

Result<void> Context::completeToken(Arguments& arguments) {
  const SECURITY_STATUS status = CompleteAuthToken(handle_.get(), arguments.output());
  if (succeeded(status)) return {};
  return Failure{"CompleteAuthToken", status};
}

std::u16string Context::negotiatedPackage() const {
  auto negotiation = queryNegotiationInfo(*this);
  if (negotiation && !negotiation->package.name.empty()) return negotiation->package.name;
  auto package = queryPackageInfo(*this);
  if (package && !package->name.empty()) return package->name;
  return credentials_->package().name;
}

uint32_t Context::grantedFlags(uint32_t written) const {
  if (written != 0) return written;
  const auto flags = queryFlags(*this);
  return flags ? flags->flags : 0;
}

Result<Leg, FailedLeg> Context::step(std::optional<std::span<const std::byte>> token) {
  // Of a package that states less than it writes, and of one that asks for more than there can be.
  constexpr std::size_t kLeastRoom = 4096;
  constexpr std::size_t kMostRoom = 1 << 20;
  if (!credentials_->valid()) return FailedLeg({function(), SEC_E_UNSUPPORTED_FUNCTION});
  // A complete context can have more legs, and no message runs beside one.
  const threads::Lock::Holder nothing_leaves(outgoing_);
  const threads::Lock::Holder nothing_enters(incoming_);
  const PackageInfo& package = credentials_->package();
  const bool is_stream = (package.capabilities & SECPKG_FLAG_STREAM) != 0;
  const std::size_t room = std::clamp<std::size_t>(package.max_token, kLeastRoom, kMostRoom);
  const bool is_first_leg = !handle_.valid();
  Arguments first(token, request_.channel_bindings, is_stream, room);
  const SECURITY_STATUS status = run(first);
  // With more room the first leg can be made again. A later one cannot: after its failure, Windows
  // answers SEC_E_OUT_OF_SEQUENCE.
  if (!is_first_leg || !asksForRoom(status)) return finish(first, status);

  const std::size_t wanted = std::max<std::size_t>(first.output_token.cbBuffer, 0x10000);
  const std::size_t more = std::max(wanted, 4 * first.memory.size());
  Arguments second(token, request_.channel_bindings, is_stream, std::min(more, kMostRoom));
  return finish(second, run(second));
}

// https://learn.microsoft.com/windows/win32/secauthn/acceptsecuritycontext--kerberos
std::vector<std::byte> Context::errorToken(Arguments& arguments, SECURITY_STATUS status) const {
  const uint32_t flag =
      request_.role == Role::kClient ? ISC_REQ_EXTENDED_ERROR : ASC_REQ_EXTENDED_ERROR;
  if ((request_.flags & flag) == 0) return {};
  // With these, the length in the buffer is the room that the package asks for.
  if (asksForRoom(status) || !arguments.takeOutput()) return {};
  return std::move(arguments.memory);
}

Result<Leg, FailedLeg> Context::finish(Arguments& arguments, SECURITY_STATUS status) {
  if (status == SEC_E_INCOMPLETE_MESSAGE) {
    const auto missing = static_cast<uint32_t>(arguments.lengthOf(SECBUFFER_MISSING));
    return FailedLeg({function(), status, false, missing});
  }
  if (!succeeded(status)) {
    return FailedLeg({function(), status}, errorToken(arguments, status));
  }
  if (!handle_.valid()) return FailedLeg({function(), SEC_E_INVALID_HANDLE});
  if (status == SEC_I_COMPLETE_NEEDED || status == SEC_I_COMPLETE_AND_CONTINUE) {
    const auto completed = completeToken(arguments);
    if (!completed) return FailedLeg(completed.failure());
  }
  // EXTRA is a number of bytes at the end of the input; its pointer means nothing. A package that
  // wants credentials first takes nothing of the input.
  const bool taken = status != SEC_I_INCOMPLETE_CREDENTIALS;
  const std::size_t rest = taken ? arguments.lengthOf(SECBUFFER_EXTRA) : arguments.given.size();
  if (!arguments.takeOutput() || rest > arguments.given.size())
    return FailedLeg({function(), status, true});
  const std::span<const std::byte> extra = arguments.given.last(rest);
  return Leg{status,
             std::move(arguments.memory),
             {extra.begin(), extra.end()},
             isComplete(status) ? grantedFlags(static_cast<uint32_t>(arguments.flags)) : 0,
             millisecondsSinceEpoch(arguments.expiry),
             isComplete(status) ? negotiatedPackage() : std::u16string()};
}

SECURITY_STATUS applyControlToken(const Context& context, BufferDescriptor& buffers) {
  const threads::Lock::Holder nothing_leaves(context.outgoing());
  const threads::Lock::Holder nothing_enters(context.incoming());
  if (!context.started()) return SEC_E_INVALID_HANDLE;
  return ApplyControlToken(context.handle(), buffers.get());
}

Result<SecureArray<std::byte>> exportContext(const Context& context, uint32_t flags) {
  constexpr const char* kFunction = "ExportSecurityContext";
  const threads::Lock::Holder nothing_leaves(context.outgoing());
  const threads::Lock::Holder nothing_enters(context.incoming());
  if (!context.started()) return Failure{kFunction, SEC_E_INVALID_HANDLE};
  SecBuffer packed = {};
  // Without the access token, a handle that means nothing in another process.
  const SECURITY_STATUS status = ExportSecurityContext(context.handle(), flags, &packed, nullptr);
  // What a call that failed leaves in the buffer is no memory to read or to free.
  if (!succeeded(status)) return Failure{kFunction, status};
  return takeSecret(kFunction, packed.pvBuffer, packed.cbBuffer);
}

Result<ContextHandle> importContext(const std::u16string& package,
                                    std::span<const std::byte> exported) {
  if (const auto library = secur32(); !library) return library.failure();
  SecBuffer packed = {static_cast<ULONG>(exported.size()), SECBUFFER_EMPTY,
                      const_cast<std::byte*>(exported.data())};
  SecHandle handle;
  SecInvalidateHandle(&handle);
  const SECURITY_STATUS status = ImportSecurityContextW(wide(package), &packed, nullptr, &handle);
  if (!succeeded(status)) return Failure{"ImportSecurityContext", status};
  if (!SecIsValidHandle(&handle)) return Failure{"ImportSecurityContext", SEC_E_INVALID_HANDLE};
  return ContextHandle(handle);
}

}  // namespace sspi
