// Memory that the caller gives back with FreeContextBuffer.
#ifndef WINSSPI_PROVIDER_MEMORY_H_
#define WINSSPI_PROVIDER_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "sspi.h"

namespace provider {

// Zeroed, and at most half a megabyte.
void* allocateBuffer(std::size_t size);
SEC_WCHAR* copyOfText(const wchar_t* text);
unsigned char* copyOfBytes(std::span<const unsigned char> bytes);

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-freecontextbuffer
SECURITY_STATUS WINAPI freeContextBuffer(void* memory);

uint32_t buffersAlive();
void forgetBuffers();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_MEMORY_H_
