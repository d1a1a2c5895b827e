#include "identity.h"

namespace provider {
namespace {

std::u16string text(const unsigned short* characters, ULONG length) {
  if (!characters) return {};
  return {reinterpret_cast<const char16_t*>(characters), length};
}

// FNV-1a over the characters' bytes: enough to know a password by, without keeping it.
double hash(const unsigned short* characters, ULONG length) {
  uint32_t value = 0x811C9DC5;
  const auto* bytes = reinterpret_cast<const unsigned char*>(characters);
  for (ULONG i = 0; i < 2 * length; i++) value = (value ^ bytes[i]) * 0x01000193;
  return value;
}

template <typename Form>
void noteIdentity(Call& call, const Form& form) {
  call.note("identityFlags", form.Flags);
  if (form.User) call.note("user", text(form.User, form.UserLength));
  if (form.Domain) call.note("domain", text(form.Domain, form.DomainLength));
  if (!form.Password) return;
  call.note("passwordLength", form.PasswordLength);
  call.note("passwordHash", hash(form.Password, form.PasswordLength));
  // The caller ends its text with a zero, which some packages rely on.
  call.note("passwordEnd", form.Password[form.PasswordLength]);
}

}  // namespace

// The EX form starts with its version, the plain one with a pointer.
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_w
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-sec_winnt_auth_identity_exw
void noteAuthenticationData(Call& call, const void* data) {
  if (!data) return;
  if (*static_cast<const ULONG*>(data) != SEC_WINNT_AUTH_IDENTITY_VERSION) {
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
