// QueryContextAttributes.
#ifndef WINSSPI_PROVIDER_ATTRIBUTES_H_
#define WINSSPI_PROVIDER_ATTRIBUTES_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI queryContextAttributes(PCtxtHandle context, ULONG attribute, void* answer);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_ATTRIBUTES_H_
