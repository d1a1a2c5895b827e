// Where WinPR 2 does otherwise than Windows, it is put right here, so that native/ meets the contract
// of Windows. What native/ leaves behind is still found: nothing here keeps or frees for it.
#include <sspi.h>

#include <winpr/crypto.h>
#include <winpr/ntlm.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "account.h"
#include "later_legs.h"

// WinPR's own functions from here on.
#undef AcceptSecurityContext
#undef InitializeSecurityContextW
#undef QueryContextAttributesW
#undef EncryptMessage
#undef DecryptMessage
#undef MakeSignature
#undef VerifySignature
#undef QuerySecurityPackageInfoW
#undef EnumerateSecurityPackagesW
#undef FreeContextBuffer

namespace {

constexpr ULONG kTokenLength = 16;  // of NTLM

WCHAR* wide(std::u16string_view text) {
  return reinterpret_cast<WCHAR*>(const_cast<char16_t*>(text.data()));
}

constexpr ULONG bytes(std::u16string_view text) { return text.size() * sizeof(char16_t); }

// What a server compares with the client's answer. Nobody else's password is known.
SECURITY_STATUS hashOf(void*, const SEC_WINNT_AUTH_IDENTITY* client, const SecBuffer*, const BYTE*,
                       const BYTE*, const SecBuffer*, BYTE* hash) {
  const std::u16string_view user(reinterpret_cast<const char16_t*>(client->User),
                                 client->User ? client->UserLength : 0);
  const std::u16string_view domain(reinterpret_cast<const char16_t*>(client->Domain),
                                   client->Domain ? client->DomainLength : 0);
  if (user != account::kUser || domain != account::kDomain) return FALSE;
  const std::u16string_view password = account::kPassword;
  return NTOWFv2W(wide(password), bytes(password), wide(user), bytes(user), wide(domain),
                  bytes(domain), hash);
}

// Windows gives no context where the first leg has failed. WinPR does.
SECURITY_STATUS withoutContext(SECURITY_STATUS status, PCtxtHandle returned) {
  if (status >= 0) return status;
  // Of this one it has already freed what the handle names.
  if (status != SEC_E_NO_CREDENTIALS && SecIsValidHandle(returned)) DeleteSecurityContext(returned);
  SecInvalidateHandle(returned);
  return status;
}

// The client's first token without the names that it may have. WinPR reads and never frees them, and
// needs them for nothing.
class FirstToken {
 public:
  explicit FirstToken(PSecBufferDesc input) {
    for (const SecBuffer& buffer : std::span(input->pBuffers, input->cBuffers)) {
      if (buffer.BufferType != SECBUFFER_TOKEN) continue;
      const auto* begin = static_cast<const BYTE*>(buffer.pvBuffer);
      bytes_.assign(begin, begin + buffer.cbBuffer);
    }
    for (const std::size_t length : {kDomainLength, kWorkstationLength}) {
      if (bytes_.size() >= length + 2) bytes_[length] = bytes_[length + 1] = 0;
    }
    buffer_ = {static_cast<ULONG>(bytes_.size()), SECBUFFER_TOKEN, bytes_.data()};
  }

  PSecBufferDesc get() { return &token_; }

 private:
  // [MS-NLMP] 2.2.1.1
  static constexpr std::size_t kDomainLength = 16;
  static constexpr std::size_t kWorkstationLength = 24;

  std::vector<BYTE> bytes_;
  SecBuffer buffer_;
  SecBufferDesc token_ = {SECBUFFER_VERSION, 1, &buffer_};
};

// The buffers of a message that NTLM knows: WinPR takes PADDING for DATA, and reads and writes
// sixteen bytes of a token of any length. In a STREAM it finds neither.
class Message {
 public:
  explicit Message(PSecBufferDesc message) : message_(message) {
    for (SecBuffer& buffer : all()) {
      const ULONG kind = buffer.BufferType & ~SECBUFFER_ATTRMASK;
      if (kind == SECBUFFER_STREAM && !stream_) stream_ = &buffer;
      if (kind == SECBUFFER_TOKEN && !token_) token_ = &buffer;
      if (kind == SECBUFFER_DATA && (!data_ || data_->BufferType != SECBUFFER_DATA)) {
        data_ = &buffer;
      }
    }
  }

  bool hasShortToken() const {
    const SecBuffer* token = stream_ ? stream_ : token_;
    return token && token->cbBuffer < kTokenLength;
  }

  PSecBufferDesc get() {
    if (stream_) {
      add(SECBUFFER_TOKEN, stream_->pvBuffer, kTokenLength);
      add(SECBUFFER_DATA, rest(), stream_->cbBuffer - kTokenLength);
    } else {
      if (token_) add(SECBUFFER_TOKEN, token_->pvBuffer, kTokenLength);
      if (data_) add(data_->BufferType, data_->pvBuffer, data_->cbBuffer);
    }
    return &parts_;
  }

