// Context flags. InitializeSecurityContext and AcceptSecurityContext number theirs differently.
// https://learn.microsoft.com/windows/win32/secauthn/context-requirements
#include "bridge_windows.h"

typedef struct Row {
  uint32_t flag;
  ULONG initiator, acceptor;
} Row;

static const Row rows[] = {
    {FLAG_DELEGATE, ISC_REQ_DELEGATE, ASC_REQ_DELEGATE},
    {FLAG_MUTUAL, ISC_REQ_MUTUAL_AUTH, ASC_REQ_MUTUAL_AUTH},
    {FLAG_REPLAY, ISC_REQ_REPLAY_DETECT, ASC_REQ_REPLAY_DETECT},
    {FLAG_SEQUENCE, ISC_REQ_SEQUENCE_DETECT, ASC_REQ_SEQUENCE_DETECT},
    {FLAG_CONFIDENTIALITY, ISC_REQ_CONFIDENTIALITY, ASC_REQ_CONFIDENTIALITY},
    {FLAG_INTEGRITY, ISC_REQ_INTEGRITY, ASC_REQ_INTEGRITY},
    {FLAG_DCE_STYLE, ISC_REQ_USE_DCE_STYLE, ASC_REQ_USE_DCE_STYLE},
    {FLAG_IDENTIFY, ISC_REQ_IDENTIFY, ASC_REQ_IDENTIFY},
    {FLAG_EXTENDED_ERROR, ISC_REQ_EXTENDED_ERROR, ASC_REQ_EXTENDED_ERROR},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static const ULONG echoed_initiator =
    ISC_REQ_USE_SESSION_KEY | ISC_REQ_ALLOCATE_MEMORY | ISC_REQ_CONNECTION | ISC_REQ_STREAM;
static const ULONG echoed_acceptor =
    ASC_REQ_USE_SESSION_KEY | ASC_REQ_ALLOCATE_MEMORY | ASC_REQ_CONNECTION | ASC_REQ_STREAM;

// GSS-API grants confidentiality and integrity apart. In SSPI the first brings the second.
uint32_t flags_of_request(bool initiator, ULONG request) {
  uint32_t flags = 0;
  for (int i = 0; i < ROWS; i++) {
    if (request & (initiator ? rows[i].initiator : rows[i].acceptor)) flags |= rows[i].flag;
  }
  return flags & FLAG_CONFIDENTIALITY ? flags | FLAG_INTEGRITY : flags;
}

ULONG request_of_flags(bool initiator, uint32_t flags) {
  ULONG request = 0;
  for (int i = 0; i < ROWS; i++) {
    if (flags & rows[i].flag) request |= initiator ? rows[i].initiator : rows[i].acceptor;
  }
  return request;
}

ULONG granted_attributes(bool initiator, uint32_t flags, ULONG request) {
  const ULONG echoed = initiator ? echoed_initiator : echoed_acceptor;
  return request_of_flags(initiator, flags) | (request & echoed);
}
