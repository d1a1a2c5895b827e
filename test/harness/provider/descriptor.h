// The descriptor of a caller's buffers, which a package has no reason to write to.
#ifndef WINSSPI_PROVIDER_DESCRIPTOR_H_
#define WINSSPI_PROVIDER_DESCRIPTOR_H_

#include <cstdint>

#include "script.h"
#include "sspi.h"

namespace provider {

// Changes it as the behaviour "descriptor" says.
inline void changeDescriptor(SecBufferDesc* descriptor) {
  if (!descriptor) return;
  switch (behaviour("descriptor").value_or(0)) {
    case 1:  // more buffers than there are
      descriptor->cBuffers = 0x7FFFFFFF;
      break;
    case 2:  // none
      descriptor->cBuffers = 0;
      break;
    case 3:  // an array that cannot be read
      descriptor->pBuffers = reinterpret_cast<SecBuffer*>(uintptr_t{0xDEAD0000});
      break;
  }
}

}  // namespace provider

#endif  // WINSSPI_PROVIDER_DESCRIPTOR_H_
