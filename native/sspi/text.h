// UTF-16 text: char16_t here, SEC_WCHAR in the Windows headers.
#ifndef WINSSPI_SSPI_TEXT_H_
#define WINSSPI_SSPI_TEXT_H_

#include <string>

#include "sspi/sspi.h"

namespace sspi {

static_assert(sizeof(SEC_WCHAR) == sizeof(char16_t));

// Some functions take text that they only read through a pointer to mutable text.
inline SEC_WCHAR* wide(const std::u16string& text) {
  return reinterpret_cast<SEC_WCHAR*>(const_cast<char16_t*>(text.c_str()));
}

inline SEC_WCHAR* wideOrNull(const std::u16string& text) {
  return text.empty() ? nullptr : wide(text);
}

inline std::u16string text(const SEC_WCHAR* characters) {
  return characters ? std::u16string(reinterpret_cast<const char16_t*>(characters))
                    : std::u16string();
}

}  // namespace sspi

#endif  // WINSSPI_SSPI_TEXT_H_
