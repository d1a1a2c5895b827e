// The answers to questions for attributes.
#ifndef WINSSPI_PROVIDER_ANSWERS_H_
#define WINSSPI_PROVIDER_ANSWERS_H_

#include <cstddef>
#include <span>

#include "memory.h"
#include "script.h"
#include "sspi.h"

namespace provider {

template <typename Answer>
Answer& as(void* memory) {
  return *static_cast<Answer*>(memory);
}

// Memory that the caller frees, or as the behaviour "nullPointers" says.
inline SEC_WCHAR* textOrNull(const wchar_t* text) {
  return behaves("nullPointers") ? nullptr : copyOfText(text);
}
inline unsigned char* bytesOrNull(std::span<const unsigned char> bytes) {
  return behaves("nullPointers") ? nullptr : copyOfBytes(bytes);
}

// Of a secret that is handed out: none, as the behaviour "emptySecrets" says.
inline ULONG lengthOfSecret(std::size_t length) {
  return behaves("emptySecrets") ? 0 : static_cast<ULONG>(length);
}

// What few packages answer, and what those that protect streams do. Nothing is written for other
// attributes.
void answerRare(ULONG attribute, void* memory);
void answerStream(ULONG attribute, void* memory);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_ANSWERS_H_
