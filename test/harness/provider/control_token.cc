#include "control_token.h"

#include <cstring>

#include "calls.h"
#include "descriptor.h"
#include "protection.h"
#include "script.h"
#include "stream.h"
#include "token.h"

namespace provider {
namespace {

// RFC 8446, section 6.1: a warning, close_notify; section 4: the beginning of a handshake.
constexpr unsigned char kCloseNotify[] = {1, 0};
constexpr unsigned char kHello[] = {1, 0, 0, 0};

// The beginning of what Schannel takes says what it is.
// https://learn.microsoft.com/windows/win32/secauthn/shutting-down-an-schannel-connection
SECURITY_STATUS applyToStream(Context& context, std::span<const unsigned char> token) {
  DWORD kind = 0;
  if (token.size() < sizeof kind) return SEC_E_INVALID_TOKEN;
  std::memcpy(&kind, token.data(), sizeof kind);
  if (kind != SCHANNEL_SHUTDOWN && kind != SCHANNEL_RENEGOTIATE) return SEC_E_INVALID_TOKEN;
  context.next_step = kind == SCHANNEL_SHUTDOWN ? NextStep::kClose : NextStep::kToken;
  return SEC_E_OK;
}

SECURITY_STATUS apply(Context& context, const SecBufferDesc* buffers) {
  if (isScript(*context.package)) {
    context.next_step = NextStep::kToken;
    return SEC_E_OK;
  }
  if (!isStream(*context.package)) return SEC_E_UNSUPPORTED_FUNCTION;
  SecBuffer* const token =
      buffers ? find({buffers->pBuffers, buffers->cBuffers}, SECBUFFER_TOKEN) : nullptr;
  return token ? applyToStream(context, bytesOf(*token)) : SEC_E_INVALID_TOKEN;
}

std::vector<unsigned char> anotherToken(Context& context) {
  if (isStream(*context.package)) return sealedRecord(context, kHandshakeRecord, kHello);
  std::vector<unsigned char> token = makeToken(context, {});
  context.tokens++;
  return token;
}

SECURITY_STATUS takeRecord(Context& context, std::span<const unsigned char> input,
                           std::vector<unsigned char>& token) {
  if (!input.empty() && input.size() < recordLength(input)) return SEC_E_INCOMPLETE_MESSAGE;
  if (!input.empty() && input[0] != kHandshakeRecord) return SEC_E_INVALID_TOKEN;
  if (behaves("renegotiationToken")) token = anotherToken(context);
  return SEC_E_OK;
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-applycontroltoken
SECURITY_STATUS WINAPI applyControlToken(PCtxtHandle handle, PSecBufferDesc buffers) {
  Call call("ApplyControlToken", handle);
  call.noteBuffers(buffers, true);
  if (const auto status = call.begin()) return call.end(*status);
  const auto context = findContext(handle, "ApplyControlToken");
  if (!context || !context->complete) return call.end(SEC_E_INVALID_HANDLE);
  const SECURITY_STATUS status = apply(*context, buffers);
  changeDescriptor(buffers);
  return call.end(status);
}

SECURITY_STATUS continueContext(Context& context, std::span<const unsigned char> input,
                                std::vector<unsigned char>& token) {
  const NextStep step = context.next_step;
  context.next_step = NextStep::kNone;
  switch (step) {
    case NextStep::kNone:
      return SEC_E_INVALID_TOKEN;
    case NextStep::kClose:
      if (!input.empty()) return SEC_E_INVALID_TOKEN;
      token = sealedRecord(context, kAlertRecord, kCloseNotify);
      return behaves("shutdownExpired") ? SEC_I_CONTEXT_EXPIRED : SEC_E_OK;
    case NextStep::kToken:
      token = anotherToken(context);
      return SEC_E_OK;
    case NextStep::kRecord:
      return takeRecord(context, input, token);
  }
  return SEC_E_INTERNAL_ERROR;
}

}  // namespace provider
