#include "context_access.h"

#include "errors.h"
#include "native_object.h"

namespace winsspi {

const std::shared_ptr<sspi::Context>* contextForQuery(Napi::Env env, napi_value value) {
  const auto* context = openedOf<sspi::Context>(env, value);
  if (!context || !(*context)->isStepping()) return context;
  throwContextBusy(env, **context);
  return nullptr;
}

const std::shared_ptr<sspi::Context>* contextForChange(Napi::Env env, napi_value value) {
  const auto* context = openedOf<sspi::Context>(env, value);
  if (!context || !(*context)->isLent()) return context;
  throwContextBusy(env, **context);
  return nullptr;
}

napi_value throwContextBusy(Napi::Env env, const sspi::Context& context) {
  const char* call = context.isStepping() ? "a step" : "another call";
  const char* remedy = context.isStepping()
                           ? "await it first"
                           : "await it first; one that was aborted ends when Windows returns from it";
  throwError(env, "ERR_SSPI_CONTEXT_BUSY",
             {Napi::String::New(env, call), Napi::String::New(env, remedy)});
  return nullptr;
}

}  // namespace winsspi
