// What the test wants to happen.
#ifndef WINSSPI_PROVIDER_SCRIPT_H_
#define WINSSPI_PROVIDER_SCRIPT_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sspi.h"

namespace provider {

// The next call of the function returns the status and does nothing else.
void fail(const std::string& function, SECURITY_STATUS status);
// Every call of the function takes that long.
void delay(const std::string& function, uint32_t milliseconds);
// Calls of the function wait until release().
void hold(const std::string& function);
void release(const std::string& function);
// Sets a behaviour: the list is in test/harness/support/provider.ts.
void behave(const std::string& name, uint32_t value);
// No behaviour, nothing delayed, nothing held.
void clearScript();

std::optional<SECURITY_STATUS> obeyScript(const char* function);
std::optional<uint32_t> behaviour(const char* name);
inline bool behaves(const char* name) { return behaviour(name).value_or(0) != 0; }
// Whether a behaviour that counts its uses has one left, which this takes.
bool useUp(const char* name);

}  // namespace provider

#endif  // WINSSPI_PROVIDER_SCRIPT_H_
