// What secur32 calls when it loads the provider.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initsecurityinterfacew
// https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-securityfunctiontablew
#include <vector>

#include "attributes.h"
#include "control_token.h"
#include "credentials.h"
#include "credentials_attributes.h"
#include "handshake.h"
#include "impersonation.h"
#include "memory.h"
#include "messages.h"
#include "packages.h"
#include "passwords.h"
#include "settings.h"
#include "sspi.h"
#include "transfer.h"

namespace provider {
namespace {

// The memory is the provider's own: freeContextBuffer leaves it alone.
SECURITY_STATUS WINAPI enumeratePackagesW(PULONG count, PSecPkgInfoW* list) {
  static std::vector<SecPkgInfoW> infos = [] {
    std::vector<SecPkgInfoW> all;
    for (const Package& package : packages()) all.push_back(packageInfo(package));
    return all;
  }();
  *count = static_cast<ULONG>(infos.size());
  *list = infos.data();
  return SEC_E_OK;
}

SECURITY_STATUS WINAPI queryPackageInfoW(SEC_WCHAR* name, PSecPkgInfoW* info) {
  static SecPkgInfoW answer;
  const Package* const package = findPackage(name);
  if (!package) return SEC_E_SECPKG_NOT_FOUND;
  answer = packageInfo(*package);
  *info = &answer;
  return SEC_E_OK;
}

// The ANSI functions are not offered: no package is listed for them.
SECURITY_STATUS WINAPI enumeratePackagesA(PULONG count, PSecPkgInfoA* list) {
  static SecPkgInfoA none = {};
  *count = 0;
  *list = &none;
  return SEC_E_OK;
}

SecurityFunctionTableW wideTable() {
  SecurityFunctionTableW table = {};
  // The version says where the table ends: after ChangeAccountPassword. The first one ends before
  // SetContextAttributes.
  table.dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION_4;
  table.EnumerateSecurityPackagesW = enumeratePackagesW;
  table.QuerySecurityPackageInfoW = queryPackageInfoW;
  table.AcquireCredentialsHandleW = acquireCredentialsHandle;
  table.AddCredentialsW = addCredentials;
  table.QueryCredentialsAttributesW = queryCredentialsAttributes;
  table.SetCredentialsAttributesW = setCredentialsAttributes;
  table.FreeCredentialsHandle = freeCredentialsHandle;
  table.InitializeSecurityContextW = initializeSecurityContext;
  table.AcceptSecurityContext = acceptSecurityContext;
  table.CompleteAuthToken = completeAuthToken;
  table.ApplyControlToken = applyControlToken;
  table.ExportSecurityContext = exportSecurityContext;
  table.ImportSecurityContextW = importSecurityContext;
  table.DeleteSecurityContext = deleteSecurityContext;
  table.QueryContextAttributesW = queryContextAttributes;
  table.SetContextAttributesW = setContextAttributes;
  table.ImpersonateSecurityContext = impersonateSecurityContext;
  table.RevertSecurityContext = revertSecurityContext;
  table.QuerySecurityContextToken = querySecurityContextToken;
  table.MakeSignature = makeSignature;
  table.VerifySignature = verifySignature;
  table.EncryptMessage = encryptMessage;
  table.DecryptMessage = decryptMessage;
  table.FreeContextBuffer = freeContextBuffer;
  table.ChangeAccountPasswordW = changeAccountPassword;
  return table;
}

}  // namespace
}  // namespace provider

// provider.def exports these two as InitSecurityInterfaceW and InitSecurityInterfaceA, names which
// the Windows headers have for what secur32 exports.
extern "C" PSecurityFunctionTableW WINAPI provideWideTable() {
  static SecurityFunctionTableW table = provider::wideTable();
  return &table;
}

extern "C" PSecurityFunctionTableA WINAPI provideAnsiTable() {
  static SecurityFunctionTableA table = {};
  table.dwVersion = SECURITY_SUPPORT_PROVIDER_INTERFACE_VERSION;
  table.EnumerateSecurityPackagesA = provider::enumeratePackagesA;
  table.FreeContextBuffer = provider::freeContextBuffer;
  return &table;
}
