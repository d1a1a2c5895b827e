// The addon's exports. lib/addon/binding.ts describes them.
#include <napi.h>

#include <memory>

#include "bindings.h"
#include "environment.h"
#include "errors.h"
#include "threads/thread.h"

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  threads::pinModule();
  env.SetInstanceData(std::make_unique<winsspi::Environment>(env).release());
  winsspi::defineErrors(env, exports);
  winsspi::definePackages(env, exports);
  winsspi::defineThreads(env, exports);
  winsspi::defineCredentials(env, exports);
  winsspi::defineContext(env, exports);
  winsspi::defineMessage(env, exports);
  winsspi::defineAttributes(env, exports);
  winsspi::defineAccessToken(env, exports);
  winsspi::defineAccounts(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(winsspi, initialize)
