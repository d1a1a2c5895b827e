// What the files of the GSS-API half share.
#ifndef WINSSPI_LAB_GSS_H_
#define WINSSPI_LAB_GSS_H_

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <pthread.h>
#include <time.h>

#include "../bridge.h"

// The mechanism of a package.
gss_OID mechanism_of(Package package);
gss_OID_set_desc mechanism_set(Package package);  // of one
// PACKAGE_NEGOTIATE for a mechanism that is neither of the others.
Package package_of(gss_OID mechanism);
bool oid_equal(gss_const_OID one, gss_const_OID other);

// Where a failure happened decides what Windows calls it.
typedef enum Stage { STAGE_LOGON, STAGE_INITIALIZE, STAGE_ACCEPT, STAGE_MESSAGE } Stage;

Status status_of_gss(Stage stage, OM_uint32 major, OM_uint32 minor, gss_OID mechanism);
Status status_of_kerberos(Stage stage, int32_t code);
bool is_minor(OM_uint32 minor, gss_OID mechanism, OM_uint32 code, gss_OID code_mechanism);

// Names. What returns text returns malloc's; NULL: no memory, or no such name.
char* realm_of(const char* domain);      // CORP or corp.test is CORP.TEST
char* short_domain(const char* domain);  // CORP.TEST is CORP
char* join(const char* one, const char* between, const char* other);
char* name_text(gss_name_t name);
gss_name_t import_user(const char* user, const char* realm);  // realm may be NULL
// What a client's token says that it wants: HTTP/host, or NULL.
char* target_of_token(const Bytes* token, Package package);
gss_name_t import_target(const char* target, Package package);

// The Kerberos tickets of one user, in a cache of their own.
typedef struct Tickets {
  char* cache;  // its name, such as MEMORY:abc; NULL: none
} Tickets;

// Into a cache that is new.
Status tickets_get(const char* user, const char* realm, const char* password, Tickets* tickets);
// Those that a client has delegated, in a form that every mechanism takes.
Status tickets_store(gss_cred_id_t delegated, Tickets* tickets);
void tickets_destroy(Tickets* tickets);
// The user and realm of the process's own tickets.
Status tickets_logged_on(char** cache, char** user, char** realm);

// Takes credentials of GSS-API over; NULL where they are of no use.
Delegated* delegated_take(gss_cred_id_t handle);
const char* delegated_cache(const Delegated* delegated);

// The credentials of one side, acquired at the latest now.
Status credentials_of_side(Credentials* credentials, bool outbound, gss_cred_id_t* handle);
Credentials* credentials_keep(Credentials* credentials);

struct Context {
  pthread_mutex_t lock;  // GSS-API: one thread at a time on a context
  gss_ctx_id_t handle;
  Credentials* credentials;  // NULL in an imported context
  gss_name_t target;
  Delegated* delegated;    // to an acceptor; may be NULL
  char* specified_target;  // by the client to an acceptor; may be NULL
  ContextState state;
  Status kept_status;  // of kept_output, where there is one
  Bytes kept_output;
};

int64_t expiry_after(OM_uint32 seconds);
Bytes take(gss_buffer_t buffer);  // a copy in malloc's memory; releases the buffer
// What a context that has just become complete is.
// The flags of a context in the words of Windows.
uint32_t context_flags(const Context* context, OM_uint32 flags);
void context_establish(Context* context, OM_uint32 flags, OM_uint32 lifetime);
Context* context_new(Package package, bool initiator, Credentials* credentials);

// Messages
enum { NTLM_SIGNATURE = 16 };

Buffer* buffer_find(Buffer* buffers, size_t count, BufferKind kind);
// What is signed, in one piece, after `before`.
bool buffers_gather(const Buffer* buffers, size_t count, const Buffer* before, Bytes* gathered);
void buffers_scatter(const char* from, Buffer* buffers, size_t count);
Status message_status(const Context* context, OM_uint32 major, OM_uint32 minor);
// Whether the context may do what needs one of these flags.
Status message_check(const Context* context, bool has_token, uint32_t flag);
Status ntlm_seal(Context* context, Buffer* buffers, size_t count);
Status ntlm_open(Context* context, Buffer* buffers, size_t count, bool* encrypted);

#endif  // WINSSPI_LAB_GSS_H_
