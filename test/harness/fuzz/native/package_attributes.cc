// Attributes: what they point to is of its exact length, and the caller's to give back.
#include <algorithm>

#include "package.h"
#include "sspi/schannel.h"

// After windows.h, which package.h includes.
#include <wincrypt.h>

#include <schannel.h>

namespace {

using fuzz::Package;

template <typename Value>
Value& as(void* memory) {
  return *static_cast<Value*>(memory);
}

ULONG lengthOf(Package& package) { return package.input.ConsumeIntegralInRange<ULONG>(0, 300); }

// The lengths inside may be anything. The one outside tells the truth.
void answerBindings(Package& package, SecPkgContext_Bindings& bindings) {
  bindings.BindingsLength = lengthOf(package);
  if (package.input.ConsumeIntegral<uint8_t>() == 0) return;
  auto* const memory = static_cast<SEC_CHANNEL_BINDINGS*>(package.allocate(
      std::max<std::size_t>(bindings.BindingsLength, sizeof(SEC_CHANNEL_BINDINGS))));
  memory->cbApplicationDataLength =
      package.input.ConsumeBool() ? lengthOf(package) : package.input.ConsumeIntegral<uint32_t>();
  memory->dwApplicationDataOffset =
      package.input.ConsumeBool() ? lengthOf(package) : package.input.ConsumeIntegral<uint32_t>();
  bindings.Bindings = memory;
}

template <std::size_t size>
void fill(Package& package, WCHAR (&text)[size]) {
  for (WCHAR& character : text) character = package.input.ConsumeIntegral<uint16_t>();
}

void answerNumbers(Package& package, void* memory, std::size_t size) {
  package.input.ConsumeData(memory, size);
}

void answerPointers(Package& package, ULONG attribute, void* memory) {
  switch (attribute) {
    case SECPKG_ATTR_NAMES:
      as<SecPkgContext_NamesW>(memory).sUserName = package.allocateText();
      break;
    case SECPKG_ATTR_NATIVE_NAMES:
      as<SecPkgContext_NativeNamesW>(memory) = {package.allocateText(), package.allocateText()};
      break;
    case SECPKG_ATTR_AUTHORITY:
      as<SecPkgContext_AuthorityW>(memory).sAuthorityName = package.allocateText();
      break;
    case SECPKG_ATTR_CLIENT_SPECIFIED_TARGET:
      as<SecPkgContext_ClientSpecifiedTarget>(memory).sTargetName = package.allocateText();
      break;
    case SECPKG_ATTR_KEY_INFO:
      as<SecPkgContext_KeyInfoW>(memory) = {package.allocateText(), package.allocateText(), 1, 2,
                                            3};
      break;
    case SECPKG_ATTR_DCE_INFO: {
      auto& info = as<SecPkgContext_DceInfo>(memory);
      info.AuthzSvc = package.input.ConsumeIntegralInRange<ULONG>(0, 3);
      // Text for a name, and bytes without a length for the rest.
      info.pPac = info.AuthzSvc == 1 ? package.allocateText() : package.allocateBytes(1);
      break;
    }
    case SECPKG_ATTR_SESSION_KEY: {
      auto& session = as<SecPkgContext_SessionKey>(memory);
      session.SessionKeyLength = lengthOf(package);
      session.SessionKey =
          static_cast<BYTE*>(package.allocateBytes(session.SessionKeyLength, true));
      break;
    }
    case SECPKG_ATTR_TARGET_INFORMATION: {
      auto& target = as<SecPkgContext_TargetInformation>(memory);
      target.MarshalledTargetInfoLength = lengthOf(package);
      target.MarshalledTargetInfo =
          static_cast<BYTE*>(package.allocateBytes(target.MarshalledTargetInfoLength));
      break;
    }
    case SECPKG_ATTR_PACKAGE_INFO:
      as<SecPkgContext_PackageInfoW>(memory).PackageInfo = package.allocateInfo();
      break;
    case SECPKG_ATTR_NEGOTIATION_INFO:
      as<SecPkgContext_NegotiationInfoW>(memory) = {package.allocateInfo(),
                                                    package.input.ConsumeIntegral<ULONG>()};
      break;
    case SECPKG_ATTR_UNIQUE_BINDINGS:
    case SECPKG_ATTR_ENDPOINT_BINDINGS:
      answerBindings(package, as<SecPkgContext_Bindings>(memory));
      break;
  }
}

void answerStream(Package& package, ULONG attribute, void* memory) {
  switch (attribute) {
    case SECPKG_ATTR_APPLICATION_PROTOCOL:
      answerNumbers(package, memory, sizeof(SecPkgContext_ApplicationProtocol));
      break;
    case sspi::kConnectionInfo:
      answerNumbers(package, memory, sizeof(SecPkgContext_ConnectionInfo));
      break;
    case sspi::kCipherInfo: {
      auto& info = as<SecPkgContext_CipherInfo>(memory);
      fill(package, info.szCipherSuite);
      fill(package, info.szCipher);
      fill(package, info.szHash);
      fill(package, info.szExchange);
      fill(package, info.szCertificate);
      break;
    }
    case sspi::kKeyingMaterial: {
      auto& keying = as<SecPkgContext_KeyingMaterial>(memory);
      keying.cbKeyingMaterial = lengthOf(package);
      keying.pbKeyingMaterial =
          static_cast<BYTE*>(package.allocateBytes(keying.cbKeyingMaterial, true));
      break;
    }
    case sspi::kRemoteCertContext: {
      if (package.input.ConsumeIntegral<uint8_t>() == 0) break;
      auto* const certificate = static_cast<CERT_CONTEXT*>(package.allocate(sizeof(CERT_CONTEXT)));
      certificate->cbCertEncoded = lengthOf(package);
      certificate->pbCertEncoded =
          static_cast<BYTE*>(package.allocateBytes(certificate->cbCertEncoded));
      as<const CERT_CONTEXT*>(memory) = certificate;
      break;
    }
  }
}

void answerPlain(Package& package, ULONG attribute, void* memory) {
  switch (attribute) {
    case SECPKG_ATTR_SIZES:
      answerNumbers(package, memory, sizeof(SecPkgContext_Sizes));
      break;
    case SECPKG_ATTR_STREAM_SIZES:
      answerNumbers(package, memory, sizeof(SecPkgContext_StreamSizes));
      break;
    case SECPKG_ATTR_FLAGS:
      answerNumbers(package, memory, sizeof(SecPkgContext_Flags));
      break;
    case SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS:
      answerNumbers(package, memory, sizeof(SecPkgContext_LastClientTokenStatus));
      break;
    case SECPKG_ATTR_LIFESPAN:
      as<SecPkgContext_Lifespan>(memory) = {package.time(), package.time()};
      break;
    case SECPKG_ATTR_PASSWORD_EXPIRY:
      as<SecPkgContext_PasswordExpiry>(memory).tsPasswordExpires = package.time();
      break;
  }
}

}  // namespace

