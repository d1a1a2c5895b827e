// The buffers of a message.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

Buffer* buffer_find(Buffer* buffers, size_t count, BufferKind kind) {
  for (size_t i = 0; i < count; i++) {
    if (buffers[i].kind == kind) return &buffers[i];
  }
  return NULL;
}

static bool is_signed(const Buffer* buffer) {
  return buffer->kind == BUFFER_DATA || buffer->kind == BUFFER_SIGNED_DATA;
}

// What is signed, in one piece.
bool buffers_gather(const Buffer* buffers, size_t count, const Buffer* before, Bytes* gathered) {
  size_t length = before ? before->length : 0;
  for (size_t i = 0; i < count; i++) length += is_signed(&buffers[i]) ? buffers[i].length : 0;
  *gathered = (Bytes){malloc(length + 1), length};
  char* end = gathered->value;
  if (!end) return false;
  if (before && before->length) end = mempcpy(end, before->value, before->length);
  for (size_t i = 0; i < count; i++) {
    if (is_signed(&buffers[i]) && buffers[i].length) {
      end = mempcpy(end, buffers[i].value, buffers[i].length);
    }
  }
  return true;
}

void buffers_scatter(const char* from, Buffer* buffers, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (buffers[i].kind != BUFFER_DATA || !buffers[i].length) continue;
    memcpy(buffers[i].value, from, buffers[i].length);
    from += buffers[i].length;
  }
}
