// The protection of messages. GSS-API's calls on buffer lists were made for SSPI's buffers.
// https://learn.microsoft.com/windows/win32/secauthn/sspi-kerberos-interoperability-with-gssapi
#include "gss.h"

static OM_uint32 iov_type(BufferKind kind) {
  switch (kind) {
    case BUFFER_DATA:
      return GSS_IOV_BUFFER_TYPE_DATA;
    case BUFFER_SIGNED_DATA:
      return GSS_IOV_BUFFER_TYPE_SIGN_ONLY;
    case BUFFER_TOKEN:
      return GSS_IOV_BUFFER_TYPE_HEADER;
    case BUFFER_PADDING:
      return GSS_IOV_BUFFER_TYPE_PADDING;
    case BUFFER_STREAM:
      return GSS_IOV_BUFFER_TYPE_STREAM;
    default:
      return GSS_IOV_BUFFER_TYPE_EMPTY;
  }
}

static void to_iov(const Buffer* buffers, size_t count, gss_iov_buffer_desc* iov) {
  for (size_t i = 0; i < count; i++) {
    iov[i] =
        (gss_iov_buffer_desc){iov_type(buffers[i].kind), {buffers[i].length, buffers[i].value}};
  }
}

static void from_iov(Buffer* buffers, size_t count, const gss_iov_buffer_desc* iov) {
  for (size_t i = 0; i < count; i++) {
    buffers[i].value = iov[i].buffer.value;
    buffers[i].length = (uint32_t)iov[i].buffer.length;
  }
}

Status message_status(const Context* context, OM_uint32 major, OM_uint32 minor) {
  return status_of_gss(STAGE_MESSAGE, major, minor, mechanism_of(context->state.package));
}

Status message_check(const Context* context, bool has_token, uint32_t flag) {
  if (!context->state.complete) return SSPI_INVALID_HANDLE;
  if (!has_token) return SSPI_INVALID_TOKEN;
  if (context->state.flags & flag) return SSPI_OK;
  return context->state.package == PACKAGE_NTLM ? SSPI_UNSUPPORTED_FUNCTION
                                                : SSPI_QOP_NOT_SUPPORTED;
}

static Status seal_in_place(Context* context, bool encrypt, Buffer* buffers, size_t count) {
  OM_uint32 minor;
  gss_iov_buffer_desc iov[MAX_BUFFERS];
  to_iov(buffers, count, iov);
  OM_uint32 major = gss_wrap_iov_length(&minor, context->handle, encrypt, GSS_C_QOP_DEFAULT, NULL,
                                        iov, (int)count);
  if (GSS_ERROR(major)) return message_status(context, major, minor);
  for (size_t i = 0; i < count; i++) {
    if (iov[i].buffer.length > buffers[i].length) return SSPI_BUFFER_TOO_SMALL;
    iov[i].buffer.value = buffers[i].value;  // which the question for the lengths took away
  }
  major = gss_wrap_iov(&minor, context->handle, encrypt, GSS_C_QOP_DEFAULT, NULL, iov, (int)count);
  if (!GSS_ERROR(major)) from_iov(buffers, count, iov);
  return message_status(context, major, minor);
}

// Whether it begins as a message of RFC 4121 does. MIT's library takes one of the form before it
// under an AES context too, which has no keys for it, and reads through a null pointer.
static bool is_known_message(const Buffer* buffer) {
  const unsigned char* bytes = buffer->value;
  return buffer->length >= 2 && bytes[0] == 5 && bytes[1] == 4;
}

static Status open_in_place(Context* context, Buffer* buffers, size_t count, bool* encrypted) {
  OM_uint32 minor;
  int sealed = 0;
  const Buffer* stream = buffer_find(buffers, count, BUFFER_STREAM);
  if (!is_known_message(stream ? stream : buffer_find(buffers, count, BUFFER_TOKEN))) {
    return SSPI_INVALID_TOKEN;
  }
  gss_iov_buffer_desc iov[MAX_BUFFERS];
  to_iov(buffers, count, iov);
  const OM_uint32 major = gss_unwrap_iov(&minor, context->handle, &sealed, NULL, iov, (int)count);
  const Status status = message_status(context, major, minor);
  if (status == SSPI_OK) from_iov(buffers, count, iov);
  *encrypted = sealed;
  return status;
}

Status message_seal(Context* context, bool encrypt, Buffer* buffers, size_t count) {
  pthread_mutex_lock(&context->lock);
  const uint32_t flag = encrypt ? FLAG_CONFIDENTIALITY : FLAG_INTEGRITY | FLAG_CONFIDENTIALITY;
  Status status = message_check(context, buffer_find(buffers, count, BUFFER_TOKEN), flag);
  if (status == SSPI_OK) {
    status = context->state.package == PACKAGE_NTLM
                 ? ntlm_seal(context, buffers, count)
                 : seal_in_place(context, encrypt, buffers, count);
  }
  pthread_mutex_unlock(&context->lock);
  return status;
}

Status message_open(Context* context, Buffer* buffers, size_t count, bool* encrypted) {
  pthread_mutex_lock(&context->lock);
  const bool whole =
      buffer_find(buffers, count, BUFFER_DATA) &&
      (buffer_find(buffers, count, BUFFER_TOKEN) || buffer_find(buffers, count, BUFFER_STREAM));
  Status status = message_check(context, whole, FLAG_INTEGRITY | FLAG_CONFIDENTIALITY);
  if (status == SSPI_OK) {
    status = context->state.package == PACKAGE_NTLM
                 ? ntlm_open(context, buffers, count, encrypted)
                 : open_in_place(context, buffers, count, encrypted);
  }
  pthread_mutex_unlock(&context->lock);
  return status;
}
