// What the message functions do, for a frame and memory: on any thread, without a JavaScript value.
#ifndef WINSSPI_MESSAGE_OPERATIONS_H_
#define WINSSPI_MESSAGE_OPERATIONS_H_

#include <cstddef>
#include <span>

#include "call_frame.h"
#include "sspi/context.h"
#include "sspi/status.h"

namespace winsspi {

// The memory of a call, in the order of its arguments. A span without data stands for null.
using Memory = std::span<const std::span<std::byte>>;

// Runs the frame's operation. It writes `done` when it has succeeded. Without that, and without a
// failure, the frame or the memory are not what the operation needs, and nothing was called.
sspi::Result<void> runOperation(const sspi::Context& context, CallFrame& frame, Memory memory);

}  // namespace winsspi

#endif  // WINSSPI_MESSAGE_OPERATIONS_H_
