// Which calls of a context may be made while others run.
#ifndef WINSSPI_CONTEXT_ACCESS_H_
#define WINSSPI_CONTEXT_ACCESS_H_

#include <napi.h>

#include <memory>

#include "sspi/context.h"

namespace winsspi {

// Each gives the context behind a JavaScript object, or null with an exception pending.

// For calls that may run beside each other and beside messages: those that only ask, and those that
// act as the client. Refused while a step runs.
const std::shared_ptr<sspi::Context>* contextForQuery(Napi::Env env, napi_value value);

// For calls that change the context: a step, a control token, an attribute that is set, an export.
// Refused while any other call runs, also one whose caller no longer waits.
const std::shared_ptr<sspi::Context>* contextForChange(Napi::Env env, napi_value value);

// The error for a call that the context does not allow now. Returns no value.
napi_value throwContextBusy(Napi::Env env, const sspi::Context& context);

}  // namespace winsspi

#endif  // WINSSPI_CONTEXT_ACCESS_H_
