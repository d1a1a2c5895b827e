#include "sspi/authentication_data.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <variant>

#include "sspi/text.h"

namespace sspi {
namespace {

unsigned short* characters(const char16_t* text) {
  return reinterpret_cast<unsigned short*>(const_cast<char16_t*>(text));
}

template <typename Form>
void setIdentity(Form& form, const std::optional<Identity>& identity) {
  form.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  if (!identity) return;
  const Password& password = std::get<Password>(identity->secret);
  form.User = characters(identity->user.c_str());
  form.UserLength = static_cast<ULONG>(identity->user.size());
  form.Domain = characters(identity->domain.c_str());
  form.DomainLength = static_cast<ULONG>(identity->domain.size());
  form.Password = characters(password.data());
  form.PasswordLength = static_cast<ULONG>(password.size() - 1);
}

// Parts of one block of memory, one behind the other.
class Layout {
 public:
  // Where the part begins; 0: there is none.
  std::size_t add(std::size_t length, std::size_t alignment) {
    if (length == 0) return 0;
    const std::size_t offset = (end_ + alignment - 1) / alignment * alignment;
    end_ = offset + length;
    largest_ = length > largest_ ? length : largest_;
    return offset;
  }
  std::size_t size() const { return end_; }
  std::size_t largest() const { return largest_; }

 private:
  std::size_t end_ = 0;
  std::size_t largest_ = 0;
};

std::span<const std::byte> bytesOf(const std::u16string& text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void put(std::span<std::byte> memory, std::size_t offset, std::span<const std::byte> bytes) {
  if (!bytes.empty()) std::memcpy(memory.data() + offset, bytes.data(), bytes.size());
}

}  // namespace

AuthenticationData::AuthenticationData(const CredentialsRequest& request) {
  if (request.identity && std::holds_alternative<Keytab>(request.identity->secret)) {
    setKeytab(*request.identity, request.package_list);
  } else {
    setPassword(request);
  }
}

void AuthenticationData::setPassword(const CredentialsRequest& request) {
  if (!request.package_list.empty()) {
    extended_.Version = SEC_WINNT_AUTH_IDENTITY_VERSION;
    extended_.Length = sizeof extended_;
    setIdentity(extended_, request.identity);
    extended_.PackageList = characters(request.package_list.c_str());
    extended_.PackageListLength = static_cast<ULONG>(request.package_list.size());
    data_ = &extended_;
  } else if (request.identity) {
    setIdentity(plain_, request.identity);
    data_ = &plain_;
  }
}

// The header, the packed credentials with the keytab behind them, and the texts. Offsets count from
// the start of the structure that they are in, and lengths are bytes.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_packed_credentials
void AuthenticationData::setKeytab(const Identity& identity, const std::u16string& package_list) {
  using Header = SEC_WINNT_AUTH_IDENTITY_EX2;
  using Credentials = SEC_WINNT_AUTH_PACKED_CREDENTIALS;
  const Keytab& keytab = std::get<Keytab>(identity.secret);
  const auto user = bytesOf(identity.user);
  const auto domain = bytesOf(identity.domain);
  const auto list = bytesOf(package_list);
  Layout layout;
  layout.add(sizeof(Header), alignof(Header));
  const std::size_t credentials_length = sizeof(Credentials) + keytab.size();
  const std::size_t credentials_offset = layout.add(credentials_length, alignof(Credentials));
  const std::size_t user_offset = layout.add(user.size(), alignof(char16_t));
  const std::size_t domain_offset = layout.add(domain.size(), alignof(char16_t));
  const std::size_t list_offset = layout.add(list.size(), alignof(char16_t));
  fits_ = layout.largest() <= UINT16_MAX;
  if (!fits_) return;

  Credentials credentials = {};
  credentials.cbHeaderLength = sizeof credentials;
  credentials.cbStructureLength = static_cast<USHORT>(credentials_length);
  credentials.AuthData.CredType = SEC_WINNT_AUTH_DATA_TYPE_KEYTAB;
  credentials.AuthData.CredData.ByteArrayOffset = sizeof credentials;
  credentials.AuthData.CredData.ByteArrayLength = static_cast<USHORT>(keytab.size());

  Header header = {};
  header.Version = SEC_WINNT_AUTH_IDENTITY_VERSION_2;
  header.cbHeaderLength = sizeof header;
  header.cbStructureLength = static_cast<ULONG>(layout.size());
  header.UserOffset = static_cast<ULONG>(user_offset);
  header.UserLength = static_cast<USHORT>(user.size());
  header.DomainOffset = static_cast<ULONG>(domain_offset);
  header.DomainLength = static_cast<USHORT>(domain.size());
  header.PackedCredentialsOffset = static_cast<ULONG>(credentials_offset);
  header.PackedCredentialsLength = static_cast<USHORT>(credentials_length);
  header.Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE;
  header.PackageListOffset = static_cast<ULONG>(list_offset);
  header.PackageListLength = static_cast<USHORT>(list.size());

  packed_ = SecureArray<std::byte>(layout.size());
  const std::span memory(packed_.data(), packed_.size());
  put(memory, 0, std::as_bytes(std::span(&header, 1)));
  put(memory, credentials_offset, std::as_bytes(std::span(&credentials, 1)));
  put(memory, credentials_offset + sizeof credentials, {keytab.data(), keytab.size()});
  put(memory, user_offset, user);
  put(memory, domain_offset, domain);
  put(memory, list_offset, list);
  data_ = packed_.data();
}

}  // namespace sspi
