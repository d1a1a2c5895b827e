// EncryptMessage, DecryptMessage, MakeSignature and VerifySignature: the caller's buffers.
// https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--negotiate
// https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--negotiate
#include "bridge_windows.h"

static const ULONG wrap_no_encrypt = 0x80000001;  // SECQOP_WRAP_NO_ENCRYPT

// Kerberos leaves a READONLY buffer out of the checksum and covers one WITH_CHECKSUM.
static BufferKind kind_of(ULONG type) {
  switch (type & ~SECBUFFER_ATTRMASK) {
    case SECBUFFER_DATA:
      if (type & SECBUFFER_READONLY_WITH_CHECKSUM) return BUFFER_SIGNED_DATA;
      return type & SECBUFFER_READONLY ? BUFFER_OTHER : BUFFER_DATA;
    case SECBUFFER_TOKEN:
      return BUFFER_TOKEN;
    case SECBUFFER_PADDING:
      return BUFFER_PADDING;
    case SECBUFFER_STREAM:
      return BUFFER_STREAM;
    default:
      return BUFFER_OTHER;
  }
}

typedef struct Message {
  Context* context;
  SecBuffer* from;
  ULONG count;
  Buffer buffers[MAX_BUFFERS];
} Message;

static SECURITY_STATUS read_message(PCtxtHandle handle, PSecBufferDesc descriptor,
                                    Message* message) {
  message->context = context_of(handle);
  if (!message->context) return SEC_E_INVALID_HANDLE;
  if (!descriptor || descriptor->cBuffers > MAX_BUFFERS) return SEC_E_INVALID_TOKEN;
  message->from = descriptor->pBuffers;
  message->count = descriptor->cBuffers;
  for (ULONG i = 0; i < message->count; i++) {
    const SecBuffer* buffer = &message->from[i];
    if (buffer->cbBuffer > 0 && !buffer->pvBuffer) return SEC_E_INVALID_TOKEN;
    message->buffers[i] = (Buffer){kind_of(buffer->BufferType), buffer->pvBuffer, buffer->cbBuffer};
  }
  return SEC_E_OK;
}

static SECURITY_STATUS write_message(Message* message, Status status) {
  for (ULONG i = 0; status == SSPI_OK && i < message->count; i++) {
    if (message->buffers[i].kind == BUFFER_OTHER) continue;
    message->from[i].pvBuffer = message->buffers[i].value;
    message->from[i].cbBuffer = message->buffers[i].length;
  }
  return (SECURITY_STATUS)status;
}

SECURITY_STATUS WINAPI encrypt_message(PCtxtHandle handle, ULONG qop, PSecBufferDesc descriptor,
                                       ULONG sequence) {
  (void)sequence;
  Message message;
  if (qop != 0 && qop != wrap_no_encrypt) return SEC_E_QOP_NOT_SUPPORTED;
  const SECURITY_STATUS read = read_message(handle, descriptor, &message);
  if (read != SEC_E_OK) return read;
  return write_message(&message,
                       message_seal(message.context, qop == 0, message.buffers, message.count));
}

SECURITY_STATUS WINAPI decrypt_message(PCtxtHandle handle, PSecBufferDesc descriptor,
                                       ULONG sequence, PULONG qop) {
  (void)sequence;
  Message message;
  bool encrypted = false;
  const SECURITY_STATUS read = read_message(handle, descriptor, &message);
  if (read != SEC_E_OK) return read;
  const Status status = message_open(message.context, message.buffers, message.count, &encrypted);
  if (status == SSPI_OK && qop) *qop = encrypted ? 0 : wrap_no_encrypt;
  return write_message(&message, status);
}

SECURITY_STATUS WINAPI make_signature(PCtxtHandle handle, ULONG qop, PSecBufferDesc descriptor,
                                      ULONG sequence) {
  (void)sequence;
  Message message;
  if (qop != 0) return SEC_E_QOP_NOT_SUPPORTED;
  const SECURITY_STATUS read = read_message(handle, descriptor, &message);
  if (read != SEC_E_OK) return read;
  return write_message(&message, message_sign(message.context, message.buffers, message.count));
}

SECURITY_STATUS WINAPI verify_signature(PCtxtHandle handle, PSecBufferDesc descriptor,
                                        ULONG sequence, PULONG qop) {
  (void)sequence;
  Message message;
  const SECURITY_STATUS read = read_message(handle, descriptor, &message);
  if (read != SEC_E_OK) return read;
  if (qop) *qop = 0;
  return (SECURITY_STATUS)message_verify(message.context, message.buffers, message.count);
}
