// Signatures over messages that stay as they are.
#include <string.h>

#include "gss.h"

static Status sign(Context* context, const Bytes* message, Buffer* token) {
  OM_uint32 minor;
  gss_buffer_desc input = {message->length, message->value}, signature = GSS_C_EMPTY_BUFFER;
  const OM_uint32 major =
      gss_get_mic(&minor, context->handle, GSS_C_QOP_DEFAULT, &input, &signature);
  Status status = message_status(context, major, minor);
  if (status == SSPI_OK && signature.length > token->length) status = SSPI_BUFFER_TOO_SMALL;
  if (status == SSPI_OK) {
    memcpy(token->value, signature.value, signature.length);
    token->length = (uint32_t)signature.length;
  }
  gss_release_buffer(&minor, &signature);
  return status;
}

static Status verify(Context* context, const Bytes* message, const Buffer* token) {
  OM_uint32 minor;
  gss_buffer_desc input = {message->length, message->value};
  gss_buffer_desc signature = {token->length, token->value};
  // gss-ntlmssp compares as many bytes as there should be.
  if (context->state.package == PACKAGE_NTLM && token->length != NTLM_SIGNATURE) {
    return SSPI_MESSAGE_ALTERED;
  }
  return message_status(context, gss_verify_mic(&minor, context->handle, &input, &signature, NULL),
                        minor);
}

Status message_sign(Context* context, Buffer* buffers, size_t count) {
  Bytes message;
  Buffer* token = buffer_find(buffers, count, BUFFER_TOKEN);
  if (!buffers_gather(buffers, count, NULL, &message)) return SSPI_INSUFFICIENT_MEMORY;
  pthread_mutex_lock(&context->lock);
  Status status = message_check(context, token, FLAG_INTEGRITY | FLAG_CONFIDENTIALITY);
  if (status == SSPI_OK) status = sign(context, &message, token);
  pthread_mutex_unlock(&context->lock);
  bytes_free(&message);
  return status;
}

Status message_verify(Context* context, Buffer* buffers, size_t count) {
  Bytes message;
  const Buffer* token = buffer_find(buffers, count, BUFFER_TOKEN);
  if (!buffers_gather(buffers, count, NULL, &message)) return SSPI_INSUFFICIENT_MEMORY;
  pthread_mutex_lock(&context->lock);
  Status status = message_check(context, token, FLAG_INTEGRITY | FLAG_CONFIDENTIALITY);
  if (status == SSPI_OK) status = verify(context, &message, token);
  pthread_mutex_unlock(&context->lock);
  bytes_free(&message);
  return status;
}
