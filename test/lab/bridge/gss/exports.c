// The way of a context into another process.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

// Exporting ends a context of GSS-API; one that is to be kept is imported again.
Status context_export(Context* context, bool keep, Bytes* exported) {
  OM_uint32 minor, major;
  gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
  const gss_OID mechanism = mechanism_of(context->state.asked_package);
  pthread_mutex_lock(&context->lock);
  if (!context->state.complete) {
    pthread_mutex_unlock(&context->lock);
    return SSPI_INVALID_HANDLE;
  }
  major = gss_export_sec_context(&minor, &context->handle, &token);
  if (!GSS_ERROR(major) && keep) major = gss_import_sec_context(&minor, &token, &context->handle);
  if (!GSS_ERROR(major)) {
    exported->length = sizeof context->state + token.length;
    exported->value = malloc(exported->length);
    memcpy(exported->value, &context->state, sizeof context->state);
    memcpy((char*)exported->value + sizeof context->state, token.value, token.length);
  }
  if (!context->handle) context->state.complete = false;
  pthread_mutex_unlock(&context->lock);
  const Status status = status_of_gss(STAGE_MESSAGE, major, minor, mechanism);
  gss_release_buffer(&minor, &token);
  return status;
}

Status context_import(const Bytes* exported, Context** imported) {
  OM_uint32 minor;
  ContextState state;
  if (exported->length < sizeof state) return SSPI_INVALID_TOKEN;
  memcpy(&state, exported->value, sizeof state);
  Context* context = context_new(state.asked_package, state.initiator, NULL);
  if (!context) return SSPI_INSUFFICIENT_MEMORY;
  gss_buffer_desc token = {exported->length - sizeof state, (char*)exported->value + sizeof state};
  if (GSS_ERROR(gss_import_sec_context(&minor, &token, &context->handle))) {
    context_delete(context);
    return SSPI_INVALID_TOKEN;
  }
  context->state = state;
  *imported = context;
  return SSPI_OK;
}
