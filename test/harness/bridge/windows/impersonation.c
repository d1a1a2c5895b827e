// Access tokens of clients. Wine cannot log anybody on, so each is the process's own in all but its
// number, by which the bridge knows again whose it is: also on another thread, and when somebody
// else has put it back on a thread, after an impersonation within.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-impersonatesecuritycontext
#include <stdlib.h>

#include "bridge_windows.h"

typedef struct ClientToken {
  Context* context;
  HANDLE handle;
  LUID number;
  struct ClientToken* next;
} ClientToken;

static SRWLOCK lock = SRWLOCK_INIT;  // of the list
static ClientToken* tokens;

static bool number_of(HANDLE token, LUID* number) {
  TOKEN_STATISTICS statistics;
  DWORD length;
  if (!GetTokenInformation(token, TokenStatistics, &statistics, sizeof statistics, &length)) {
    return false;
  }
  *number = statistics.TokenId;
  return true;
}

// How far the server may go, by what the client said in the handshake.
static SECURITY_IMPERSONATION_LEVEL level_of(const ContextState* state) {
  if (state->flags & FLAG_IDENTIFY) return SecurityIdentification;
  return state->flags & FLAG_DELEGATE ? SecurityDelegation : SecurityImpersonation;
}

static bool copy_process_token(SECURITY_IMPERSONATION_LEVEL level, HANDLE* token) {
  HANDLE own = NULL;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE | TOKEN_QUERY, &own)) return false;
  const bool copied = DuplicateTokenEx(own, TOKEN_QUERY | TOKEN_IMPERSONATE | TOKEN_DUPLICATE, NULL,
                                       level, TokenImpersonation, token);
  CloseHandle(own);
  return copied;
}

// Both with the lock held.
static ClientToken* find_token(const Context* context) {
  ClientToken* token = tokens;
  while (token && token->context != context) token = token->next;
  return token;
}

static ClientToken* make_token(Context* context, const ContextState* state) {
  ClientToken* token = calloc(1, sizeof *token);
  if (!token) return NULL;
  if (!copy_process_token(level_of(state), &token->handle) ||
      !number_of(token->handle, &token->number)) {
    if (token->handle) CloseHandle(token->handle);
    free(token);
    return NULL;
  }
  token->context = context;
  token->next = tokens;
  tokens = token;
  return token;
}

SECURITY_STATUS context_token(Context* context, HANDLE* handle) {
  if (!context) return SEC_E_INVALID_HANDLE;
  const ContextState state = context_state(context);
  if (!state.complete) return SEC_E_INVALID_HANDLE;
  if (state.initiator) return SEC_E_NO_IMPERSONATION;
  AcquireSRWLockExclusive(&lock);
  ClientToken* token = find_token(context);
  if (!token) token = make_token(context, &state);
  if (token) *handle = token->handle;
  ReleaseSRWLockExclusive(&lock);
  return token ? SEC_E_OK : SEC_E_NO_IMPERSONATION;
}

void forget_token(Context* context) {
  AcquireSRWLockExclusive(&lock);
  ClientToken* token = find_token(context);
  ClientToken** place = &tokens;
  while (token && *place != token) place = &(*place)->next;
  if (token) *place = token->next;
  ReleaseSRWLockExclusive(&lock);
  if (token) CloseHandle(token->handle);
  free(token);
}

bool impersonated_client(Delegated** delegated) {
  HANDLE own = NULL;
  LUID number;
  // As the process: the client may not be allowed to look.
  if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &own)) return false;
  const bool known = number_of(own, &number);
  CloseHandle(own);
  AcquireSRWLockExclusive(&lock);
  const ClientToken* token = known ? tokens : NULL;
  while (token && (token->number.LowPart != number.LowPart ||
                   token->number.HighPart != number.HighPart)) {
    token = token->next;
  }
  if (token) *delegated = context_delegated(token->context);
  ReleaseSRWLockExclusive(&lock);
  return token != NULL;
}

SECURITY_STATUS WINAPI impersonate_context(PCtxtHandle handle) {
  HANDLE token = NULL;
  const SECURITY_STATUS status = context_token(context_of(handle), &token);
  if (status != SEC_E_OK) return status;
  return SetThreadToken(NULL, token) ? SEC_E_OK : SEC_E_NO_IMPERSONATION;
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-revertsecuritycontext
SECURITY_STATUS WINAPI revert_context(PCtxtHandle handle) {
  if (!context_of(handle)) return SEC_E_INVALID_HANDLE;
  return RevertToSelf() ? SEC_E_OK : SEC_E_NO_IMPERSONATION;
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querysecuritycontexttoken
SECURITY_STATUS WINAPI query_context_token(PCtxtHandle handle, PHANDLE copy) {
  HANDLE token = NULL;
  const SECURITY_STATUS status = context_token(context_of(handle), &token);
  if (status != SEC_E_OK) return status;
  const HANDLE process = GetCurrentProcess();
  const bool copied = DuplicateHandle(process, token, process, copy, 0, FALSE,
                                      DUPLICATE_SAME_ACCESS);
  return copied ? SEC_E_OK : SEC_E_NO_IMPERSONATION;
}
