#include "identity.h"

#include <cstddef>
#include <cstring>
#include <span>

namespace provider {
namespace {

std::u16string text(const unsigned short* characters, ULONG length) {
  if (!characters) return {};
  return {reinterpret_cast<const char16_t*>(characters), length};
}

// FNV-1a: enough to know a secret by, without keeping it.
double hash(std::span<const unsigned char> bytes) {
  uint32_t value = 0x811C9DC5;
  for (const unsigned char byte : bytes) value = (value ^ byte) * 0x01000193;
  return value;
}

template <typename Form>
void noteIdentity(Call& call, const Form& form) {
  call.note("identityFlags", form.Flags);
  if (form.User) call.note("user", text(form.User, form.UserLength));
  if (form.Domain) call.note("domain", text(form.Domain, form.DomainLength));
  if (!form.Password) return;
  call.note("passwordLength", form.PasswordLength);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(form.Password);
  call.note("passwordHash", hash({bytes, 2 * std::size_t{form.PasswordLength}}));
  // The caller ends its text with a zero, which some packages rely on.
  call.note("passwordEnd", form.Password[form.PasswordLength]);
}

constexpr ULONG kVersion2 = 0x201;  // SEC_WINNT_AUTH_IDENTITY_VERSION_2

ULONG versionOf(const void* data) { return *static_cast<const ULONG*>(data); }

// A part of an EX2 form, or nothing where it does not lie in the form.
std::span<const unsigned char> partOf(std::span<const unsigned char> form, std::size_t offset,
                                      std::size_t length) {
  if (offset > form.size() || length > form.size() - offset) return {};
  return form.subspan(offset, length);
}

std::u16string textOf(std::span<const unsigned char> bytes) {
  std::u16string text(bytes.size() / sizeof(char16_t), u'\0');
  std::memcpy(text.data(), bytes.data(), text.size() * sizeof(char16_t));
  return text;
}

std::span<const unsigned char> bytesOfForm(const SEC_WINNT_AUTH_IDENTITY_EX2& form) {
  return {reinterpret_cast<const unsigned char*>(&form), form.cbStructureLength};
}

// Every byte of the form but the keytab's, of which there are zeros in the record.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_ex2
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_packed_credentials
void noteForm2(Call& call, const SEC_WINNT_AUTH_IDENTITY_EX2& form) {
  const auto bytes = bytesOfForm(form);
  call.note("form", std::u16string(u"SEC_WINNT_AUTH_IDENTITY_EX2"));
  call.note("version", form.Version);
  call.note("length", form.cbStructureLength);
  call.note("identityFlags", form.Flags);
  call.note("user", textOf(partOf(bytes, form.UserOffset, form.UserLength)));
  call.note("domain", textOf(partOf(bytes, form.DomainOffset, form.DomainLength)));
  call.note("packageList", textOf(partOf(bytes, form.PackageListOffset, form.PackageListLength)));
  const auto packed = partOf(bytes, form.PackedCredentialsOffset, form.PackedCredentialsLength);
  SEC_WINNT_AUTH_PACKED_CREDENTIALS header;
  if (packed.size() < sizeof header) return;
  std::memcpy(&header, packed.data(), sizeof header);
  const auto& data = header.AuthData.CredData;
  const auto keytab = partOf(packed, data.ByteArrayOffset, data.ByteArrayLength);
  call.note("keytabLength", static_cast<double>(keytab.size()));
  call.note("keytabHash", hash(keytab));
  const auto before = static_cast<std::size_t>(keytab.data() - bytes.data());
  Bytes recorded(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(before));
  recorded.resize(before + keytab.size());
  const auto after = bytes.subspan(before + keytab.size());
  recorded.insert(recorded.end(), after.begin(), after.end());
  call.note("identityBytes", recorded);
}

}  // namespace

bool excludesNtlm(const void* data) {
  constexpr std::u16string_view kExclusion = u"!ntlm";
  if (!data) return false;
  if (versionOf(data) == kVersion2) {
    const auto& form = *static_cast<const SEC_WINNT_AUTH_IDENTITY_EX2*>(data);
    return textOf(partOf(bytesOfForm(form), form.PackageListOffset, form.PackageListLength)) ==
           kExclusion;
  }
  if (versionOf(data) != SEC_WINNT_AUTH_IDENTITY_VERSION) return false;
  const auto& form = *static_cast<const SEC_WINNT_AUTH_IDENTITY_EXW*>(data);
  return text(form.PackageList, form.PackageListLength) == kExclusion;
}

// The EX forms start with their version, the plain one with a pointer.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_w
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_exw
void noteAuthenticationData(Call& call, const void* data) {
  if (!data) return;
  if (versionOf(data) == kVersion2) {
    return noteForm2(call, *static_cast<const SEC_WINNT_AUTH_IDENTITY_EX2*>(data));
  }
  if (versionOf(data) != SEC_WINNT_AUTH_IDENTITY_VERSION) {
    call.note("form", std::u16string(u"SEC_WINNT_AUTH_IDENTITY_W"));
    noteIdentity(call, *static_cast<const SEC_WINNT_AUTH_IDENTITY_W*>(data));
    return;
  }
  const auto& form = *static_cast<const SEC_WINNT_AUTH_IDENTITY_EXW*>(data);
  call.note("form", std::u16string(u"SEC_WINNT_AUTH_IDENTITY_EXW"));
  call.note("version", form.Version);
  call.note("length", form.Length);
  call.note("packageList", text(form.PackageList, form.PackageListLength));
  noteIdentity(call, form);
}

}  // namespace provider
