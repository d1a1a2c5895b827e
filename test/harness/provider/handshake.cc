#include "handshake.h"

#include <algorithm>
#include <cstring>

#include "calls.h"
#include "control_token.h"
#include "descriptor.h"
#include "handles.h"
#include "leg.h"
#include "mechanism.h"
#include "objects.h"
#include "points_in_time.h"
#include "protection.h"
#include "script.h"
#include "spnego.h"
#include "token.h"

namespace provider {
namespace {

std::shared_ptr<Context> startContext(const Leg& leg) {
  const auto credentials = findCredentials(leg.credentials, leg.function);
  if (!credentials) return nullptr;
  auto context = newContext(*credentials, leg.is_server);
  context->without_ntlm = credentials->without_ntlm;
  if (!leg.is_server) {
    Keystream(Key{}, {false, context->id}).apply(context->key);  // another key for each context
    context->dce_style = (leg.flags & ISC_REQ_USE_DCE_STYLE) != 0;
    if (isNegotiate(*credentials->package)) chooseMechanism(*context);
  }
  return context;
}

void writeResults(const Leg& leg, const Context& context) {
  if (leg.attributes && !behaves("unwrittenFlags")) {
    *leg.attributes = context.flags;
  }
  if (leg.expiry && !behaves("unwrittenExpiry")) *leg.expiry = expiryOfContexts();
}

SECURITY_STATUS statusOf(const Context& context) {
  if (behaves("complete")) {
    return context.complete ? SEC_I_COMPLETE_NEEDED : SEC_I_COMPLETE_AND_CONTINUE;
  }
  return context.complete ? SEC_E_OK : SEC_I_CONTINUE_NEEDED;
}

// A handle that stays the same is not written beside COMPLETE_NEEDED and the like: secur32 of Wine
// makes a handle of its own from the package's beside SEC_E_OK and CONTINUE_NEEDED only, and would
// hand out the package's.
void writeHandle(const Leg& leg, const std::shared_ptr<Context>& context, SECURITY_STATUS status) {
  const bool is_usual = status == SEC_E_OK || status == SEC_I_CONTINUE_NEEDED;
  if (leg.context && behaves("newHandle")) renew(context);
  if (leg.context && !is_usual) return;
  if (leg.new_context) *leg.new_context = makeHandle(*context->package, context->id);
}

// The next token, with zeros behind it where the script wants a longer one.
std::vector<unsigned char> nextToken(const Context& context,
                                     std::span<const unsigned char> bindings) {
  std::vector<unsigned char> token = makeToken(context, bindings);
  token.resize(std::max<std::size_t>(token.size(), behaviour("tokenLength").value_or(0)));
  return token;
}

SECURITY_STATUS takeInput(const Leg& leg, Context& next) {
  std::span<const unsigned char> input = inputOf(leg, SECBUFFER_TOKEN);
  if (isKerberos(*next.package) && isOffer(input)) return SEC_E_INSUFFICIENT_MEMORY;
  if (isNegotiate(*next.package)) {
    const auto inner = unframed(next, input);
    if (!inner) return SEC_E_INVALID_TOKEN;
    input = *inner;
  }
  const SECURITY_STATUS status = takeToken(next, input, inputOf(leg, SECBUFFER_CHANNEL_BINDINGS));
  if (status == SEC_E_OK) next.tokens++;
  return status;
}

SECURITY_STATUS negotiate(const Leg& leg, Context& next, std::vector<unsigned char>& token) {
  if (leg.is_server || leg.context) {
    const SECURITY_STATUS status = takeInput(leg, next);
    if (status != SEC_E_OK) return status;
  }
  if (next.without_ntlm && isNtlm(next.mechanism())) return SEC_E_UNSUPPORTED_FUNCTION;
  const uint32_t last = tokensOf(next);
  if (next.tokens < last) {
    token = nextToken(next, inputOf(leg, SECBUFFER_CHANNEL_BINDINGS));
    if (next.framed) token = framed(next, token);
    next.tokens++;
  }
  next.complete = next.tokens == last;
  return statusOf(next);
}

// One leg of a context that is found or new. Nothing changes unless it succeeds, but that a leg
// after the first which has failed is the last.
SECURITY_STATUS advance(const Leg& leg, const std::shared_ptr<Context>& context) {
  const bool records = isStream(*context->package);
  if (context->failed) return SEC_E_OUT_OF_SEQUENCE;
  Context next = *context;
  std::vector<unsigned char> token;
  const SECURITY_STATUS status = next.complete
                                     ? continueContext(next, inputOf(leg, SECBUFFER_TOKEN), token)
                                     : negotiate(leg, next, token);
  if (status == SEC_E_INCOMPLETE_MESSAGE && records) tellMissing(leg);
  if (status < 0) return status;
  next.flags = behaviour("flags").value_or(leg.flags);

  SecBuffer* const output = outputOf(leg);
  if (useUp("tooSmall")) {
    tooSmall(output, behaviour("wanted").value_or(0));
    return static_cast<SECURITY_STATUS>(
        behaviour("tooSmallStatus").value_or(SEC_E_BUFFER_TOO_SMALL));
  }
  if (!token.empty() && (!output || output->cbBuffer < token.size())) {
    return tooSmall(output, token.size());
  }
  *context = next;
  if (records) tellExtra(leg);
  writeHandle(leg, context, status);
  if (output) writeOutput(*output, token);
  writeResults(leg, *context);
  return status;
}

// What a failed step leaves behind.
void endFailed(const Leg& leg, const std::shared_ptr<Context>& context, SECURITY_STATUS status) {
  if (status >= 0 || status == SEC_E_INCOMPLETE_MESSAGE) return;
  const auto credentials = findCredentials(leg.credentials, leg.function);
  writeErrorToken(leg, status, credentials && isStream(*credentials->package));
  if (leg.context && context && !context->complete) context->failed = true;
}

SECURITY_STATUS step(const Leg& leg, const SEC_WCHAR* target) {
  Call call(leg.function, leg.context);
  call.note("credentials", static_cast<double>(numberOf(leg.credentials)));
  call.note("target", target);
  call.note("flags", leg.flags);
  call.note("room", outputOf(leg) ? outputOf(leg)->cbBuffer : 0);
  call.noteBuffers(leg.input, true);
  if (const auto status = call.begin()) {
    endFailed(leg, leg.context ? findContext(leg.context, leg.function) : nullptr, *status);
    return call.end(*status);
  }
  if (behaves("staysClient")) ImpersonateSelf(SecurityImpersonation);
  const auto context = leg.context ? findContext(leg.context, leg.function) : startContext(leg);
  if (!context) return call.end(SEC_E_INVALID_HANDLE);
  const SECURITY_STATUS status = advance(leg, context);
  endFailed(leg, context, status);
  changeDescriptor(leg.input);
  changeDescriptor(leg.output);
  if (status < 0 && !leg.context) {
    const SecHandle handle = makeHandle(*context->package, context->id);
    removeContext(&handle);
  }
  call.note("newHandle", static_cast<double>(status < 0 ? 0 : context->id));
  return call.end(status);
}

}  // namespace

SECURITY_STATUS WINAPI initializeSecurityContext(PCredHandle credentials, PCtxtHandle context,
                                                 SEC_WCHAR* target, ULONG flags, ULONG, ULONG,
                                                 PSecBufferDesc input, ULONG,
                                                 PCtxtHandle new_context, PSecBufferDesc output,
                                                 PULONG attributes, PTimeStamp expiry) {
  return step({"InitializeSecurityContext", false, credentials, context, flags, input, new_context,
               output, attributes, expiry},
              target);
}

SECURITY_STATUS WINAPI acceptSecurityContext(PCredHandle credentials, PCtxtHandle context,
                                             PSecBufferDesc input, ULONG flags, ULONG,
                                             PCtxtHandle new_context, PSecBufferDesc output,
                                             PULONG attributes, PTimeStamp expiry) {
  return step({"AcceptSecurityContext", true, credentials, context, flags, input, new_context,
               output, attributes, expiry},
              nullptr);
}

// Adds DONE to the token, so that one that was sent too early is seen. There is room: what the
// caller gave is far longer than a token.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-completeauthtoken
SECURITY_STATUS WINAPI completeAuthToken(PCtxtHandle handle, PSecBufferDesc token) {
  Call call("CompleteAuthToken", handle);
  call.noteBuffers(token, true);
  if (const auto status = call.begin()) return call.end(*status);
  if (!findContext(handle, "CompleteAuthToken")) return call.end(SEC_E_INVALID_HANDLE);
  SecBuffer* const buffer =
      token ? find({token->pBuffers, token->cBuffers}, SECBUFFER_TOKEN) : nullptr;
  if (!buffer) return call.end(SEC_E_INVALID_TOKEN);
  if (buffer->cbBuffer > 0) {
    auto* const end = static_cast<unsigned char*>(buffer->pvBuffer) + buffer->cbBuffer;
    std::memcpy(end, "DONE", 4);
    buffer->cbBuffer += 4;
  }
  changeDescriptor(token);
  return call.end(SEC_E_OK);
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-deletesecuritycontext
SECURITY_STATUS WINAPI deleteSecurityContext(PCtxtHandle handle) {
  Call call("DeleteSecurityContext", handle);
  const auto scripted = call.begin();
  const SECURITY_STATUS status = removeContext(handle) ? SEC_E_OK : SEC_E_INVALID_HANDLE;
  return call.end(scripted.value_or(status));
}

}  // namespace provider