  void sealed() {
    token_->cbBuffer = kTokenLength;
    for (SecBuffer& buffer : all()) {
      if (buffer.BufferType == SECBUFFER_PADDING) buffer.cbBuffer = 0;
    }
  }

  void opened() {
    if (!stream_ || !data_) return;
    data_->pvBuffer = rest();
    data_->cbBuffer = stream_->cbBuffer - kTokenLength;
  }

 private:
  std::span<SecBuffer> all() const { return {message_->pBuffers, message_->cBuffers}; }
  BYTE* rest() const { return static_cast<BYTE*>(stream_->pvBuffer) + kTokenLength; }
  void add(ULONG type, void* memory, ULONG length) {
    buffers_[parts_.cBuffers++] = {length, type, memory};
  }

  PSecBufferDesc message_;
  SecBuffer* stream_ = nullptr;
  SecBuffer* token_ = nullptr;
  SecBuffer* data_ = nullptr;
  std::array<SecBuffer, 2> buffers_ = {};
  SecBufferDesc parts_ = {SECBUFFER_VERSION, 0, buffers_.data()};
};

// WinPR's NTLM has no signatures. These are what the memory of a signature can be tried with: a
// checksum under a key that is no secret.
using Checksum = std::array<BYTE, kTokenLength>;

Checksum checksumOf(PSecBufferDesc message) {
  constexpr BYTE kKey[kTokenLength] = {};
  Checksum checksum = {};
  WINPR_HMAC_CTX* hmac = winpr_HMAC_New();
  winpr_HMAC_Init(hmac, WINPR_MD_MD5, kKey, sizeof kKey);
  for (const SecBuffer& buffer : std::span(message->pBuffers, message->cBuffers)) {
    if ((buffer.BufferType & ~SECBUFFER_ATTRMASK) != SECBUFFER_DATA) continue;
    winpr_HMAC_Update(hmac, static_cast<const BYTE*>(buffer.pvBuffer), buffer.cbBuffer);
  }
  winpr_HMAC_Final(hmac, checksum.data(), checksum.size());
  winpr_HMAC_Free(hmac);
  return checksum;
}

SecBuffer* tokenOf(PSecBufferDesc message) {
  for (SecBuffer& buffer : std::span(message->pBuffers, message->cBuffers)) {
    if (buffer.BufferType == SECBUFFER_TOKEN) return &buffer;
  }
  return nullptr;
}

// WinPR does not say what NTLM grants.
template <ULONG grantable>
void grant(SECURITY_STATUS status, ULONG flags, PULONG granted) {
  if (status >= 0) *granted = flags & grantable;
}

constexpr ULONG kClientFlags =
    ISC_RET_CONFIDENTIALITY | ISC_RET_INTEGRITY | ISC_RET_REPLAY_DETECT | ISC_RET_SEQUENCE_DETECT;
constexpr ULONG kServerFlags =
    ASC_RET_CONFIDENTIALITY | ASC_RET_INTEGRITY | ASC_RET_REPLAY_DETECT | ASC_RET_SEQUENCE_DETECT;

// Whoever asks has a context of NTLM: WinPR's Negotiate has no other that completes here.
SECURITY_STATUS queryPackage(SecPkgInfoW** package) {
  static WCHAR name[] = {'N', 'T', 'L', 'M', 0};
  return queryPackageOnWinpr(name, package);
}

// Of WinPR's table of the memory that it has given out, which two threads must not change at a time.
std::mutex given_out;

}  // namespace

SECURITY_STATUS queryPackageOnWinpr(SEC_WCHAR* name, SecPkgInfoW** package) {
  const std::lock_guard holder(given_out);
  return QuerySecurityPackageInfoW(name, package);
}

SECURITY_STATUS enumerateOnWinpr(ULONG* count, SecPkgInfoW** packages) {
  const std::lock_guard holder(given_out);
  return EnumerateSecurityPackagesW(count, packages);
}

SECURITY_STATUS freeOnWinpr(void* memory) {
  const std::lock_guard holder(given_out);
  return FreeContextBuffer(memory);
}

