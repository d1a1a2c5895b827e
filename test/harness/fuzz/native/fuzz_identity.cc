// Who a client is, and acting as it: an answer is about a token that the package has opened, and a
// thread acts as the client that the package has set, or as whoever it was before.
#include "package.h"
#include "sspi/access_token.h"
#include "sspi/context.h"
#include "sspi/impersonation.h"

namespace {

using fuzz::check;
using fuzz::Package;
using sspi::Context;

void ask(Package& package, const Context& context) {
  const auto token = sspi::querySecurityContextToken(context);
  const bool is_ok = package.last_status == SEC_E_OK;
  check(!token || is_ok, "what the package refused is not given");
  check(token || token.failure().status == (is_ok ? SEC_E_NO_IMPERSONATION : package.last_status),
        "a failure has the package's status, or says that there is no token");
  if (!token) return;
  check(package.tokenOf(token->get()) != 0, "a token is one, and open");
  if (package.input.ConsumeBool()) {
    (void)sspi::isMember(*token, package.text(16));
    return;
  }
  const auto names =
      package.input.ConsumeBool() ? sspi::AccountNames::kLookedUp : sspi::AccountNames::kLeftOut;
  const auto info = sspi::accessTokenInfo(token->get(), names);
  if (!info || names == sspi::AccountNames::kLookedUp) return;
  check(info->user.name.empty() && info->user.type == 0,
        "a name that nobody wants is not asked for");
}

void impersonate(Package& package, const Context& context, int depth) {
  const uint32_t before = package.thread_token;
  {
    auto impersonation = sspi::Impersonation::begin(context);
    if (impersonation) {
      check(package.last_status == SEC_E_OK, "what the package refused is not done");
      check(package.set_token != 0 && package.thread_token == package.set_token,
            "the thread acts as the client that the package has set");
      if (depth > 0) impersonate(package, context, depth - 1);
      if (package.input.ConsumeBool()) impersonation->end();
    }
  }
  check(package.thread_token == before, "the thread is again what it was before");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  Package package(data, size);
  const Context context(sspi::Role::kServer, sspi::PackageInfo{},
                        sspi::ContextHandle(package.newContext()));
  if (package.input.ConsumeBool()) {
    ask(package, context);
  } else {
    impersonate(package, context, 2);
  }
  return 0;
}
