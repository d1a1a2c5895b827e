#include "attributes.h"

#include <cstring>
#include <cwchar>
#include <string>

#include "answers.h"
#include "calls.h"
#include "memory.h"
#include "objects.h"
#include "points_in_time.h"
#include "script.h"

namespace provider {
namespace {

// As the script says, what Windows calls the package that it is shaped like.
const wchar_t* nameOf(const Package& package) {
  if (!behaves("windowsNames")) return package.name;
  if (isNtlm(package)) return L"NTLM";
  return isKerberos(package) ? L"Kerberos" : package.name;
}

// One block, as FreeContextBuffer frees only one: the structure and its texts behind it.
SecPkgInfoW* copyOfPackage(const Package& package) {
  if (behaves("nullPointers")) return nullptr;
  const wchar_t* const package_name = nameOf(package);
  const std::size_t name = (std::wcslen(package_name) + 1) * sizeof(wchar_t);
  const std::size_t comment = (std::wcslen(package.comment) + 1) * sizeof(wchar_t);
  auto* const memory =
      static_cast<unsigned char*>(allocateBuffer(sizeof(SecPkgInfoW) + name + comment));
  SecPkgInfoW info = packageInfo(package);
  std::memcpy(memory + sizeof info, package_name, name);
  std::memcpy(memory + sizeof info + name, info.Comment, comment);
  info.Name = reinterpret_cast<SEC_WCHAR*>(memory + sizeof info);
  info.Comment = reinterpret_cast<SEC_WCHAR*>(memory + sizeof info + name);
  std::memcpy(memory, &info, sizeof info);
  return reinterpret_cast<SecPkgInfoW*>(memory);
}

// 00 01 … 0f for TestScript, the key itself for the others. As the script says, bytes that are made
// of the key and are nowhere else.
SecPkgContext_SessionKey sessionKeyOf(const Context& context) {
  if (behaves("nullPointers")) return {16, nullptr};
  const unsigned char length = behaves("uniqueSessionKey") ? 64 : 16;
  auto* const memory = static_cast<unsigned char*>(allocateBuffer(length));
  for (unsigned char i = 0; i < length; i++) {
    const unsigned char byte = isScript(*context.package) ? i : context.key[i % 16];
    memory[i] = static_cast<unsigned char>(length == 16 ? byte : byte ^ (0xA0 + i));
  }
  return {lengthOfSecret(length), memory};
}

// The same on both sides; with "ownNames" that of one client and no other, by the key, or none.
SecPkgContext_NamesW namesOf(const Context& context) {
  if (behaviour("ownNames") == 2) return {textOrNull(L"")};
  if (!behaves("ownNames")) return {textOrNull(L"CORP\\al\u00edce")};
  std::wstring name = L"CORP\\user-";
  for (const unsigned char byte : context.key) {
    for (const int digit : {byte >> 4, byte & 15}) name += L"0123456789abcdef"[digit];
  }
  return {textOrNull(name.c_str())};
}

SecPkgContext_KeyInfoW keyInfo() {
  return {textOrNull(L"TestChecksum"), textOrNull(L"TestCipher"), 128, 0x1001, 0x2002};
}

SecPkgContext_NegotiationInfoW negotiationInfo(const Context& context) {
  return {copyOfPackage(context.mechanism()), behaviour("negotiationState").value_or(0)};
}

// What most packages answer.
void answerUsual(const Context& context, ULONG attribute, void* memory) {
  switch (attribute) {
    case SECPKG_ATTR_SIZES:
      as<SecPkgContext_Sizes>(memory) = context.mechanism().sizes;
      break;
    case SECPKG_ATTR_NAMES:
      as<SecPkgContext_NamesW>(memory) = namesOf(context);
      break;
    case SECPKG_ATTR_NATIVE_NAMES:
      as<SecPkgContext_NativeNamesW>(memory) = {textOrNull(L"alice@CORP.TEST"),
                                                textOrNull(L"HTTP/server.corp.test")};
      break;
    case SECPKG_ATTR_LIFESPAN:
      as<SecPkgContext_Lifespan>(memory) = {startOfContexts(), expiryOfContexts()};
      break;
    case SECPKG_ATTR_KEY_INFO:
      as<SecPkgContext_KeyInfoW>(memory) = keyInfo();
      break;
    case SECPKG_ATTR_SESSION_KEY:
      as<SecPkgContext_SessionKey>(memory) = sessionKeyOf(context);
      break;
    case SECPKG_ATTR_PACKAGE_INFO:
      as<SecPkgContext_PackageInfoW>(memory) = {copyOfPackage(context.mechanism())};
      break;
    case SECPKG_ATTR_NEGOTIATION_INFO:
      as<SecPkgContext_NegotiationInfoW>(memory) = negotiationInfo(context);
      break;
    case SECPKG_ATTR_FLAGS:
      as<SecPkgContext_Flags>(memory) = {behaviour("flags").value_or(context.flags)};
      break;
  }
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
SECURITY_STATUS WINAPI queryContextAttributes(PCtxtHandle handle, ULONG attribute, void* answer) {
  Call call("QueryContextAttributes", handle);
  call.note("attribute", attribute);
  if (const auto status = call.begin()) return call.end(*status);
  const auto context = findContext(handle, "QueryContextAttributes");
  if (!context) return call.end(SEC_E_INVALID_HANDLE);
  if (!answers(*context->package, attribute)) return call.end(SEC_E_UNSUPPORTED_FUNCTION);
  // Its caller says which form of the structure is wanted.
  if (attribute == SECPKG_ATTR_CIPHER_INFO) call.note("version", *static_cast<DWORD*>(answer));
  answerUsual(*context, attribute, answer);
  answerRare(attribute, answer);
  answerStream(attribute, answer);
  return call.end(SEC_E_OK);
}

}  // namespace provider
