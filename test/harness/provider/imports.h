// Doubles for functions of Windows that the addon calls itself, where no package has a say.
#ifndef WINSSPI_PROVIDER_IMPORTS_H_
#define WINSSPI_PROVIDER_IMPORTS_H_

#include <cstddef>

#include "sspi.h"

namespace provider {

// Every addon (*.node) in this process calls the function in place of the one that it imports by
// the name. Gives how many do.
std::size_t replaceImport(const char* name, void* function);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_IMPORTS_H_