SECURITY_STATUS acceptOnWinpr(PCredHandle credentials, PCtxtHandle context, PSecBufferDesc input,
                              ULONG flags, ULONG representation, PCtxtHandle returned,
                              PSecBufferDesc output, PULONG granted, PTimeStamp expiry) {
  if (context) {
    const SECURITY_STATUS status = acceptLater(credentials, context, input, flags, representation,
                                               returned, output, granted, expiry);
    grant<kServerFlags>(status, flags, granted);
    return status;
  }
  if (!input) return SEC_E_INVALID_TOKEN;
  FirstToken token(input);
  const SECURITY_STATUS status =
      AcceptSecurityContext(credentials, nullptr, token.get(), flags, representation, returned,
                            output, granted, expiry);
  grant<kServerFlags>(status, flags, granted);
  if (status >= 0) {
    SetContextAttributesW(returned, SECPKG_ATTR_AUTH_NTLM_HASH_CB,
                          reinterpret_cast<void*>(&hashOf), 0);
  }
  return withoutContext(status, returned);
}

SECURITY_STATUS initializeOnWinpr(PCredHandle credentials, PCtxtHandle context, SEC_WCHAR* target,
                                  ULONG flags, ULONG reserved1, ULONG representation,
                                  PSecBufferDesc input, ULONG reserved2, PCtxtHandle returned,
                                  PSecBufferDesc output, PULONG granted, PTimeStamp expiry) {
  const auto initialize = context ? initializeLater : InitializeSecurityContextW;
  // To WinPR, a leg with any input is not the first: that of the first is channel bindings.
  const SECURITY_STATUS status =
      initialize(credentials, context, target, flags, reserved1, representation,
                 context ? input : nullptr, reserved2, returned, output, granted, expiry);
  grant<kClientFlags>(status, flags, granted);
  return context ? status : withoutContext(status, returned);
}

SECURITY_STATUS queryOnWinpr(PCtxtHandle context, ULONG attribute, void* value) {
  if (attribute == SECPKG_ATTR_PACKAGE_INFO) {
    return queryPackage(&static_cast<SecPkgContext_PackageInfo*>(value)->PackageInfo);
  }
  if (attribute == SECPKG_ATTR_NEGOTIATION_INFO) {
    auto* info = static_cast<SecPkgContext_NegotiationInfo*>(value);
    info->NegotiationState = 0;  // complete
    return queryPackage(&info->PackageInfo);
  }
  return QueryContextAttributesW(context, attribute, value);
}

// ThreadSanitizer does not see what WinPR writes, and is told: each direction of a context is memory of
// its own, which one call at a time may touch.
#if __has_feature(thread_sanitizer)
extern "C" void __tsan_write8(void* address);

static void touch(PCtxtHandle context, std::size_t direction) {
  __tsan_write8(reinterpret_cast<uint64_t*>(~context->dwLower) + direction);
}
#else
static void touch(PCtxtHandle, std::size_t) {}
#endif

constexpr std::size_t kOutgoing = 0;
constexpr std::size_t kIncoming = 1;

// NTLM of Windows counts for itself. WinPR's takes the caller's number.
SECURITY_STATUS encryptOnWinpr(PCtxtHandle context, ULONG qop, PSecBufferDesc message, ULONG) {
  Message parts(message);
  if (parts.hasShortToken()) return SEC_E_BUFFER_TOO_SMALL;
  touch(context, kOutgoing);
  const SECURITY_STATUS status = EncryptMessage(context, qop, parts.get(), 0);
  if (status == SEC_E_OK) parts.sealed();
  return status;
}

SECURITY_STATUS decryptOnWinpr(PCtxtHandle context, PSecBufferDesc message, ULONG, PULONG qop) {
  Message parts(message);
  if (parts.hasShortToken()) return SEC_E_INVALID_TOKEN;
  touch(context, kIncoming);
  const SECURITY_STATUS status = DecryptMessage(context, parts.get(), 0, qop);
  if (status == SEC_E_OK) parts.opened();
  return status;
}

SECURITY_STATUS signOnWinpr(PCtxtHandle, ULONG, PSecBufferDesc message, ULONG) {
  SecBuffer* token = tokenOf(message);
  if (!token) return SEC_E_INVALID_TOKEN;
  if (token->cbBuffer < kTokenLength) return SEC_E_BUFFER_TOO_SMALL;
  std::ranges::copy(checksumOf(message), static_cast<BYTE*>(token->pvBuffer));
  token->cbBuffer = kTokenLength;
  return SEC_E_OK;
}

SECURITY_STATUS verifyOnWinpr(PCtxtHandle, PSecBufferDesc message, ULONG, PULONG) {
  const SecBuffer* token = tokenOf(message);
  if (!token || token->cbBuffer != kTokenLength) return SEC_E_INVALID_TOKEN;
  const auto* signature = static_cast<const BYTE*>(token->pvBuffer);
  return std::ranges::equal(checksumOf(message), std::span(signature, kTokenLength))
             ? SEC_E_OK
             : SEC_E_MESSAGE_ALTERED;
}
