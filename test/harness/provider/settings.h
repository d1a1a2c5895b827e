// SetContextAttributes.
#ifndef WINSSPI_PROVIDER_SETTINGS_H_
#define WINSSPI_PROVIDER_SETTINGS_H_

#include "sspi.h"

namespace provider {

SECURITY_STATUS WINAPI setContextAttributes(PCtxtHandle context, ULONG attribute, void* value,
                                            ULONG size);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_SETTINGS_H_
