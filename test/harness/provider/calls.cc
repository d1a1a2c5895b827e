#include "calls.h"

#include <mutex>

#include "handles.h"
#include "impersonation.h"
#include "script.h"

namespace provider {
namespace {

std::mutex mutex;
std::vector<RecordedCall> record;
uint64_t age = 0;

}  // namespace

Call::Call(const char* function, const SecHandle* handle) : function_(function) {
  const bool impersonating = isImpersonating();
  const std::lock_guard lock(mutex);
  index_ = record.size();
  age_ = age;
  record.push_back({function, GetCurrentThreadId(), impersonating, numberOf(handle), {}, {}, {}});
}

void Call::note(const char* name, double value) {
  const std::lock_guard lock(mutex);
  if (age_ == age) record[index_].details.emplace_back(name, value);
}

void Call::note(const char* name, std::u16string text) {
  const std::lock_guard lock(mutex);
  if (age_ == age) record[index_].details.emplace_back(name, std::move(text));
}

void Call::note(const char* name, std::span<const unsigned char> bytes) {
  const std::lock_guard lock(mutex);
  if (age_ == age) record[index_].details.emplace_back(name, Bytes(bytes.begin(), bytes.end()));
}

void Call::note(const char* name, const SEC_WCHAR* characters) {
  if (characters) note(name, std::u16string(reinterpret_cast<const char16_t*>(characters)));
}

void Call::noteBuffers(const SecBufferDesc* buffers, bool with_bytes) {
  const std::lock_guard lock(mutex);
  if (!buffers || age_ != age) return;
  for (ULONG i = 0; i < buffers->cBuffers; i++) {
    const SecBuffer& buffer = buffers->pBuffers[i];
    RecordedBuffer recorded = {buffer.BufferType, buffer.cbBuffer, {}};
    if (with_bytes && buffer.pvBuffer) {
      const auto* bytes = static_cast<const unsigned char*>(buffer.pvBuffer);
      recorded.bytes.assign(bytes, bytes + buffer.cbBuffer);
    }
    record[index_].buffers.push_back(std::move(recorded));
  }
}

std::optional<SECURITY_STATUS> Call::begin() { return obeyScript(function_); }

SECURITY_STATUS Call::end(SECURITY_STATUS status) {
  const std::lock_guard lock(mutex);
  if (age_ == age) record[index_].status = status;
  return status;
}

std::vector<RecordedCall> recordedCalls() {
  const std::lock_guard lock(mutex);
  return record;
}

void clearCalls() {
  const std::lock_guard lock(mutex);
  record.clear();
  age++;
}

}  // namespace provider
