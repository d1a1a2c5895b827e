#include "credentials_wrap.h"

#include "convert.h"
#include "promise_worker.h"
#include "sspi/credentials.h"
#include "wrapped.h"

namespace winsspi {
namespace {

Napi::Value credentialsOf(Napi::Env env, sspi::Credentials& credentials) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("package", Napi::String::New(env, credentials.package().name));
  object.Set("expiry", numberOrUndefined(env, credentials.expiry()));
  object.Set("handle",
             wrap(env, std::make_shared<const sspi::Credentials>(std::move(credentials))));
  return object;
}

// (package, use, principal?, { user, domain, password }?, packageList?)
Napi::Value acquireCredentials(const Napi::CallbackInfo& info) {
  auto request = std::make_shared<sspi::CredentialsRequest>();
  request->package = textOf(info[0]);
  request->use = info[1].As<Napi::Number>().Uint32Value();
  request->principal = textOf(info[2]);
  if (info[3].IsObject()) {
    const Napi::Object identity = info[3].As<Napi::Object>();
    request->identity = sspi::Identity{textOf(identity.Get("user")), textOf(identity.Get("domain")),
                                       secretTextOf(identity.Get("password"))};
  }
  request->package_list = textOf(info[4]);
  return PromiseWorker<sspi::Credentials>::start(
      info.Env(), "winsspi:acquire", [request] { return sspi::Credentials::acquire(*request); },
      credentialsOf);
}

void closeCredentials(const Napi::CallbackInfo& info) {
  if (auto* holder = holderOf<const sspi::Credentials>(info.Env(), info[0])) holder->reset();
}

}  // namespace

void defineCredentials(Napi::Env env, Napi::Object exports) {
  exports.Set("acquireCredentials", Napi::Function::New(env, acquireCredentials));
  exports.Set("closeCredentials", Napi::Function::New(env, closeCredentials));
}

}  // namespace winsspi
