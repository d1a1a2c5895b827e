// Security contexts: their beginning, their state and their end.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

int64_t expiry_after(OM_uint32 seconds) {
  return seconds == GSS_C_INDEFINITE ? NO_EXPIRY : (int64_t)time(NULL) + seconds;
}

void bytes_free(Bytes* bytes) {
  if (bytes->value) explicit_bzero(bytes->value, bytes->length);
  free(bytes->value);
  *bytes = (Bytes){NULL, 0};
}

Bytes take(gss_buffer_t buffer) {
  OM_uint32 minor;
  Bytes bytes = {NULL, 0};
  if (buffer->length > 0) bytes.value = malloc(buffer->length);
  if (bytes.value) {
    bytes.length = buffer->length;
    memcpy(bytes.value, buffer->value, buffer->length);
  }
  gss_release_buffer(&minor, buffer);
  return bytes;
}

Context* context_new(Package package, bool initiator, Credentials* credentials) {
  Context* context = calloc(1, sizeof *context);
  if (!context) return NULL;
  pthread_mutex_init(&context->lock, NULL);
  context->state.initiator = initiator;
  context->state.package = context->state.asked_package = package;
  context->state.expiry = NO_EXPIRY;
  if (credentials) context->credentials = credentials_keep(credentials);
  return context;
}

void context_delete(Context* context) {
  OM_uint32 minor;
  if (!context) return;
  if (context->handle) gss_delete_sec_context(&minor, &context->handle, GSS_C_NO_BUFFER);
  if (context->target) gss_release_name(&minor, &context->target);
  bytes_free(&context->kept_output);
  delegated_release(context->delegated);
  free(context->specified_target);
  credentials_release(context->credentials);
  pthread_mutex_destroy(&context->lock);
  free(context);
}

ContextState context_state(Context* context) {
  pthread_mutex_lock(&context->lock);
  const ContextState state = context->state;
  pthread_mutex_unlock(&context->lock);
  return state;
}

Delegated* context_delegated(Context* context) {
  pthread_mutex_lock(&context->lock);
  Delegated* delegated = delegated_keep(context->delegated);
  pthread_mutex_unlock(&context->lock);
  return delegated;
}

// NTLM neither authenticates the server nor delegates, whatever gss-ntlmssp echoes; what it signs
// is numbered.
uint32_t context_flags(const Context* context, OM_uint32 flags) {
  if (context->state.package != PACKAGE_NTLM) return flags;
  flags &= ~(FLAG_MUTUAL | FLAG_DELEGATE | FLAG_DCE_STYLE | FLAG_REPLAY | FLAG_SEQUENCE);
  return flags & FLAG_INTEGRITY ? flags | FLAG_REPLAY | FLAG_SEQUENCE : flags;
}

void context_establish(Context* context, OM_uint32 flags, OM_uint32 lifetime) {
  OM_uint32 minor;
  gss_OID mechanism = GSS_C_NO_OID;
  gss_inquire_context(&minor, context->handle, NULL, NULL, NULL, &mechanism, NULL, NULL, NULL);
  context->state.package = package_of(mechanism);
  context->state.flags = context_flags(context, flags);
  context->state.start = time(NULL);
  context->state.expiry = expiry_after(lifetime);
  context->state.complete = true;
}
