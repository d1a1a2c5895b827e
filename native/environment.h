// What the addon keeps for each Node environment. Nothing is global: the main thread, every worker
// and every copy of the addon have their own.
#ifndef WINSSPI_ENVIRONMENT_H_
#define WINSSPI_ENVIRONMENT_H_

#include <napi.h>

#include <cstdint>

#include "calls.h"
#include "sspi/buffers.h"

namespace winsspi {

// What the message functions and their caller tell each other beside the bytes, in 32-bit words
// that both sides see: the qop, the sequence number and the status, then four words for each
// buffer. A call reads the type; it writes the type, the source, the offset and the length
// (sspi::ReturnedBuffer).
struct Layout {
  struct Entry {
    uint32_t type;
    uint32_t source;
    uint32_t offset;
    uint32_t length;
  };
  uint32_t qop;
  uint32_t sequence_number;
  uint32_t status;
  Entry buffers[sspi::kMaxBuffers];
};

class Environment {
 public:
  explicit Environment(Napi::Env env);

  static Environment& of(Napi::Env env) { return *env.GetInstanceData<Environment>(); }

  Layout& layout() { return *layout_; }
  Napi::Value layoutArray() const { return layout_array_.Value(); }

  // Of what can block.
  Calls& calls() { return calls_; }

  // Objects of one environment are not taken for another's, nor one kind for another.
  napi_type_tag tag(uint64_t kind) const { return {kind, reinterpret_cast<uintptr_t>(this)}; }

 private:
  Layout* layout_;
  Napi::Reference<Napi::Uint32Array> layout_array_;
  Calls calls_;
};

}  // namespace winsspi

#endif  // WINSSPI_ENVIRONMENT_H_
