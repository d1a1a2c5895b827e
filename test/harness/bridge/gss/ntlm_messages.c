// NTLM's messages: gss-ntlmssp has no calls on buffer lists, so its 16-byte signature is cut off
// and put on here. [MS-NLMP], section 2.2.2.9
#include <stdlib.h>
#include <string.h>

#include "gss.h"

Status ntlm_seal(Context* context, Buffer* buffers, size_t count) {
  OM_uint32 minor;
  Bytes message;
  gss_buffer_desc sealed = GSS_C_EMPTY_BUFFER;
  Buffer *token = buffer_find(buffers, count, BUFFER_TOKEN),
         *padding = buffer_find(buffers, count, BUFFER_PADDING);
  if (buffer_find(buffers, count, BUFFER_SIGNED_DATA)) return SSPI_UNSUPPORTED_FUNCTION;
  if (token->length < NTLM_SIGNATURE) return SSPI_BUFFER_TOO_SMALL;
  if (!buffers_gather(buffers, count, NULL, &message)) return SSPI_INSUFFICIENT_MEMORY;
  gss_buffer_desc input = {message.length, message.value};
  const OM_uint32 major =
      gss_wrap(&minor, context->handle, 1, GSS_C_QOP_DEFAULT, &input, NULL, &sealed);
  if (!GSS_ERROR(major)) {
    memcpy(token->value, sealed.value, NTLM_SIGNATURE);
    buffers_scatter((char*)sealed.value + NTLM_SIGNATURE, buffers, count);
    token->length = NTLM_SIGNATURE;
    if (padding) padding->length = 0;
  }
  const Status status = message_status(context, major, minor);
  bytes_free(&message);
  gss_release_buffer(&minor, &sealed);
  return status;
}

Status ntlm_open(Context* context, Buffer* buffers, size_t count, bool* encrypted) {
  OM_uint32 minor;
  Bytes message;
  gss_buffer_desc opened = GSS_C_EMPTY_BUFFER;
  Buffer *stream = buffer_find(buffers, count, BUFFER_STREAM),
         *data = buffer_find(buffers, count, BUFFER_DATA),
         *token = stream ? stream : buffer_find(buffers, count, BUFFER_TOKEN);
  if (buffer_find(buffers, count, BUFFER_SIGNED_DATA)) return SSPI_UNSUPPORTED_FUNCTION;
  // gss-ntlmssp reads a signature from whatever it gets.
  if (stream ? stream->length < NTLM_SIGNATURE : token->length != NTLM_SIGNATURE) {
    return SSPI_INVALID_TOKEN;
  }
  if (!buffers_gather(buffers, stream ? 0 : count, token, &message))
    return SSPI_INSUFFICIENT_MEMORY;
  gss_buffer_desc input = {message.length, message.value};
  const OM_uint32 major = gss_unwrap(&minor, context->handle, &input, &opened, NULL, NULL);
  *encrypted = true;
  if (!GSS_ERROR(major)) {
    if (stream) {
      data->value = (char*)stream->value + NTLM_SIGNATURE;
      data->length = stream->length - NTLM_SIGNATURE;
      if (data->length) memcpy(data->value, opened.value, data->length);
    } else {
      buffers_scatter(opened.value, buffers, count);
    }
  }
  const Status status = message_status(context, major, minor);
  bytes_free(&message);
  gss_release_buffer(&minor, &opened);
  return status == SSPI_INTERNAL_ERROR ? SSPI_MESSAGE_ALTERED : status;
}
