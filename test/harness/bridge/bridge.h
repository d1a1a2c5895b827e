// The border between the bridge's two halves: windows/ speaks SSPI and is compiled with Wine's
// headers, gss/ speaks GSS-API and is compiled with Linux's. The two sets of headers do not mix, so
// this file needs neither. Text is UTF-8; memory that crosses is malloc's, released by bytes_free.
#ifndef WINSSPI_LAB_BRIDGE_H_
#define WINSSPI_LAB_BRIDGE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// https://learn.microsoft.com/windows/win32/secauthn/sspi-status-codes
typedef enum Status {
  SSPI_OK = 0,
  SSPI_CONTINUE_NEEDED = 0x00090312,
  SSPI_INSUFFICIENT_MEMORY = 0x80090300,
  SSPI_INVALID_HANDLE = 0x80090301,
  SSPI_UNSUPPORTED_FUNCTION = 0x80090302,
  SSPI_TARGET_UNKNOWN = 0x80090303,
  SSPI_INTERNAL_ERROR = 0x80090304,
  SSPI_INVALID_TOKEN = 0x80090308,
  SSPI_QOP_NOT_SUPPORTED = 0x8009030A,
  SSPI_LOGON_DENIED = 0x8009030C,
  SSPI_UNKNOWN_CREDENTIALS = 0x8009030D,
  SSPI_NO_CREDENTIALS = 0x8009030E,
  SSPI_MESSAGE_ALTERED = 0x8009030F,
  SSPI_OUT_OF_SEQUENCE = 0x80090310,
  SSPI_NO_AUTHENTICATING_AUTHORITY = 0x80090311,
  SSPI_CONTEXT_EXPIRED = 0x80090317,
  SSPI_BUFFER_TOO_SMALL = 0x80090321,
  SSPI_WRONG_PRINCIPAL = 0x80090322,
  SSPI_TIME_SKEW = 0x80090324,
  SSPI_ENCRYPTION_TYPE_NOT_SUPPORTED = 0x80090342,
  SSPI_BAD_BINDINGS = 0x80090346,
} Status;

typedef enum Package { PACKAGE_NEGOTIATE, PACKAGE_KERBEROS, PACKAGE_NTLM } Package;

// GSS-API's own numbers: RFC 2744, appendix A, and the DCE flags of MIT's gssapi_ext.h.
enum {
  FLAG_DELEGATE = 1,
  FLAG_MUTUAL = 2,
  FLAG_REPLAY = 4,
  FLAG_SEQUENCE = 8,
  FLAG_CONFIDENTIALITY = 16,
  FLAG_INTEGRITY = 32,
  FLAG_DCE_STYLE = 0x1000,
  FLAG_IDENTIFY = 0x2000,
  FLAG_EXTENDED_ERROR = 0x4000,
};

typedef struct Bytes {
  void* value;
  size_t length;
} Bytes;

void bytes_free(Bytes* bytes);  // and wipes

// Seconds since 1970; this value where there is no end.
#define NO_EXPIRY INT64_MAX

// What a client has delegated to a server: counted references, safe from any thread.

typedef struct Delegated Delegated;

Delegated* delegated_keep(Delegated* delegated);  // NULL too
void delegated_release(Delegated* delegated);

// Credentials: counted references, safe from any thread.

typedef struct Credentials Credentials;

typedef struct CredentialsRequest {
  Package package;
  bool outbound, inbound;
  const char *user, *domain, *password;  // all NULL: the logged-on user, or the client
  bool allow_kerberos, allow_ntlm;       // what Negotiate may choose
  bool impersonating;                    // the caller acts as a client,
  Delegated* delegated;                  // who delegated this
} CredentialsRequest;

Status credentials_acquire(const CredentialsRequest* request, Credentials** credentials,
                           int64_t* expiry);
Package credentials_package(const Credentials* credentials);
void credentials_release(Credentials* credentials);

// Contexts: one call at a time on each, which they see to themselves.

typedef struct Context Context;

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
typedef struct Bindings {
  uint32_t initiator_type, acceptor_type;
  Bytes initiator, acceptor, application;
} Bindings;

typedef struct Leg {
  const char* target;  // of an initiator
  uint32_t flags;      // FLAG_*: asked for, then granted
  bool allow_missing_bindings;
  const Bindings* bindings;
  Bytes input;
  Bytes output;  // for the peer; there may be one with an error too
  int64_t expiry;
} Leg;

// Both make a context where *context is NULL, and leave NULL where that failed.
Status context_initialize(Context** context, Credentials* credentials, Leg* leg);
Status context_accept(Context** context, Credentials* credentials, Leg* leg);
// Takes the last leg's output back: the next step gives it again, with the same status.
void context_keep_output(Context* context, Status status, Leg* leg);
void context_delete(Context* context);

// What the client has delegated: a reference of the caller's. NULL: nothing.
Delegated* context_delegated(Context* context);

Status context_export(Context* context, bool keep, Bytes* exported);
// What the client has delegated stays behind.
Status context_import(Package package, const Bytes* exported, Context** context);

typedef struct ContextState {
  bool complete, initiator;
  Package package;  // the chosen one: Kerberos or NTLM; Negotiate while there is no choice yet
  Package asked_package;
  uint32_t flags;
  int64_t start, expiry;
} ContextState;

ContextState context_state(Context* context);

// Attributes

typedef struct Names {
  char *user, *domain;    // the initiator's: alice and CORP
  char* authority;        // who vouches for that: CORP.TEST, for NTLM CORP
  char *client, *server;  // alice@CORP.TEST and HTTP/host@CORP.TEST; NULL for NTLM
} Names;

Status context_names(Context* context, Names* names);
// What the client of an acceptor asked for, in malloc's memory; NULL: it did not say.
char* context_specified_target(Context* context);
void names_free(Names* names);
// For Kerberos with the key's encryption type, RFC 3961's number.
Status context_session_key(Context* context, Bytes* key, uint32_t* encryption_type);

// Messages

typedef enum BufferKind {
  BUFFER_OTHER,
  BUFFER_DATA,
  BUFFER_SIGNED_DATA,  // covered by the checksum and not encrypted
  BUFFER_TOKEN,
  BUFFER_PADDING,
  BUFFER_STREAM,
} BufferKind;

typedef struct Buffer {
  BufferKind kind;
  void* value;
  uint32_t length;
} Buffer;

#define MAX_BUFFERS 64

Status message_seal(Context* context, bool encrypt, Buffer* buffers, size_t count);
Status message_open(Context* context, Buffer* buffers, size_t count, bool* encrypted);
Status message_sign(Context* context, Buffer* buffers, size_t count);
Status message_verify(Context* context, Buffer* buffers, size_t count);

#endif  // WINSSPI_LAB_BRIDGE_H_
