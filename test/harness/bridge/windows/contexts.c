// InitializeSecurityContext, AcceptSecurityContext and the life of contexts.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initializesecuritycontextw
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acceptsecuritycontext
#include <stdlib.h>
#include <string.h>

#include "bridge_windows.h"

static SecBuffer* find_buffer(PSecBufferDesc descriptor, ULONG type) {
  for (ULONG i = 0; descriptor && i < descriptor->cBuffers; i++) {
    SecBuffer* buffer = &descriptor->pBuffers[i];
    if ((buffer->BufferType & ~SECBUFFER_ATTRMASK) == type) return buffer;
  }
  return NULL;
}

static bool part(const SecBuffer* buffer, ULONG offset, ULONG length, Bytes* bytes) {
  if (offset > buffer->cbBuffer || length > buffer->cbBuffer - offset) return false;
  *bytes = (Bytes){(char*)buffer->pvBuffer + offset, length};
  return true;
}

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
static bool read_bindings(const SecBuffer* buffer, Bindings* bindings) {
  const SEC_CHANNEL_BINDINGS* header = buffer->pvBuffer;
  if (buffer->cbBuffer < sizeof *header) return false;
  bindings->initiator_type = header->dwInitiatorAddrType;
  bindings->acceptor_type = header->dwAcceptorAddrType;
  return part(buffer, header->dwInitiatorOffset, header->cbInitiatorLength, &bindings->initiator) &&
         part(buffer, header->dwAcceptorOffset, header->cbAcceptorLength, &bindings->acceptor) &&
         part(buffer, header->dwApplicationDataOffset, header->cbApplicationDataLength,
              &bindings->application);
}

// Gives the peer's token to the caller, in his memory or in new.
static SECURITY_STATUS write_output(PSecBufferDesc descriptor, bool allocate, const Bytes* token) {
  SecBuffer* buffer = find_buffer(descriptor, SECBUFFER_TOKEN);
  if (!buffer) return token->length > 0 ? SEC_E_INVALID_TOKEN : SEC_E_OK;
  const ULONG room = buffer->cbBuffer;
  if (allocate) buffer->pvBuffer = context_buffer(token->length);
  buffer->cbBuffer = (ULONG)token->length;
  if (!allocate && room < token->length) return SEC_E_BUFFER_TOO_SMALL;
  if (!buffer->pvBuffer) return token->length > 0 ? SEC_E_INSUFFICIENT_MEMORY : SEC_E_OK;
  if (token->length > 0) memcpy(buffer->pvBuffer, token->value, token->length);
  return SEC_E_OK;
}

typedef struct Call {
  bool initiator;
  PCredHandle credentials;
  PCtxtHandle old, next;
  ULONG request;
  PSecBufferDesc input, output;
  PULONG attributes;
  PTimeStamp expiry;
} Call;

static Status take_step(const Call* call, Context** context, Leg* leg) {
  Credentials* credentials = credentials_of(call->credentials);
  if (!credentials && !*context) return SSPI_INVALID_HANDLE;
  return call->initiator ? context_initialize(context, credentials, leg)
                         : context_accept(context, credentials, leg);
}

static SECURITY_STATUS deliver(const Call* call, Context* context, Status status, Leg* leg) {
  // ISC_REQ_ALLOCATE_MEMORY and ASC_REQ_ALLOCATE_MEMORY have one number.
  const bool allocate = call->request & ISC_REQ_ALLOCATE_MEMORY;
  const SECURITY_STATUS written = write_output(call->output, allocate, &leg->output);
  const bool failed = status != SSPI_OK && status != SSPI_CONTINUE_NEEDED;
  if (failed) return (SECURITY_STATUS)status;
  if (written != SEC_E_OK) {
    // The caller may come again with more room, on a context that he has a handle of. Without a
    // handle he begins again; a Kerberos server then refuses the client's token as a replay.
    if (call->old)
      context_keep_output(context, status, leg);
    else
      context_delete(context);
    return written;
  }
  call->next->dwLower = (ULONG_PTR)context;
  call->next->dwUpper = 0;
  if (call->attributes) {
    *call->attributes = granted_attributes(call->initiator, leg->flags, call->request);
  }
  if (call->expiry) *call->expiry = time_stamp(leg->expiry);
  return (SECURITY_STATUS)status;
}

