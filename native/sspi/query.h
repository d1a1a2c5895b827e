// QueryContextAttributes, for the attributes of several files.
#ifndef WINSSPI_SSPI_QUERY_H_
#define WINSSPI_SSPI_QUERY_H_

#include "sspi/context.h"
#include "sspi/status.h"

namespace sspi {

inline constexpr const char* kQueryFunction = "QueryContextAttributes";

// The structure of an attribute. What it points to is the caller's to free.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-querycontextattributesw
template <typename Attribute>
Result<Attribute> query(const Context& context, ULONG attribute, Attribute value = {}) {
  auto handle = context.currentHandle();
  if (!handle) return Failure{kQueryFunction, SEC_E_INVALID_HANDLE};
  const SECURITY_STATUS status = QueryContextAttributesW(&*handle, attribute, &value);
  if (status != SEC_E_OK) return Failure{kQueryFunction, status};
  return value;
}

}  // namespace sspi

#endif  // WINSSPI_SSPI_QUERY_H_
