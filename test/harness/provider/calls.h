// What happened: every call of a package's function, in order.
#ifndef WINSSPI_PROVIDER_CALLS_H_
#define WINSSPI_PROVIDER_CALLS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "sspi.h"

namespace provider {

using Bytes = std::vector<unsigned char>;

struct RecordedBuffer {
  uint32_t type;
  uint32_t length;
  Bytes bytes;  // of input tokens and channel bindings
};

struct RecordedCall {
  const char* function;
  uint32_t thread;
  bool impersonating;                     // the thread acted as somebody else
  uint64_t handle;                        // of the credentials or the context; 0: none yet
  std::optional<SECURITY_STATUS> status;  // nothing while the call runs
  std::vector<std::pair<const char*, std::variant<double, std::u16string, Bytes>>> details;
  std::vector<RecordedBuffer> buffers;
};

// One call, from its start to its end. Its constructor records it; begin() obeys the script.
class Call {
 public:
  Call(const char* function, const SecHandle* handle);
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  void note(const char* name, double value);
  void note(const char* name, const SEC_WCHAR* characters);
  void note(const char* name, std::u16string text);
  void note(const char* name, std::span<const unsigned char> bytes);
  void noteBuffers(const SecBufferDesc* buffers, bool with_bytes);

  // Waits as the script says; the status that the script has for this call, if any.
  std::optional<SECURITY_STATUS> begin();
  // Records the status, and returns it.
  SECURITY_STATUS end(SECURITY_STATUS status);

 private:
  const char* function_;
  std::size_t index_;
  uint64_t age_;  // how often the record had been cleared
};

std::vector<RecordedCall> recordedCalls();
void clearCalls();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_CALLS_H_
