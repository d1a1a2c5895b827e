#include "bindings.h"

#include <string>

#include "async_work.h"
#include "convert.h"

namespace winsspi {

Napi::Object accountOf(Napi::Env env, const sspi::Account& account) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "sid", Napi::String::New(env, account.sid));
  define(object, "name", textOrUndefined(env, account.name));
  define(object, "domain", textOrUndefined(env, account.domain));
  define(object, "type", account.type);
  return object;
}

namespace {

Napi::Value accountValueOf(Napi::Env env, sspi::Account& account) {
  return accountOf(env, account);
}

// (sid, settle)
Napi::Value lookupAccountSid(const Napi::CallbackInfo& info) {
  return startAsyncWork(
      info[1],
      [text = textOf(info[0])]() -> sspi::Result<sspi::Account> {
        const auto sid = sspi::sidOf(text);
        if (!sid) return sid.failure();
        return sspi::lookupAccountSid(sid->get());
      },
      accountValueOf);
}

// (name, settle)
Napi::Value lookupAccountName(const Napi::CallbackInfo& info) {
  return startAsyncWork(
      info[1], [name = textOf(info[0])] { return sspi::lookupAccountName(name); }, accountValueOf);
}

// (name, from, to, settle): EXTENDED_NAME_FORMAT
Napi::Value translateName(const Napi::CallbackInfo& info) {
  const uint32_t from = info[1].As<Napi::Number>().Uint32Value();
  const uint32_t to = info[2].As<Napi::Number>().Uint32Value();
  return startAsyncWork(
      info[3], [name = textOf(info[0]), from, to] { return sspi::translateName(name, from, to); },
      [](Napi::Env env, std::u16string& translated) -> Napi::Value {
        return Napi::String::New(env, translated);
      });
}

}  // namespace

void defineAccounts(Napi::Env env, Napi::Object exports) {
  define(exports, "lookupAccountSid", Napi::Function::New(env, lookupAccountSid));
  define(exports, "lookupAccountName", Napi::Function::New(env, lookupAccountName));
  define(exports, "translateName", Napi::Function::New(env, translateName));
}

}  // namespace winsspi
