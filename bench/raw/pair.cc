#include "pair.h"

#include <array>

namespace bench {
namespace {

constexpr ULONG kClientFlags = ISC_REQ_MUTUAL_AUTH | ISC_REQ_REPLAY_DETECT |
                               ISC_REQ_SEQUENCE_DETECT | ISC_REQ_CONFIDENTIALITY |
                               ISC_REQ_INTEGRITY;
constexpr ULONG kServerFlags = ASC_REQ_MUTUAL_AUTH | ASC_REQ_REPLAY_DETECT |
                               ASC_REQ_SEQUENCE_DETECT | ASC_REQ_CONFIDENTIALITY |
                               ASC_REQ_INTEGRITY;
constexpr int kMostLegs = 8;

wchar_t* wide(std::u16string& text) { return reinterpret_cast<wchar_t*>(text.data()); }

unsigned short* words(std::u16string& text) {
  return reinterpret_cast<unsigned short*>(text.data());
}

SEC_WINNT_AUTH_IDENTITY_W authIdentity(Identity& identity) {
  SEC_WINNT_AUTH_IDENTITY_W result = {};
  result.User = words(identity.user);
  result.UserLength = static_cast<ULONG>(identity.user.size());
  result.Domain = words(identity.domain);
  result.DomainLength = static_cast<ULONG>(identity.domain.size());
  result.Password = words(identity.password);
  result.PasswordLength = static_cast<ULONG>(identity.password.size());
  result.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  return result;
}

// A token in memory of its own, which is as long as the longest token of the packages here.
struct Token {
  std::array<unsigned char, 0x10000> memory;
  ULONG length = 0;
};

}  // namespace

Credentials::~Credentials() {
  if (acquired_) FreeCredentialsHandle(&handle_);
}

SECURITY_STATUS Credentials::acquire(Logon& logon, ULONG use) {
  const bool is_client = use == SECPKG_CRED_OUTBOUND;
  const bool named = is_client && logon.identity;
  SEC_WINNT_AUTH_IDENTITY_W identity = {};
  if (named) identity = authIdentity(*logon.identity);
  TimeStamp expiry;
  const SECURITY_STATUS status =
      AcquireCredentialsHandleW(nullptr, wide(is_client ? logon.client : logon.server), use, nullptr,
                                named ? &identity : nullptr, nullptr, nullptr, &handle_, &expiry);
  acquired_ = status == SEC_E_OK;
  return status;
}

Pair::~Pair() {
  if (has_client_) DeleteSecurityContext(&client_);
  if (has_server_) DeleteSecurityContext(&server_);
}

SECURITY_STATUS Pair::handshake(Credentials& outbound, Credentials& inbound, Logon& logon) {
  static thread_local Token from_client;
  static thread_local Token from_server;
  from_server.length = 0;
  SECURITY_STATUS client = SEC_I_CONTINUE_NEEDED;
  SECURITY_STATUS server = SEC_I_CONTINUE_NEEDED;
  for (int leg = 0; leg < kMostLegs; leg++) {
    ULONG granted = 0;
    TimeStamp expiry;
    if (client == SEC_I_CONTINUE_NEEDED) {
      SecBuffer in = {from_server.length, SECBUFFER_TOKEN, from_server.memory.data()};
      SecBuffer out = {static_cast<ULONG>(from_client.memory.size()), SECBUFFER_TOKEN,
                       from_client.memory.data()};
      SecBufferDesc input = {SECBUFFER_VERSION, 1, &in};
      SecBufferDesc output = {SECBUFFER_VERSION, 1, &out};
      client = InitializeSecurityContextW(
          outbound.get(), has_client_ ? &client_ : nullptr, wide(logon.target), kClientFlags, 0,
          SECURITY_NATIVE_DREP, has_client_ ? &input : nullptr, 0, &client_, &output, &granted,
          &expiry);
      if (client != SEC_E_OK && client != SEC_I_CONTINUE_NEEDED) return client;
      has_client_ = true;
      from_client.length = out.cbBuffer;
    }
    if (server == SEC_I_CONTINUE_NEEDED) {
      SecBuffer in = {from_client.length, SECBUFFER_TOKEN, from_client.memory.data()};
      SecBuffer out = {static_cast<ULONG>(from_server.memory.size()), SECBUFFER_TOKEN,
                       from_server.memory.data()};
      SecBufferDesc input = {SECBUFFER_VERSION, 1, &in};
      SecBufferDesc output = {SECBUFFER_VERSION, 1, &out};
      server = AcceptSecurityContext(inbound.get(), has_server_ ? &server_ : nullptr, &input,
                                     kServerFlags, SECURITY_NATIVE_DREP, &server_, &output,
                                     &granted, &expiry);
      if (server != SEC_E_OK && server != SEC_I_CONTINUE_NEEDED) return server;
      has_server_ = true;
      from_server.length = out.cbBuffer;
    }
    if (client == SEC_E_OK && server == SEC_E_OK) return SEC_E_OK;
  }
  return SEC_E_INTERNAL_ERROR;
}

}  // namespace bench