static SECURITY_STATUS step(const Call* call, const char* target) {
  Bindings bindings = {0};
  Leg leg = {.target = target, .flags = flags_of_request(call->initiator, call->request)};
  const SecBuffer* token = find_buffer(call->input, SECBUFFER_TOKEN);
  const SecBuffer* bound = find_buffer(call->input, SECBUFFER_CHANNEL_BINDINGS);
  if (token) leg.input = (Bytes){token->pvBuffer, token->cbBuffer};
  if (bound) {
    if (!read_bindings(bound, &bindings)) return SEC_E_INVALID_TOKEN;
    leg.bindings = &bindings;
  }
  const ULONG missing = 0x10000000;  // ASC_REQ_ALLOW_MISSING_BINDINGS
  leg.allow_missing_bindings = !call->initiator && (call->request & missing);
  Context* context = context_of(call->old);
  const Status status = take_step(call, &context, &leg);
  const SECURITY_STATUS delivered = deliver(call, context, status, &leg);
  bytes_free(&leg.output);
  return delivered;
}

SECURITY_STATUS WINAPI initialize_context(PCredHandle credentials, PCtxtHandle old,
                                          SEC_WCHAR* target, ULONG request, ULONG reserved1,
                                          ULONG representation, PSecBufferDesc input,
                                          ULONG reserved2, PCtxtHandle next, PSecBufferDesc output,
                                          PULONG attributes, PTimeStamp expiry) {
  (void)reserved1, (void)reserved2, (void)representation;
  const Call call = {true, credentials, old, next, request, input, output, attributes, expiry};
  char* name = narrow_all(target);
  const SECURITY_STATUS status = step(&call, name);
  free(name);
  return status;
}

SECURITY_STATUS WINAPI accept_context(PCredHandle credentials, PCtxtHandle old,
                                      PSecBufferDesc input, ULONG request, ULONG representation,
                                      PCtxtHandle next, PSecBufferDesc output, PULONG attributes,
                                      PTimeStamp expiry) {
  (void)representation;
  const Call call = {false, credentials, old, next, request, input, output, attributes, expiry};
  return step(&call, NULL);
}

SECURITY_STATUS WINAPI delete_context(PCtxtHandle handle) {
  if (!context_of(handle)) return SEC_E_INVALID_HANDLE;
  forget_token(context_of(handle));
  context_delete(context_of(handle));
  return SEC_E_OK;
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
SECURITY_STATUS WINAPI export_context(PCtxtHandle handle, ULONG flags, PSecBuffer packed,
                                      PVOID* token) {
  if (!context_of(handle)) return SEC_E_INVALID_HANDLE;
  // GSS-API cannot turn a context back to what it was when it became complete.
  if (flags & SECPKG_CONTEXT_EXPORT_RESET_NEW) return SEC_E_UNSUPPORTED_FUNCTION;
  Bytes exported = {NULL, 0};
  const bool keep = !(flags & SECPKG_CONTEXT_EXPORT_DELETE_OLD);
  const Status status = context_export(context_of(handle), keep, &exported);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  packed->pvBuffer = context_buffer(exported.length);
  if (packed->pvBuffer) memcpy(packed->pvBuffer, exported.value, exported.length);
  packed->cbBuffer = (ULONG)exported.length;
  packed->BufferType = SECBUFFER_EMPTY;
  if (token) *token = NULL;
  bytes_free(&exported);
  return packed->pvBuffer ? SEC_E_OK : SEC_E_INSUFFICIENT_MEMORY;
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-importsecuritycontextw
SECURITY_STATUS WINAPI import_context(SEC_WCHAR* name, PSecBuffer packed, PVOID token,
                                      PCtxtHandle handle) {
  (void)token;
  Package package;
  Context* context = NULL;
  if (!package_named(name, &package)) return SEC_E_SECPKG_NOT_FOUND;
  const Bytes exported = {packed->pvBuffer, packed->cbBuffer};
  const Status status = context_import(package, &exported, &context);
  if (status != SSPI_OK) return (SECURITY_STATUS)status;
  handle->dwLower = (ULONG_PTR)context;
  handle->dwUpper = 0;
  return SEC_E_OK;
}
