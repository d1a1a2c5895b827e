// https://learn.microsoft.com/windows/win32/secauthn/querycontextattributes--schannel
#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "answers.h"
#include "certificates.h"

namespace provider {
namespace {

// RFC 5929. What is unique here is 00 01 … 0b.
constexpr unsigned char kUnique[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};

// As the script says, the application's data leaves the memory.
void leaveMemory(SEC_CHANNEL_BINDINGS& header, unsigned long& length) {
  switch (behaviour("bindings").value_or(0)) {
    case 1:  // one byte longer than what is there
      header.cbApplicationDataLength++;
      break;
    case 2:  // behind the end
      header.dwApplicationDataOffset = length + 1;
      break;
    case 3:  // so long that the end wraps around
      header.cbApplicationDataLength = 0xFFFFFFFF;
      break;
    case 4:  // so far that the end wraps around
      header.dwApplicationDataOffset = 0xFFFFFFFF;
      break;
    case 5:  // the header itself is cut short
      length = sizeof header - 1;
      break;
    case 6:  // nothing is there
      length = 0;
      break;
  }
}

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_bindings
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_channel_bindings
SecPkgContext_Bindings bindings(std::string_view prefix, std::span<const unsigned char> value) {
  SEC_CHANNEL_BINDINGS header = {};
  header.cbApplicationDataLength = static_cast<unsigned long>(prefix.size() + value.size());
  header.dwApplicationDataOffset = sizeof header;
  unsigned long length = sizeof header + header.cbApplicationDataLength;
  std::vector<unsigned char> memory(sizeof header);
  memory.insert(memory.end(), prefix.begin(), prefix.end());
  memory.insert(memory.end(), value.begin(), value.end());
  leaveMemory(header, length);
  std::memcpy(memory.data(), &header, sizeof header);
  return {length, reinterpret_cast<SEC_CHANNEL_BINDINGS*>(bytesOrNull(memory))};
}

// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_applicationprotocol
SecPkgContext_ApplicationProtocol applicationProtocol() {
  const uint32_t status = behaviour("applicationProtocolStatus")
                              .value_or(SecApplicationProtocolNegotiationStatus_Success);
  const uint32_t extension = behaviour("applicationProtocolExtension")
                                 .value_or(SecApplicationProtocolNegotiationExt_ALPN);
  SecPkgContext_ApplicationProtocol answer = {};
  answer.ProtoNegoStatus = static_cast<SEC_APPLICATION_PROTOCOL_NEGOTIATION_STATUS>(status);
  answer.ProtoNegoExt = static_cast<SEC_APPLICATION_PROTOCOL_NEGOTIATION_EXT>(extension);
  if (status == SecApplicationProtocolNegotiationStatus_None) return answer;
  answer.ProtocolIdSize = 2;
  std::memcpy(answer.ProtocolId, "h2", 2);
  return answer;
}

// TLS 1.2, AES with 256 bits, SHA-384, elliptic curves.
// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_connectioninfo
constexpr SecPkgContext_ConnectionInfo kConnection = {0x800, 0x6610, 256, 0x800D, 384, 0xAE06, 255};

// A name, or characters to the end of the room and no zero.
void setName(WCHAR (&room)[SZ_ALG_MAX_SIZE], std::wstring_view name) {
  if (behaves("unendedNames")) {
    std::fill(std::begin(room), std::end(room), name[0]);
  } else {
    std::copy(name.begin(), name.end(), room);
  }
}

// https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_cipherinfo
SecPkgContext_CipherInfo cipherInfo() {
  SecPkgContext_CipherInfo answer = {};
  answer.dwVersion = 1;
  answer.dwProtocol = 0x303;
  answer.dwCipherSuite = 0xC030;
  answer.dwBaseCipherSuite = 0xC02F;
  setName(answer.szCipherSuite, L"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384");
  setName(answer.szCipher, L"AES");
  answer.dwCipherLen = 256;
  answer.dwCipherBlockLen = 16;
  setName(answer.szHash, L"SHA384");
  answer.dwHashLen = 384;
  setName(answer.szExchange, L"ECDH");
  answer.dwMinExchangeLen = 224;
  answer.dwMaxExchangeLen = 521;
  setName(answer.szCertificate, L"RSA");
  answer.dwKeyType = 7;
  return answer;
}

}  // namespace

void answerStream(ULONG attribute, void* memory) {
  switch (attribute) {
    case SECPKG_ATTR_STREAM_SIZES:
      as<SecPkgContext_StreamSizes>(memory) = {5, 64, 16384, 4, 1};
      break;
    case SECPKG_ATTR_UNIQUE_BINDINGS:
      as<SecPkgContext_Bindings>(memory) = bindings("tls-unique:", kUnique);
      break;
    case SECPKG_ATTR_ENDPOINT_BINDINGS:
      as<SecPkgContext_Bindings>(memory) = bindings("tls-server-end-point:", certificateHash());
      break;
    case SECPKG_ATTR_APPLICATION_PROTOCOL:
      as<SecPkgContext_ApplicationProtocol>(memory) = applicationProtocol();
      break;
    case SECPKG_ATTR_REMOTE_CERT_CONTEXT:
      as<PCCERT_CONTEXT>(memory) = behaves("nullPointers") ? nullptr : handOutCertificate();
      break;
    case SECPKG_ATTR_CONNECTION_INFO:
      as<SecPkgContext_ConnectionInfo>(memory) = kConnection;
      break;
    case SECPKG_ATTR_KEYING_MATERIAL:
      as<SecPkgContext_KeyingMaterial>(memory) = {lengthOfSecret(sizeof kUnique), bytesOrNull(kUnique)};
      break;
    case SECPKG_ATTR_CIPHER_INFO:
      as<SecPkgContext_CipherInfo>(memory) = cipherInfo();
      break;
  }
}

}  // namespace provider
