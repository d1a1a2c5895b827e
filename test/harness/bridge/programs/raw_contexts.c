// raw_contexts.exe PACKAGE: calls of SSPI that winsspi does not make, against the bridge. Prints a
// line for each, with the status or the numbers that came back; raw.test.ts knows what is right.
#define SECURITY_WIN32
#include <windows.h>

#include <sspi.h>
#include <stdio.h>

static CredHandle outbound, inbound;
static CtxtHandle client, server;
static char first_memory[65536], second_memory[65536];

static void acquire(WCHAR* package) {
  SEC_WINNT_AUTH_IDENTITY_W alice = {
      (unsigned short*)L"alice",           5,  (unsigned short*)L"CORP",       4,
      (unsigned short*)L"Lab-u7Kq2-alice", 15, SEC_WINNT_AUTH_IDENTITY_UNICODE};
  TimeStamp expiry;
  AcquireCredentialsHandleW(NULL, package, SECPKG_CRED_OUTBOUND, NULL, &alice, NULL, NULL,
                            &outbound, &expiry);
  AcquireCredentialsHandleW(NULL, package, SECPKG_CRED_INBOUND, NULL, NULL, NULL, NULL, &inbound,
                            &expiry);
}

// One leg; `token` is the peer's, and becomes ours.
static SECURITY_STATUS step(BOOL initiator, BOOL begins, ULONG request, SecBuffer* token,
                            ULONG room, char* memory, ULONG* attributes) {
  SecBuffer output = {room, SECBUFFER_TOKEN, request & ISC_REQ_ALLOCATE_MEMORY ? NULL : memory};
  SecBufferDesc in = {SECBUFFER_VERSION, 1, token}, out = {SECBUFFER_VERSION, 1, &output};
  CtxtHandle* context = initiator ? &client : &server;
  TimeStamp expiry;
  const SECURITY_STATUS status =
      initiator ? InitializeSecurityContextW(
                      &outbound, begins ? NULL : context, (SEC_WCHAR*)L"HTTP/localhost", request, 0,
                      0, begins ? NULL : &in, 0, context, &out, attributes, &expiry)
                : AcceptSecurityContext(&inbound, begins ? NULL : context, &in, request, 0, context,
                                        &out, attributes, &expiry);
  *token = output;
  return status;
}

// A token that finds too little room is given again, and not made again.
static SECURITY_STATUS step_twice(BOOL initiator, BOOL begins, ULONG request, SecBuffer* token,
                                  char* memory, ULONG* attributes) {
  SecBuffer again = *token;
  const SECURITY_STATUS status = step(initiator, begins, request, token, 10, memory, attributes);
  if (status != SEC_E_BUFFER_TOO_SMALL) return status;
  printf("too small: wants %s\n", token->cbBuffer > 10 ? "more" : "nothing");
  *token = again;
  return step(initiator, begins, request, token, sizeof first_memory, memory, attributes);
}

static void shake_hands(void) {
  const ULONG request = ISC_REQ_MUTUAL_AUTH | ISC_REQ_REPLAY_DETECT | ISC_REQ_SEQUENCE_DETECT |
                        ISC_REQ_CONFIDENTIALITY | ISC_REQ_INTEGRITY | ISC_REQ_IDENTIFY;
  ULONG asked = 0, accepted = 0;
  SecBuffer token = {0, SECBUFFER_TOKEN, NULL};
  step_twice(TRUE, TRUE, request, &token, first_memory, &asked);
  SECURITY_STATUS status = step(FALSE, TRUE, ASC_REQ_ALLOCATE_MEMORY, &token, 0, NULL, &accepted);
  printf("allocated: %d\n", token.pvBuffer != NULL);
  void* allocated = token.pvBuffer;
  status = step_twice(TRUE, FALSE, request, &token, second_memory, &asked);
  if (token.cbBuffer > 0) {
    status = step(FALSE, FALSE, 0, &token, sizeof first_memory, first_memory, &accepted);
  }
  printf("free: %08lx\n", (unsigned long)FreeContextBuffer(allocated));
  printf("complete: %08lx\n", (unsigned long)status);
  printf("initiator: %08lx\n", (unsigned long)asked);
  printf("acceptor: %08lx\n", (unsigned long)accepted);
}

static void pass_message(CtxtHandle* to, const char* name) {
  char token[76], data[] = "a message", padding[16];
  SecBuffer buffers[] = {{sizeof token, SECBUFFER_TOKEN, token},
                         {sizeof data, SECBUFFER_DATA, data},
                         {sizeof padding, SECBUFFER_PADDING, padding}};
  SecBufferDesc message = {SECBUFFER_VERSION, 3, buffers};
  ULONG qop;
  SECURITY_STATUS status = EncryptMessage(&client, 0, &message, 0);
  if (status == SEC_E_OK) status = DecryptMessage(to, &message, 0, &qop);
  printf("%s: %08lx %s\n", name, (unsigned long)status, data);
}

static void move(WCHAR* package) {
  SecBuffer packed = {0};
  CtxtHandle imported;
  const SECURITY_STATUS status =
      ExportSecurityContext(&server, SECPKG_CONTEXT_EXPORT_DELETE_OLD, &packed, NULL);
  printf("export: %08lx\n", (unsigned long)status);
  printf("import: %08lx\n",
         (unsigned long)ImportSecurityContextW(package, &packed, NULL, &imported));
  pass_message(&imported, "imported");
  SecPkgContext_NamesW names = {NULL};
  QueryContextAttributesW(&imported, SECPKG_ATTR_NAMES, &names);
  printf("names: %ls\n", names.sUserName);
  FreeContextBuffer(names.sUserName);
  FreeContextBuffer(packed.pvBuffer);
  DeleteSecurityContext(&imported);
}

int wmain(int count, WCHAR** arguments) {
  if (count != 2) return 2;
  acquire(arguments[1]);
  shake_hands();
  pass_message(&server, "message");
  move(arguments[1]);
  DeleteSecurityContext(&client);
  DeleteSecurityContext(&server);
  FreeCredentialsHandle(&outbound);
  FreeCredentialsHandle(&inbound);
  return 0;
}
