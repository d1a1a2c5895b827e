// The steps of a handshake.
#include <stdlib.h>
#include <string.h>

#include "gss.h"

static gss_buffer_desc buffer_of(Bytes bytes) {
  return (gss_buffer_desc){bytes.length, bytes.value};
}

static gss_channel_bindings_t bindings_of(const Leg* leg,
                                          struct gss_channel_bindings_struct* bindings) {
  if (!leg->bindings) return GSS_C_NO_CHANNEL_BINDINGS;
  bindings->initiator_addrtype = leg->bindings->initiator_type;
  bindings->initiator_address = buffer_of(leg->bindings->initiator);
  bindings->acceptor_addrtype = leg->bindings->acceptor_type;
  bindings->acceptor_address = buffer_of(leg->bindings->acceptor);
  bindings->application_data = buffer_of(leg->bindings->application);
  return bindings;
}

// Kerberos names the service in the first token, NTLM in the last one.
static void remember_target(Context* context, const Leg* leg) {
  for (Package package = PACKAGE_KERBEROS; package <= PACKAGE_NTLM; package++) {
    char* target = target_of_token(&leg->input, package);
    if (!target) continue;
    free(context->specified_target);
    context->specified_target = target;
  }
}

// What nothing more is known of, is the token's fault.
static Status blame_token(const Leg* leg, Status status) {
  return status == SSPI_INTERNAL_ERROR && leg->input.length > 0 ? SSPI_INVALID_TOKEN : status;
}

static Status finish_leg(Context* context, Leg* leg, Status status, OM_uint32 flags,
                         OM_uint32 lifetime) {
  status = blame_token(leg, status);
  context->state.flags = context_flags(context, flags);
  if (status == SSPI_OK) context_establish(context, flags, lifetime);
  leg->flags = context->state.flags;
  leg->expiry = context->state.expiry;
  return status;
}

// As on Windows, a client delegates to those services only that the domain trusts with it: their
// tickets say so.
static OM_uint32 requested_flags(const Leg* leg) {
  if (!(leg->flags & FLAG_DELEGATE)) return leg->flags;
  return (leg->flags & ~FLAG_DELEGATE) | GSS_C_DELEG_POLICY_FLAG;
}

static Status initialize(Context* context, Leg* leg) {
  const Package package = context->state.asked_package;
  gss_cred_id_t credentials;
  const Status status = credentials_of_side(context->credentials, true, &credentials);
  if (status != SSPI_OK) return status;
  if (!context->target) context->target = import_target(leg->target, package);
  if (!context->target) return SSPI_TARGET_UNKNOWN;
  OM_uint32 minor, flags = 0, lifetime = 0;
  struct gss_channel_bindings_struct bindings;
  gss_buffer_desc input = buffer_of(leg->input), output = GSS_C_EMPTY_BUFFER;
  const OM_uint32 major = gss_init_sec_context(
      &minor, credentials, &context->handle, context->target, mechanism_of(package),
      requested_flags(leg), 0, bindings_of(leg, &bindings), &input, NULL, &output, &flags, &lifetime);
  leg->output = take(&output);
  return finish_leg(context, leg,
                    status_of_gss(STAGE_INITIALIZE, major, minor, mechanism_of(package)), flags,
                    lifetime);
}

// gss-ntlmssp wants room for a version in a client's first message, and promises one of its own, which
// the client's flags then promise too: [MS-NLMP] 2.2.1. curl has no versions. A client that signs all
// three messages, as Chromium does, is refused all the same: this is not what it has signed.
enum { NTLM_NEGOTIATE = 1, NTLM_CHALLENGE = 2, NTLM_WITH_VERSION = 40, NTLM_VERSION_FLAG = 0x02 };

static bool is_ntlm(Bytes token, unsigned char type, size_t least) {
  const unsigned char start[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, type, 0, 0, 0};
  return token.length >= least && memcmp(token.value, start, sizeof start) == 0;
}

static bool has_no_version(Bytes token) {
  return is_ntlm(token, NTLM_NEGOTIATE, 16) && token.length < NTLM_WITH_VERSION;
}

static void promise_no_version(Bytes token) {
  if (is_ntlm(token, NTLM_CHALLENGE, 24)) ((unsigned char*)token.value)[23] &= ~NTLM_VERSION_FLAG;
}

