#include "leg.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "protection.h"
#include "script.h"
#include "stream.h"

namespace provider {
namespace {

// As the script says, the token lies or reaches where the caller has no memory.
void moveOutside(SecBuffer& output, ULONG room) {
  static unsigned char elsewhere[64];
  switch (behaviour("outsideStep").value_or(0)) {
    case 1:  // memory of the package's own
      output.pvBuffer = elsewhere;
      break;
    case 2:  // one byte past the end
      output.cbBuffer = room + 1;
      break;
    case 3:  // so long that the end wraps around
      output.cbBuffer = 0xFFFFFFFF;
      break;
    case 4:  // where address and length wrap around together
      output.pvBuffer = reinterpret_cast<void*>(~uintptr_t{0});
      break;
  }
}

// Only how many: there is no pointer to them.
// https://learn.microsoft.com/windows/win32/secauthn/extra-buffers-returned-by-schannel
void tell(const Leg& leg, ULONG type, std::size_t count) {
  SecBuffer* const buffer =
      leg.input ? find({leg.input->pBuffers, leg.input->cBuffers}, SECBUFFER_EMPTY) : nullptr;
  if (!buffer || count == 0) return;
  buffer->BufferType = type;
  buffer->cbBuffer = static_cast<ULONG>(std::min<std::size_t>(count, 0xFFFFFFFF));
}

}  // namespace

std::span<const unsigned char> inputOf(const Leg& leg, ULONG wanted) {
  if (!leg.input) return {};
  const SecBuffer* const buffer = find({leg.input->pBuffers, leg.input->cBuffers}, wanted);
  return buffer ? bytesOf(*buffer) : std::span<unsigned char>();
}

SecBuffer* outputOf(const Leg& leg) {
  return leg.output ? find({leg.output->pBuffers, leg.output->cBuffers}, SECBUFFER_TOKEN) : nullptr;
}

void tellMissing(const Leg& leg) {
  const auto input = inputOf(leg, SECBUFFER_TOKEN);
  tell(leg, SECBUFFER_MISSING, recordLength(input) - input.size());
}

void tellExtra(const Leg& leg) {
  const auto input = inputOf(leg, SECBUFFER_TOKEN);
  const std::size_t taken = std::min(recordLength(input), input.size());
  const auto beyond = behaviour("extraBeyond");
  if (!input.empty()) {
    tell(leg, SECBUFFER_EXTRA, beyond ? input.size() + *beyond : input.size() - taken);
  }
}

void writeErrorToken(const Leg& leg, SECURITY_STATUS status, bool is_alert) {
  const ULONG asked = leg.is_server ? ASC_REQ_EXTENDED_ERROR : ISC_REQ_EXTENDED_ERROR;
  const uint32_t behaviour_value = behaviour("errorToken").value_or(0);
  if (behaviour_value == 0 || (behaviour_value == 1 && (leg.flags & asked) == 0)) return;
  std::vector<unsigned char> token = {0x15, 3, 3, 0, 2, 2, 40};
  if (!is_alert) {
    token = {'E', 'R', 'R', 'O', 'R'};
    const auto* const bytes = reinterpret_cast<const unsigned char*>(&status);
    token.insert(token.end(), bytes, bytes + sizeof status);
  }
  SecBuffer* const output = outputOf(leg);
  if (output && output->cbBuffer >= token.size()) writeOutput(*output, token);
}

void writeOutput(SecBuffer& output, std::span<const unsigned char> token) {
  const ULONG room = output.cbBuffer;
  if (!behaves("unwrittenOutput")) {
    std::memcpy(output.pvBuffer, token.data(), token.size());
    if (!behaves("fullOutput")) output.cbBuffer = static_cast<ULONG>(token.size());
  }
  moveOutside(output, room);
}

SECURITY_STATUS tooSmall(SecBuffer* output, std::size_t wanted) {
  if (output && output->cbBuffer > 0) output->cbBuffer = static_cast<ULONG>(wanted);
  return SEC_E_BUFFER_TOO_SMALL;
}

}  // namespace provider
