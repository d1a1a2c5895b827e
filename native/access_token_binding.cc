#include "bindings.h"

#include "async_work.h"
#include "context_access.h"
#include "convert.h"
#include "sspi/access_token.h"
#include "sspi/context.h"
#include "sspi/context_lease.h"
#include "sspi/impersonation.h"

namespace winsspi {

Napi::Value identityOf(Napi::Env env, sspi::AccessTokenInfo& info) {
  Napi::Array groups = Napi::Array::New(env, info.groups.size());
  for (std::size_t i = 0; i < info.groups.size(); i++) {
    Napi::Object group = accountOf(env, info.groups[i].account);
    define(group, "attributes", info.groups[i].attributes);
    defineElement(groups, i, group);
  }
  Napi::Object object = Napi::Object::New(env);
  define(object, "user", accountOf(env, info.user));
  define(object, "groups", groups);
  define(object, "logonId", Napi::BigInt::New(env, info.logon_id));
  define(object, "impersonationLevel",
         info.impersonation_level ? Napi::Number::New(env, *info.impersonation_level)
                                  : env.Undefined());
  define(object, "elevated", info.elevated);
  define(object, "expiry", numberOrUndefined(env, info.expiry));
  return object;
}

namespace {

// (context, names, settle): with the names of its accounts or without.
Napi::Value identity(const Napi::CallbackInfo& info) {
  auto* context = contextForQuery(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  const auto names = info[1].As<Napi::Boolean>().Value() ? sspi::AccountNames::kLookedUp
                                                         : sspi::AccountNames::kLeftOut;
  return startAsyncWork(
      info[2],
      [lease = sspi::ContextLease(*context), names]() -> sspi::Result<sspi::AccessTokenInfo> {
        auto token = sspi::querySecurityContextToken(*lease);
        if (!token) return token.failure();
        return sspi::accessTokenInfo(token->get(), names);
      },
      identityOf);
}

Napi::Value booleanOf(Napi::Env env, bool& value) { return Napi::Boolean::New(env, value); }

// (context, sid, settle)
Napi::Value isMemberOf(const Napi::CallbackInfo& info) {
  auto* context = contextForQuery(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  return startAsyncWork(
      info[2],
      [lease = sspi::ContextLease(*context), sid = textOf(info[1])]() -> sspi::Result<bool> {
        auto token = sspi::querySecurityContextToken(*lease);
        if (!token) return token.failure();
        return sspi::isMember(*token, sid);
      },
      booleanOf);
}

// (context, callback): { value }, what the callback returned, or a failure. An exception of the
// callback's is pending after the thread was turned back.
Napi::Value impersonate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* context = contextForQuery(env, info[0]);
  if (!context) return env.Undefined();
  // The callback may close the context, but not change it.
  const sspi::ContextLease lease(*context);
  auto impersonation = sspi::Impersonation::begin(*lease);
  if (!impersonation) return failureOf(env, impersonation.failure());
  napi_value value = nullptr;
  const napi_status called = napi_call_function(env, env.Undefined(), info[1], 0, nullptr, &value);
  impersonation->end();
  if (called != napi_ok) return env.Undefined();
  Napi::Object object = Napi::Object::New(env);
  define(object, "value", value);
  return object;
}

}  // namespace

void defineAccessToken(Napi::Env env, Napi::Object exports) {
  define(exports, "identity", Napi::Function::New(env, identity));
  define(exports, "isMemberOf", Napi::Function::New(env, isMemberOf));
  define(exports, "impersonate", Napi::Function::New(env, impersonate));
}

}  // namespace winsspi
