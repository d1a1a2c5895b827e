// The way of a context into another process.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

// What stands before GSS-API's own bytes.
typedef struct Head {
  char mark[8];
  ContextState state;
} Head;

static const char mark[8] = "lab-1.0";

static bool write_export(const ContextState* state, const gss_buffer_desc* token, Bytes* exported) {
  Head head = {.state = *state};
  memcpy(head.mark, mark, sizeof mark);
  *exported = (Bytes){malloc(sizeof head + token->length), sizeof head + token->length};
  if (!exported->value) return false;
  memcpy(mempcpy(exported->value, &head, sizeof head), token->value, token->length);
  return true;
}

static bool read_head(const Bytes* exported, Package package, Head* head) {
  if (exported->length < sizeof *head) return false;
  memcpy(head, exported->value, sizeof *head);
  return memcmp(head->mark, mark, sizeof mark) == 0 && head->state.asked_package == package;
}

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
  Status status = status_of_gss(STAGE_MESSAGE, major, minor, mechanism);
  if (status == SSPI_OK && !write_export(&context->state, &token, exported)) {
    status = SSPI_INSUFFICIENT_MEMORY;
  }
  if (!context->handle) context->state.complete = false;
  pthread_mutex_unlock(&context->lock);
  gss_release_buffer(&minor, &token);
  return status;
}

Status context_import(Package package, const Bytes* exported, Context** imported) {
  OM_uint32 minor;
  Head head;
  if (!read_head(exported, package, &head)) return SSPI_INVALID_TOKEN;
  Context* context = context_new(package, head.state.initiator, NULL);
  if (!context) return SSPI_INSUFFICIENT_MEMORY;
  gss_buffer_desc token = {exported->length - sizeof head, (char*)exported->value + sizeof head};
  if (GSS_ERROR(gss_import_sec_context(&minor, &token, &context->handle))) {
    context_delete(context);
    return SSPI_INVALID_TOKEN;
  }
  context->state = head.state;
  *imported = context;
  return SSPI_OK;
}
