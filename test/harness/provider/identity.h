// Whom the caller wants to be.
#ifndef WINSSPI_PROVIDER_IDENTITY_H_
#define WINSSPI_PROVIDER_IDENTITY_H_

#include "calls.h"

namespace provider {

// Whether its list of packages leaves NTLM out.
bool excludesNtlm(const void* data);

// Records the form and what is in it, and of a password or a keytab only what it can be
// recognised by.
void noteAuthenticationData(Call& call, const void* data);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_IDENTITY_H_
