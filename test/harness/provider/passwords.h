// ChangeAccountPassword.
#ifndef WINSSPI_PROVIDER_PASSWORDS_H_
#define WINSSPI_PROVIDER_PASSWORDS_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI changeAccountPassword(SEC_WCHAR* package, SEC_WCHAR* domain,
                                             SEC_WCHAR* account, SEC_WCHAR* old_password,
                                             SEC_WCHAR* new_password, BOOLEAN impersonating, ULONG,
                                             PSecBufferDesc output);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_PASSWORDS_H_