// gss-ntlmssp has one error for bindings and for a damaged token.
static bool are_ntlm_bindings(const Leg* leg, OM_uint32 major, OM_uint32 minor, gss_OID mechanism) {
  const OM_uint32 denied = 13;  // EACCES
  return leg->bindings && GSS_ROUTINE_ERROR(major) == GSS_S_DEFECTIVE_TOKEN &&
         is_minor(minor, mechanism, denied, mechanism_of(PACKAGE_NTLM));
}

static Status accept(Context* context, Leg* leg) {
  const gss_OID mechanism = mechanism_of(context->state.asked_package);
  gss_cred_id_t credentials;
  Status status = credentials_of_side(context->credentials, false, &credentials);
  if (status != SSPI_OK) return status;
  OM_uint32 minor, flags = 0, lifetime = 0;
  struct gss_channel_bindings_struct bindings;
  gss_buffer_desc input = buffer_of(leg->input), output = GSS_C_EMPTY_BUFFER;
  unsigned char padded[NTLM_WITH_VERSION] = {0};
  const bool unversioned = has_no_version(leg->input);
  if (unversioned) {
    memcpy(padded, leg->input.value, leg->input.length);
    input = (gss_buffer_desc){sizeof padded, padded};
  }
  gss_cred_id_t delegated = GSS_C_NO_CREDENTIAL;
  const OM_uint32 major = gss_accept_sec_context(&minor, &context->handle, credentials, &input,
                                                 bindings_of(leg, &bindings), NULL, NULL, &output,
                                                 &flags, &lifetime, &delegated);
  leg->output = take(&output);
  if (unversioned) promise_no_version(leg->output);
  if (delegated) context->delegated = delegated_take(delegated);
  remember_target(context, leg);
  if (!context->delegated) flags &= ~(OM_uint32)GSS_C_DELEG_FLAG;
  status = status_of_gss(STAGE_ACCEPT, major, minor, mechanism);
  if (are_ntlm_bindings(leg, major, minor, mechanism)) status = SSPI_BAD_BINDINGS;
  const bool bound = flags & GSS_C_CHANNEL_BOUND_FLAG;
  if (status == SSPI_OK && leg->bindings && !bound && !leg->allow_missing_bindings) {
    status = SSPI_BAD_BINDINGS;
  }
  return finish_leg(context, leg, status, flags, lifetime);
}

// A token that is not there is no token of the peer's.
static Status check_leg(const Context* context, bool initiator, const Leg* leg) {
  if (context->state.initiator != initiator || context->state.complete) {
    return SSPI_INVALID_HANDLE;
  }
  const bool first = !context->handle;
  if (leg->input.length == 0 && !(initiator && first)) return SSPI_INVALID_TOKEN;
  return SSPI_OK;
}

static Status step(Context** place, Credentials* credentials, bool initiator, Leg* leg) {
  const bool first = !*place;
  Context* context =
      first ? context_new(credentials_package(credentials), initiator, credentials) : *place;
  if (!context) return SSPI_INSUFFICIENT_MEMORY;
  pthread_mutex_lock(&context->lock);
  Status status;
  if (context->kept_output.value) {
    status = context->kept_status;
    leg->output = context->kept_output;
    leg->flags = context->state.flags;
    leg->expiry = context->state.expiry;
    context->kept_output = (Bytes){NULL, 0};
  } else {
    status = check_leg(context, initiator, leg);
    if (status == SSPI_OK) status = initiator ? initialize(context, leg) : accept(context, leg);
  }
  pthread_mutex_unlock(&context->lock);
  const bool failed = status != SSPI_OK && status != SSPI_CONTINUE_NEEDED;
  if (first && failed) context_delete(context);
  if (first && !failed) *place = context;
  return status;
}

Status context_initialize(Context** context, Credentials* credentials, Leg* leg) {
  return step(context, credentials, true, leg);
}

Status context_accept(Context** context, Credentials* credentials, Leg* leg) {
  return step(context, credentials, false, leg);
}

void context_keep_output(Context* context, Status status, Leg* leg) {
  pthread_mutex_lock(&context->lock);
  context->kept_status = status;
  context->kept_output = leg->output;
  leg->output = (Bytes){NULL, 0};
  pthread_mutex_unlock(&context->lock);
}
