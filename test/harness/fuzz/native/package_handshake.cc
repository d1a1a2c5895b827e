// The functions of a handshake, and exported contexts.
#include <algorithm>
#include <cstring>

#include "package.h"

namespace {

using fuzz::Package;

// In the output's memory, and no longer than it.
void writeToken(Package& package, SecBuffer& output) {
  std::vector<std::byte> token = package.bytes(64);
  token.resize(std::min<std::size_t>(token.size(), output.cbBuffer));
  if (!token.empty()) std::memcpy(output.pvBuffer, token.data(), token.size());
  if (package.input.ConsumeBool()) output.cbBuffer = static_cast<ULONG>(token.size());
}

void changeOutput(Package& package, SecBuffer& output) {
  const std::span<const std::byte> memory = package.output_memory;
  if (package.input.ConsumeIntegral<uint8_t>() < 64) {
    output.pvBuffer = const_cast<std::byte*>(memory.data());
    output.cbBuffer = static_cast<ULONG>(memory.size());
    package.changeBuffers({&output, 1});
  }
  package.output = output;
  package.output_bytes.assign(memory.begin(), memory.end());
}

void takeInput(Package& package, PSecBufferDesc input) {
  package.inputs.clear();
  if (!input) return;
  const std::span<SecBuffer> buffers(input->pBuffers, input->cBuffers);
  if (package.input.ConsumeIntegral<uint8_t>() < 128) package.changeBuffers(buffers);
  package.inputs.assign(buffers.begin(), buffers.end());
}

// What fails leaves no handle, but maybe something that looks like one. What succeeds gives one,
// which may be that of the leg before.
void giveHandle(Package& package, PCtxtHandle context, PCtxtHandle new_context) {
  if (!sspi::succeeded(package.last_status)) return package.leaveRubbish(new_context);
  if (!context) {
    *new_context = package.newHandle();
  } else if (package.input.ConsumeBool()) {
    package.releaseHandle(context);
    *new_context = package.newContext();
  }
}

SECURITY_STATUS step(PCredHandle credentials, PCtxtHandle context, PSecBufferDesc input,
                     PCtxtHandle new_context, PSecBufferDesc output, PULONG flags,
                     PTimeStamp expiry) {
  Package& package = Package::current();
  package.useHandle(credentials);
  if (context) package.useHandle(context);
  package.last_status = package.status();
  package.step_status = package.last_status;
  giveHandle(package, context, new_context);
  SecBuffer& token = output->pBuffers[0];
  package.output_memory = {static_cast<const std::byte*>(token.pvBuffer), token.cbBuffer};
  takeInput(package, input);
  writeToken(package, token);
  changeOutput(package, token);
  // Room for more than that is slow to make.
  const bool asks_for_room = package.last_status == SEC_E_BUFFER_TOO_SMALL ||
                             package.last_status == SEC_E_INSUFFICIENT_MEMORY;
  if (asks_for_room) token.cbBuffer %= 0x4000;
  package.changeDescriptor(input);
  package.changeDescriptor(output);
  *flags = package.input.ConsumeIntegral<ULONG>();
  if (package.input.ConsumeBool()) *expiry = package.time();
  return package.last_status;
}

}  // namespace

SECURITY_STATUS InitializeSecurityContextW(PCredHandle credentials, PCtxtHandle context, SEC_WCHAR*,
                                           ULONG, ULONG, ULONG, PSecBufferDesc input, ULONG,
                                           PCtxtHandle new_context, PSecBufferDesc output,
                                           PULONG flags, PTimeStamp expiry) {
  return step(credentials, context, input, new_context, output, flags, expiry);
}

SECURITY_STATUS AcceptSecurityContext(PCredHandle credentials, PCtxtHandle context,
                                      PSecBufferDesc input, ULONG, ULONG, PCtxtHandle new_context,
                                      PSecBufferDesc output, PULONG flags, PTimeStamp expiry) {
  return step(credentials, context, input, new_context, output, flags, expiry);
}

SECURITY_STATUS CompleteAuthToken(PCtxtHandle context, PSecBufferDesc token) {
  Package& package = Package::current();
  package.useHandle(context);
  fuzz::check(token->cBuffers == 1, "there is one token to complete");
  changeOutput(package, token->pBuffers[0]);
  package.changeDescriptor(token);
  package.complete_status = package.mostlyOk();
  return package.complete_status;
}

SECURITY_STATUS DeleteSecurityContext(PCtxtHandle context) {
  Package::current().releaseHandle(context);
  return SEC_E_OK;
}

SECURITY_STATUS ExportSecurityContext(PCtxtHandle context, ULONG, PSecBuffer packed, HANDLE*) {
  Package& package = Package::current();
  package.useHandle(context);
  package.last_status = package.mostlyOk();
  if (sspi::succeeded(package.last_status)) {
    packed->cbBuffer = package.input.ConsumeIntegralInRange<ULONG>(0, 256);
    packed->pvBuffer = package.allocateBytes(packed->cbBuffer, true);
  } else if (package.input.ConsumeBool()) {
    packed->cbBuffer = package.input.ConsumeIntegral<ULONG>();
    packed->pvBuffer = reinterpret_cast<void*>(package.input.ConsumeIntegral<uintptr_t>());
  }
  package.given.assign(packed, packed + 1);
  return package.last_status;
}

SECURITY_STATUS ImportSecurityContextW(SEC_WCHAR*, PSecBuffer packed, HANDLE, PCtxtHandle context) {
  Package& package = Package::current();
  package.given.assign(packed, packed + 1);
  package.last_status = package.mostlyOk();
  if (sspi::succeeded(package.last_status)) {
    *context = package.newHandle();
  } else {
    package.leaveRubbish(context);
  }
  return package.last_status;
}
