#include "bindings.h"

#include <algorithm>

#include "call.h"
#include "convert.h"
#include "sspi/context.h"
#include "sspi/credentials.h"
#include "sspi/credentials_attributes.h"
#include "sspi/impersonation.h"
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

// { user, domain, keytab } or { user, domain, password }.
sspi::Identity readIdentity(Napi::Env env, const Napi::Object& identity) {
  const Napi::Value keytab = identity.Get("keytab");
  if (keytab.IsUndefined()) {
    return {textOf(identity.Get("user")), textOf(identity.Get("domain")),
            secretTextOf(identity.Get("password"))};
  }
  const std::span<const std::byte> bytes = bytesInPlace(env, keytab);
  sspi::Keytab copy(bytes.size());
  std::ranges::copy(bytes, copy.data());
  return {textOf(identity.Get("user")), textOf(identity.Get("domain")), std::move(copy)};
}

// { package, use, principal?, identity?, packageList? }. Shared: the
// work has to be copyable, and a password is not.
std::shared_ptr<const sspi::CredentialsRequest> requestOf(const Napi::Value& value) {
  const Napi::Object options = value.As<Napi::Object>();
  auto request = std::make_shared<sspi::CredentialsRequest>();
  request->package = textOf(options.Get("package"));
  request->use = options.Get("use").As<Napi::Number>().Uint32Value();
  request->principal = textOf(options.Get("principal"));
  if (options.Get("identity").IsObject()) {
    request->identity = readIdentity(value.Env(), options.Get("identity").As<Napi::Object>());
  }
  request->package_list = textOf(options.Get("packageList"));
  return request;
}

// (request, settle)
Napi::Value acquireCredentials(const Napi::CallbackInfo& info) {
  return Call<sspi::Credentials>::start(
      info[1], [request = requestOf(info[0])] { return sspi::Credentials::acquire(*request); },
      credentialsOf);
}

// (context, request, settle): as the client of the context
Napi::Value acquireCredentialsAsClient(const Napi::CallbackInfo& info) {
  auto* context = openedOf<sspi::Context>(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  return Call<sspi::Credentials>::start(
      info[2],
      [context = sspi::ContextLease(*context),
       request = requestOf(info[1])]() -> sspi::Result<sspi::Credentials> {
        const auto impersonation = sspi::Impersonation::begin(*context);
        if (!impersonation) return impersonation.failure();
        return sspi::Credentials::acquire(*request);
      },
      credentialsOf);
}

// (credentials, request, settle)
Napi::Value addCredentials(const Napi::CallbackInfo& info) {
  auto* credentials = openedOf<const sspi::Credentials>(info.Env(), info[0]);
  if (!credentials) return info.Env().Undefined();
  return Call<void>::start(
      info[2],
      [credentials = *credentials, request = requestOf(info[1])] {
        return credentials->add(*request);
      },
      [](Napi::Env env) { return env.Undefined(); });
}

Napi::Value valueOf(Napi::Env env, const sspi::CredentialsNames& names) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("userName", Napi::String::New(env, names.user));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::SsiProvider& provider) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("providerName", Napi::String::New(env, provider.name));
  object.Set("providerInfo", bufferOf(env, provider.info));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::CredentialsCertificate& certificate) {
  return bufferOf(env, certificate.der);
}

template <auto query>
Napi::Value answer(const Napi::CallbackInfo& info) {
  const auto* credentials = openedOf<const sspi::Credentials>(info.Env(), info[0]);
  if (!credentials) return info.Env().Undefined();
  const auto result = query(**credentials);
  return result ? valueOf(info.Env(), *result) : failureOf(info.Env(), result.failure());
}

// (credentials, proxyServer, force)
Napi::Value setKdcProxySettings(const Napi::CallbackInfo& info) {
  const auto* credentials = openedOf<const sspi::Credentials>(info.Env(), info[0]);
  if (!credentials) return info.Env().Undefined();
  const bool force = info[2].As<Napi::Boolean>().Value();
  return outcomeOf(info.Env(), (*credentials)->set({textOf(info[1]), force}));
}

void closeCredentials(const Napi::CallbackInfo& info) {
  auto* wrapped = wrappedOf<const sspi::Credentials>(info.Env(), info[0]);
  if (wrapped) wrapped->object.reset();
}

}  // namespace

void defineCredentials(Napi::Env env, Napi::Object exports) {
  exports.Set("acquireCredentials", Napi::Function::New(env, acquireCredentials));
  exports.Set("acquireCredentialsAsClient", Napi::Function::New(env, acquireCredentialsAsClient));
  exports.Set("addCredentials", Napi::Function::New(env, addCredentials));
  exports.Set("queryCredentialsNames",
              Napi::Function::New(env, answer<sspi::queryCredentialsNames>));
  exports.Set("queryCredentialsSsiProvider",
              Napi::Function::New(env, answer<sspi::querySsiProvider>));
  exports.Set("queryCredentialsCert", Napi::Function::New(env, answer<sspi::queryCert>));
  exports.Set("setKdcProxySettings", Napi::Function::New(env, setKdcProxySettings));
  exports.Set("closeCredentials", Napi::Function::New(env, closeCredentials));
}

}  // namespace winsspi
