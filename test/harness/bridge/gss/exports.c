// The way of a context into another process.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

// What stands before GSS-API's own bytes.
typedef struct Head {
  uint64_t sum;  // of all that follows
  char mark[8];
  ContextState state;
  uint32_t target_length;  // of the specified target, which comes next; 0: none
} Head;

static const char mark[8] = "lab-1.0";

// GSS-API's mechanisms believe what they read. FNV-1a.
static uint64_t sum_of(const Bytes* exported) {
  const unsigned char* bytes = exported->value;
  uint64_t sum = 0xcbf29ce484222325;
  for (size_t i = offsetof(Head, mark); i < exported->length; i++) {
    sum = (sum ^ bytes[i]) * 0x100000001b3;
  }
  return sum;
}

static bool write_export(const Context* context, const gss_buffer_desc* token, Bytes* exported) {
  const char* target = context->specified_target ? context->specified_target : "";
  Head head = {.state = context->state, .target_length = (uint32_t)strlen(target)};
  memcpy(head.mark, mark, sizeof mark);
  const size_t length = sizeof head + head.target_length + token->length;
  *exported = (Bytes){malloc(length), length};
  if (!exported->value) return false;
  char* end = mempcpy(exported->value, &head, sizeof head);
  end = mempcpy(end, target, head.target_length);
  memcpy(end, token->value, token->length);
  head.sum = sum_of(exported);
  memcpy(exported->value, &head.sum, sizeof head.sum);
  return true;
}

static bool read_head(const Bytes* exported, Package package, Head* head) {
  if (exported->length < sizeof *head) return false;
  memcpy(head, exported->value, sizeof *head);
  return head->sum == sum_of(exported) && memcmp(head->mark, mark, sizeof mark) == 0 &&
         head->state.asked_package == package &&
         head->target_length <= exported->length - sizeof *head;
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
  if (status == SSPI_OK && !write_export(context, &token, exported)) {
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
  char* target = (char*)exported->value + sizeof head;
  gss_buffer_desc token = {exported->length - sizeof head - head.target_length,
                           target + head.target_length};
  if (GSS_ERROR(gss_import_sec_context(&minor, &token, &context->handle))) {
    context_delete(context);
    return SSPI_INVALID_TOKEN;
  }
  context->state = head.state;
  if (head.target_length > 0) context->specified_target = strndup(target, head.target_length);
  *imported = context;
  return SSPI_OK;
}
