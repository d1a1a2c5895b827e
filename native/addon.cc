// The addon's exports. lib/internal/binding.ts describes them.
#include <napi.h>

#include "access_token_wrap.h"
#include "accounts_wrap.h"
#include "attributes_wrap.h"
#include "calls_wrap.h"
#include "context_wrap.h"
#include "credentials_wrap.h"
#include "environment.h"
#include "message_wrap.h"
#include "packages_wrap.h"
#include "sspi/thread.h"

namespace {

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  sspi::stayLoaded();
  env.SetInstanceData(new winsspi::Environment(env));
  winsspi::definePackages(env, exports);
  winsspi::defineCalls(env, exports);
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
