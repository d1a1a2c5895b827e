// raw_delegation.exe PACKAGE USER PASSWORD USER PASSWORD: two clients delegate to a server, which
// then acts as each of them, the second within the first. Prints who AcquireCredentialsHandle
// without an identity is at each point; raw.test.ts knows what is right.
#define SECURITY_WIN32
#include <windows.h>

#include <sspi.h>
#include <stdio.h>
#include <wchar.h>

static WCHAR* package;

typedef struct Pair {
  CtxtHandle client, server;
} Pair;

static SECURITY_STATUS acquire(ULONG use, WCHAR* user, WCHAR* password, CredHandle* credentials) {
  TimeStamp expiry;
  SEC_WINNT_AUTH_IDENTITY_W identity = {(unsigned short*)user,
                                        user ? (ULONG)wcslen(user) : 0,
                                        (unsigned short*)L"CORP",
                                        4,
                                        (unsigned short*)password,
                                        password ? (ULONG)wcslen(password) : 0,
                                        SEC_WINNT_AUTH_IDENTITY_UNICODE};
  return AcquireCredentialsHandleW(NULL, package, use, NULL, user ? &identity : NULL, NULL, NULL,
                                   credentials, &expiry);
}

static SECURITY_STATUS shake_hands(CredHandle* outbound, ULONG request, Pair* pair) {
  static char from_client[65536], from_server[65536];
  CredHandle inbound;
  TimeStamp expiry;
  ULONG attributes;
  SecBuffer question = {sizeof from_client, SECBUFFER_TOKEN, from_client};
  SecBuffer answer = {sizeof from_server, SECBUFFER_TOKEN, from_server};
  SecBufferDesc out = {SECBUFFER_VERSION, 1, &question}, in = {SECBUFFER_VERSION, 1, &answer};
  SECURITY_STATUS status = acquire(SECPKG_CRED_INBOUND, NULL, NULL, &inbound);
  if (status != SEC_E_OK) return status;
  for (BOOL begins = TRUE;; begins = FALSE) {
    question.cbBuffer = sizeof from_client;
    status = InitializeSecurityContextW(outbound, begins ? NULL : &pair->client,
                                        (SEC_WCHAR*)L"HTTP/localhost", request, 0, 0,
                                        begins ? NULL : &in, 0, &pair->client, &out, &attributes,
                                        &expiry);
    if (FAILED(status) || question.cbBuffer == 0) break;
    answer.cbBuffer = sizeof from_server;
    status = AcceptSecurityContext(&inbound, begins ? NULL : &pair->server, &out, 0, 0,
                                   &pair->server, &in, &attributes, &expiry);
    if (FAILED(status) || answer.cbBuffer == 0) break;
  }
  FreeCredentialsHandle(&inbound);
  return status;
}

static SECURITY_STATUS log_on(WCHAR* user, WCHAR* password, ULONG request, Pair* pair) {
  CredHandle outbound;
  SECURITY_STATUS status = acquire(SECPKG_CRED_OUTBOUND, user, password, &outbound);
  if (status == SEC_E_OK) status = shake_hands(&outbound, request, pair);
  FreeCredentialsHandle(&outbound);
  return status;
}

static void close_pair(Pair* pair) {
  DeleteSecurityContext(&pair->client);
  DeleteSecurityContext(&pair->server);
}

// As whom another server sees credentials.
static void tell(const char* point, CredHandle* outbound, SECURITY_STATUS status) {
  Pair pair;
  SecPkgContext_NamesW names = {NULL};
  if (status == SEC_E_OK) status = shake_hands(outbound, ISC_REQ_MUTUAL_AUTH, &pair);
  if (status != SEC_E_OK) {
    printf("%s: %08lx\n", point, (unsigned long)status);
    return;
  }
  QueryContextAttributesW(&pair.server, SECPKG_ATTR_NAMES, &names);
  printf("%s: %ls\n", point, names.sUserName);
  FreeContextBuffer(names.sUserName);
  close_pair(&pair);
}

static void who_am_i(const char* point) {
  CredHandle outbound;
  const SECURITY_STATUS status = acquire(SECPKG_CRED_OUTBOUND, NULL, NULL, &outbound);
  tell(point, &outbound, status);
  if (status == SEC_E_OK) FreeCredentialsHandle(&outbound);
}

static DWORD WINAPI other_thread(void* point) {
  who_am_i(point);
  return 0;
}

static void ask_other_thread(const char* point) {
  const HANDLE thread = CreateThread(NULL, 0, other_thread, (void*)point, 0, NULL);
  WaitForSingleObject(thread, INFINITE);
  CloseHandle(thread);
}

static void act(Pair* first, Pair* second, WCHAR** user) {
  CredHandle kept, explicit_user;
  HANDLE before = NULL, token = NULL;
  const SECURITY_STATUS impersonated = ImpersonateSecurityContext(&first->server);
  printf("impersonate: %08lx\n", (unsigned long)impersonated);
  who_am_i("as the first");
  ask_other_thread("on another thread");
  SECURITY_STATUS status = acquire(SECPKG_CRED_OUTBOUND, user[0], user[1], &explicit_user);
  tell("with an identity", &explicit_user, status);
  FreeCredentialsHandle(&explicit_user);
  OpenThreadToken(GetCurrentThread(), TOKEN_IMPERSONATE, TRUE, &before);
  ImpersonateSecurityContext(&second->server);
  who_am_i("as the second within");
  status = acquire(SECPKG_CRED_OUTBOUND, NULL, NULL, &kept);
  RevertSecurityContext(&second->server);
  who_am_i("reverted");
  SetThreadToken(NULL, before);
  CloseHandle(before);
  who_am_i("put back");
  printf("revert: %08lx\n", (unsigned long)RevertSecurityContext(&first->server));
  QuerySecurityContextToken(&second->server, &token);
  SetThreadToken(NULL, token);
  CloseHandle(token);
  who_am_i("with the second's token");
  RevertToSelf();
  close_pair(second);
  tell("with credentials of the second, gone", &kept, status);
  if (status == SEC_E_OK) FreeCredentialsHandle(&kept);
}

// What a client that delegates nothing leaves to be done as him.
static void act_without(Pair* pair) {
  CredHandle inbound;
  ImpersonateSecurityContext(&pair->server);
  who_am_i("nothing delegated");
  const SECURITY_STATUS status = acquire(SECPKG_CRED_INBOUND, NULL, NULL, &inbound);
  printf("inbound: %08lx\n", (unsigned long)status);
  FreeCredentialsHandle(&inbound);
  RevertSecurityContext(&pair->server);
  who_am_i("at the end");
  const SECURITY_STATUS client = ImpersonateSecurityContext(&pair->client);
  printf("a client's context: %08lx\n", (unsigned long)client);
}

int wmain(int count, WCHAR** arguments) {
  Pair first, second, plain;
  if (count != 6) return 2;
  package = arguments[1];
  WCHAR** users = arguments + 2;
  const ULONG request = ISC_REQ_MUTUAL_AUTH | ISC_REQ_DELEGATE;
  log_on(users[0], users[1], request, &first);
  log_on(users[2], users[3], request, &second);
  act(&first, &second, users + 2);
  log_on(users[0], users[1], ISC_REQ_MUTUAL_AUTH, &plain);
  act_without(&plain);
  close_pair(&first);
  close_pair(&plain);
  return 0;
}