SECURITY_STATUS QueryContextAttributesW(PCtxtHandle context, ULONG attribute, void* memory) {
  Package& package = Package::current();
  package.useHandle(context);
  package.last_status = package.mostlyOk();
  if (package.last_status != SEC_E_OK) {
    // The smallest attribute is a number. Of a larger one this is part of a pointer.
    *static_cast<ULONG*>(memory) = package.input.ConsumeIntegral<ULONG>();
    return package.last_status;
  }
  answerPlain(package, attribute, memory);
  answerPointers(package, attribute, memory);
  answerStream(package, attribute, memory);
  return SEC_E_OK;
}

SECURITY_STATUS SetContextAttributesW(PCtxtHandle context, ULONG, void* memory, ULONG size) {
  Package& package = Package::current();
  package.useHandle(context);
  const auto* const bytes = static_cast<const std::byte*>(memory);
  package.output_bytes.assign(bytes, bytes + size);
  return package.mostlyOk();
}

SECURITY_STATUS FreeContextBuffer(void* memory) {
  Package::current().release(memory);
  return SEC_E_OK;
}

BOOL CertFreeCertificateContext(PCCERT_CONTEXT certificate) {
  if (!certificate) return TRUE;
  Package::current().release(certificate->pbCertEncoded);
  Package::current().release(const_cast<CERT_CONTEXT*>(certificate));
  return TRUE;
}
