// What a message function and its caller in lib/ exchange beside the bytes of a message.
#ifndef WINSSPI_CALL_FRAME_H_
#define WINSSPI_CALL_FRAME_H_

#include <cstddef>
#include <cstdint>

#include "sspi/buffers.h"

namespace winsspi {

// lib/message/call-frame.ts has the same operations in the same order.
enum class Operation : uint32_t {
  kEncryptMessage,
  kDecryptMessage,
  kMakeSignature,
  kVerifySignature,
  kApplyControlToken,
  kWrap,
  kUnwrap,
  kSign,
  kVerify,
  kCount,
};

// 32-bit words in memory that both sides see: a word costs less than an argument.
// lib/message/call-frame.ts has the same words in the same order.
struct CallFrame {
  // A call over SecBuffers reads the type and writes all four (sspi::ReturnedBuffer). A call on
  // another thread also reads where in its memory each buffer is: source kNoSource means nowhere.
  struct Entry {
    uint32_t type;
    uint32_t source;
    uint32_t offset;
    uint32_t length;
  };
  uint32_t operation;
  uint32_t done;  // the caller writes 0; 1: the call has succeeded and written its results
  uint32_t qop;
  uint32_t sequence_number;
  uint32_t status;
  // The calls over bytes. They read how much room the token and the padding get (unwrap: the
  // token's length), and where in the first memory they may write; they write where their result is.
  uint32_t trailer;
  uint32_t padding;
  uint32_t offset;
  uint32_t length;
  Entry buffers[sspi::kMaxBuffers];
};

static_assert(offsetof(CallFrame, buffers) == 9 * sizeof(uint32_t), "lib/message/call-frame.ts");
static_assert(sizeof(CallFrame) == (9 + 4 * sspi::kMaxBuffers) * sizeof(uint32_t));

}  // namespace winsspi

#endif  // WINSSPI_CALL_FRAME_H_
