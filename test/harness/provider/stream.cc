// Records as Schannel has them: STREAM_HEADER, DATA, STREAM_TRAILER, EMPTY.
// https://learn.microsoft.com/windows/win32/secauthn/encryptmessage--schannel
// https://learn.microsoft.com/windows/win32/secauthn/decryptmessage--schannel
#include "stream.h"

#include <cstring>

#include "protection.h"
#include "script.h"

namespace provider {
namespace {

constexpr ULONG kHeader = 5;
constexpr ULONG kTrailer = 16;  // of the 64 that are asked for
constexpr unsigned char kData = 0x17;

using Trailer = unsigned char[kTrailer];

void makeTrailer(Trailer& trailer, const Key& key, Position position,
                 std::span<const unsigned char> header, const SecBuffer& data) {
  const uint64_t sum = checksum(key, position, header, std::span(&data, 1), true);
  std::memcpy(trailer, &sum, 8);
  std::memcpy(trailer + 8, &position.sequence, 8);
}

// The buffers have room for it.
void seal(Context& context, unsigned char type, SecBuffer& header, SecBuffer& data,
          SecBuffer& trailer) {
  const ULONG length = data.cbBuffer + kTrailer;
  const unsigned char head[kHeader] = {type, 3, 3, static_cast<unsigned char>(length >> 8),
                                       static_cast<unsigned char>(length)};
  applyCipher(context.key, context.sending(), std::span(&data, 1));
  Trailer tail;
  makeTrailer(tail, context.key, context.sending(), head, data);
  std::memcpy(header.pvBuffer, head, kHeader);
  std::memcpy(trailer.pvBuffer, tail, kTrailer);
  header.cbBuffer = kHeader;
  trailer.cbBuffer = kTrailer;
  context.sent++;
}

SECURITY_STATUS encrypt(Context& context, ULONG qop, std::span<SecBuffer> buffers) {
  if (qop != 0 && qop != SECQOP_WRAP_OOB_DATA) return SEC_E_QOP_NOT_SUPPORTED;
  SecBuffer* const header = find(buffers, SECBUFFER_STREAM_HEADER);
  SecBuffer* const data = find(buffers, SECBUFFER_DATA);
  SecBuffer* const trailer = find(buffers, SECBUFFER_STREAM_TRAILER);
  if (!header || !data || !trailer) return SEC_E_INVALID_TOKEN;
  if (header->cbBuffer < kHeader || trailer->cbBuffer < kTrailer) return SEC_E_BUFFER_TOO_SMALL;
  const auto type = static_cast<unsigned char>(
      behaviour("recordType").value_or(qop == SECQOP_WRAP_OOB_DATA ? kAlertRecord : kData));
  seal(context, type, *header, *data, *trailer);
  return SEC_E_OK;
}

// SECBUFFER_MISSING says how much more has to be read.
SECURITY_STATUS incomplete(std::span<SecBuffer> buffers, std::size_t missing) {
  if (SecBuffer* const empty = find(buffers, SECBUFFER_EMPTY)) {
    *empty = {static_cast<ULONG>(missing), SECBUFFER_MISSING, nullptr};
  }
  return SEC_E_INCOMPLETE_MESSAGE;
}

// The record is not data but for the next step, to which the caller gives it as SECBUFFER_EXTRA.
SECURITY_STATUS renegotiate(Context& context, std::span<SecBuffer> buffers,
                            std::span<unsigned char> input) {
  context.next_step = NextStep::kRecord;
  buffers[1].cbBuffer = 0;
  buffers[3] = {static_cast<ULONG>(input.size()), SECBUFFER_EXTRA, input.data()};
  return SEC_I_RENEGOTIATE;
}

SECURITY_STATUS decrypt(Context& context, std::span<SecBuffer> buffers, ULONG& qop) {
  if (buffers.size() < 4 || kind(buffers[0]) != SECBUFFER_DATA) return SEC_E_INVALID_TOKEN;
  const std::span<unsigned char> input = bytesOf(buffers[0]);
  const std::size_t record = recordLength(input);
  if (input.size() < record) return incomplete(buffers, record - input.size());
  const std::size_t body = record - kHeader;
  if (body < kTrailer) return SEC_E_INVALID_TOKEN;
  const auto length = static_cast<ULONG>(body - kTrailer);
  SecBuffer data = {length, SECBUFFER_DATA, input.data() + kHeader};
  unsigned char* const tail = input.data() + kHeader + length;
  Trailer expected;
  const Position position = context.receiving(context.received);
  makeTrailer(expected, context.key, position, input.first(kHeader), data);
  if (std::memcmp(tail, expected, kTrailer) != 0) return SEC_E_MESSAGE_ALTERED;
  applyCipher(context.key, position, std::span(&data, 1));
  context.received++;
  qop = 0;
  const auto rest = static_cast<ULONG>(input.size() - record);
  buffers[0] = {kHeader, SECBUFFER_STREAM_HEADER, input.data()};
  buffers[1] = data;
  buffers[2] = {kTrailer, SECBUFFER_STREAM_TRAILER, tail};
  if (rest > 0) buffers[3] = {rest, SECBUFFER_EXTRA, tail + kTrailer};
  if (input[0] == kHandshakeRecord) return renegotiate(context, buffers, input);
  return input[0] == kAlertRecord ? SEC_I_CONTEXT_EXPIRED : SEC_E_OK;
}

SECURITY_STATUS sign(Context&, ULONG, std::span<SecBuffer>) { return SEC_E_UNSUPPORTED_FUNCTION; }

SECURITY_STATUS verify(Context&, std::span<SecBuffer>, ULONG&) {
  return SEC_E_UNSUPPORTED_FUNCTION;
}

}  // namespace

std::size_t recordLength(std::span<const unsigned char> bytes) {
  if (bytes.size() < kHeader) return kHeader;
  return kHeader + ((std::size_t{bytes[3]} << 8) | bytes[4]);
}

std::vector<unsigned char> sealedRecord(Context& context, unsigned char type,
                                        std::span<const unsigned char> bytes) {
  std::vector<unsigned char> record(kHeader + bytes.size() + kTrailer);
  unsigned char* const body = record.data() + kHeader;
  std::memcpy(body, bytes.data(), bytes.size());
  SecBuffer header = {kHeader, SECBUFFER_STREAM_HEADER, record.data()};
  SecBuffer data = {static_cast<ULONG>(bytes.size()), SECBUFFER_DATA, body};
  SecBuffer trailer = {kTrailer, SECBUFFER_STREAM_TRAILER, body + bytes.size()};
  seal(context, type, header, data, trailer);
  return record;
}

const Protection kStreamProtection = {encrypt, decrypt, sign, verify};

}  // namespace provider
