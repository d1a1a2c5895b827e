// The functions of credentials and packages.
#include <cstring>

#include "package.h"

using fuzz::Package;

namespace {

template <typename Form>
void readIdentity(Package& package, const Form& form) {
  fuzz::check((form.Flags & SEC_WINNT_AUTH_IDENTITY_UNICODE) != 0, "an identity is Unicode");
  const auto read = [](const void* text, ULONG length) {
    // With the zero behind it, which some packages count on.
    const auto* const characters = static_cast<const char16_t*>(text);
    fuzz::check(!text || characters[length] == 0, "the texts of an identity end in a zero");
    return text ? std::u16string(characters, length) : std::u16string();
  };
  package.identity = {read(form.User, form.UserLength),
                      read(form.Domain, form.DomainLength),
                      read(form.Password, form.PasswordLength),
                      {}};
}

// One block, in which every part lies, and nothing else.
void readPacked(Package& package, const SEC_WINNT_AUTH_IDENTITY_EX2& form) {
  fuzz::check(form.Version == SEC_WINNT_AUTH_IDENTITY_VERSION_2 &&
                  form.cbHeaderLength == sizeof form &&
                  (form.Flags & SEC_WINNT_AUTH_IDENTITY_UNICODE) != 0,
              "the packed form of an identity says its version and length, and is Unicode");
  const auto* const start = reinterpret_cast<const std::byte*>(&form);
  const auto part = [&](const std::byte* from, std::size_t offset, std::size_t length) {
    fuzz::check(from + offset + length <= start + form.cbStructureLength,
                "a part lies in the form");
    return std::vector<std::byte>(from + offset, from + offset + length);
  };
  const auto text = [&](std::size_t offset, std::size_t length) {
    const auto bytes = part(start, offset, length);
    std::u16string characters(length / sizeof(char16_t), u'\0');
    if (length > 0) std::memcpy(characters.data(), bytes.data(), length);
    return characters;
  };
  const std::byte* const packed = start + form.PackedCredentialsOffset;
  SEC_WINNT_AUTH_PACKED_CREDENTIALS header;
  std::memcpy(&header, packed, sizeof header);
  fuzz::check(header.cbHeaderLength == sizeof header &&
                  header.cbStructureLength == form.PackedCredentialsLength,
              "the packed credentials say their length");
  const auto& data = header.AuthData.CredData;
  package.identity = {text(form.UserOffset, form.UserLength),
                      text(form.DomainOffset, form.DomainLength),
                      {},
                      part(packed, data.ByteArrayOffset, data.ByteArrayLength)};
  package.package_list = text(form.PackageListOffset, form.PackageListLength);
}

void readData(Package& package, const void* data) {
  package.identity = {};
  package.package_list.clear();
  package.asked = true;
  package.data_given = data != nullptr;
  if (!data) return;
  uint32_t version = 0;
  std::memcpy(&version, data, sizeof version);
  if (package.expects_keytab) {
    return readPacked(package, *static_cast<const SEC_WINNT_AUTH_IDENTITY_EX2*>(data));
  }
  if (!package.expects_list) {
    return readIdentity(package, *static_cast<const SEC_WINNT_AUTH_IDENTITY_W*>(data));
  }
  const auto& extended = *static_cast<const SEC_WINNT_AUTH_IDENTITY_EXW*>(data);
  fuzz::check(version == SEC_WINNT_AUTH_IDENTITY_VERSION && extended.Length == sizeof extended,
              "the long form of an identity says its version and length");
  readIdentity(package, extended);
  const auto* const list = reinterpret_cast<const char16_t*>(extended.PackageList);
  package.package_list.assign(list, extended.PackageListLength);
}

}  // namespace

SECURITY_STATUS AcquireCredentialsHandleW(SEC_WCHAR*, SEC_WCHAR*, ULONG, void*, void* data,
                                          SEC_GET_KEY_FN, void*, PCredHandle credentials,
                                          PTimeStamp expiry) {
  Package& package = Package::current();
  readData(package, data);
  package.last_status = package.mostlyOk();
  if (sspi::succeeded(package.last_status)) {
    *credentials = package.newHandle();
  } else {
    package.leaveRubbish(credentials);
  }
  if (package.input.ConsumeBool()) *expiry = package.time();
  return package.last_status;
}

SECURITY_STATUS AddCredentialsW(PCredHandle credentials, LPWSTR, LPWSTR, ULONG, void* data,
                                SEC_GET_KEY_FN, void*, PTimeStamp) {
  Package& package = Package::current();
  package.useHandle(credentials);
  readData(package, data);
  package.last_status = package.mostlyOk();
  return package.last_status;
}

// Found by its name: the program exports it.
extern "C" SECURITY_STATUS SetCredentialsAttributesW(PCredHandle credentials, ULONG attribute,
                                                     void* memory, ULONG size) {
  Package& package = Package::current();
  package.useHandle(credentials);
  fuzz::check(attribute == SECPKG_CRED_ATTR_KDC_PROXY_SETTINGS, "there is one attribute to set");
  const auto* const bytes = static_cast<const std::byte*>(memory);
  package.output_bytes.assign(bytes, bytes + size);
  package.last_status = package.mostlyOk();
  return package.last_status;
}

SECURITY_STATUS FreeCredentialsHandle(PCredHandle credentials) {
  Package::current().releaseHandle(credentials);
  return SEC_E_OK;
}

SECURITY_STATUS QueryCredentialsAttributesW(PCredHandle credentials, ULONG attribute,
                                            void* memory) {
  Package& package = Package::current();
  package.useHandle(credentials);
  package.last_status = package.mostlyOk();
  if (package.last_status != SEC_E_OK) return package.last_status;
  if (attribute == SECPKG_CRED_ATTR_NAMES) {
    static_cast<SecPkgContext_NamesW*>(memory)->sUserName = package.allocateText();
  } else if (attribute == SECPKG_CRED_ATTR_SSI_PROVIDER) {
    auto& provider = *static_cast<SecPkgCredentials_SSIProviderW*>(memory);
    provider.sProviderName = package.allocateText();
    provider.ProviderInfoLength = package.input.ConsumeIntegralInRange<ULONG>(0, 300);
    provider.ProviderInfo = static_cast<char*>(package.allocateBytes(provider.ProviderInfoLength));
  } else {
    auto& certificate = *static_cast<SecPkgCredentials_Cert*>(memory);
    certificate.EncodedCertSize = package.input.ConsumeIntegralInRange<ULONG>(0, 300);
    certificate.EncodedCert =
        static_cast<unsigned char*>(package.allocateBytes(certificate.EncodedCertSize));
  }
  return SEC_E_OK;
}

SECURITY_STATUS QuerySecurityPackageInfoW(SEC_WCHAR*, PSecPkgInfoW* info) {
  Package& package = Package::current();
  package.last_status = package.mostlyOk();
  *info = package.allocateInfo();
  return package.last_status;
}

SECURITY_STATUS EnumerateSecurityPackagesW(PULONG count, PSecPkgInfoW* list) {
  Package& package = Package::current();
  package.last_status = package.mostlyOk();
  *count = package.input.ConsumeIntegralInRange<ULONG>(0, 8);
  // Without names: they would have to lie in the same memory.
  *list = static_cast<PSecPkgInfoW>(package.allocateBytes(0));
  if (*list) {
    package.release(*list);
    *list = static_cast<PSecPkgInfoW>(package.allocate(*count * sizeof(SecPkgInfoW)));
  }
  return package.last_status;
}
