#include "bindings.h"

#include <algorithm>

#include "async_work.h"
#include "context_access.h"
#include "convert.h"
#include "native_object.h"
#include "sspi/context.h"
#include "sspi/context_lease.h"
#include "sspi/credentials.h"
#include "sspi/credentials_attributes.h"
#include "sspi/impersonation.h"

namespace winsspi {
namespace {

Napi::Value credentialsOf(Napi::Env env, sspi::Credentials& credentials) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "package", Napi::String::New(env, credentials.package().name));
  define(object, "expiry", numberOrUndefined(env, credentials.expiry()));
  define(object, "handle",
         expose(env, std::make_shared<const sspi::Credentials>(std::move(credentials))));
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

// { package, use, principal?, identity?, packageList? }
sspi::CredentialsRequest requestOf(const Napi::Value& value) {
  const Napi::Object options = value.As<Napi::Object>();
  sspi::CredentialsRequest request;
  request.package = textOf(options.Get("package"));
  request.use = options.Get("use").As<Napi::Number>().Uint32Value();
  request.principal = textOf(options.Get("principal"));
  if (options.Get("identity").IsObject()) {
    request.identity = readIdentity(value.Env(), options.Get("identity").As<Napi::Object>());
  }
  request.package_list = textOf(options.Get("packageList"));
  return request;
}

// (request, settle)
Napi::Value acquireCredentials(const Napi::CallbackInfo& info) {
  return startAsyncWork(
      info[1], [request = requestOf(info[0])] { return sspi::Credentials::acquire(request); },
      credentialsOf);
}

// (context, request, settle): as the client of the context
Napi::Value acquireCredentialsAsClient(const Napi::CallbackInfo& info) {
  if (!contextForQuery(info.Env(), info[0])) return info.Env().Undefined();
  sspi::CredentialsRequest options = requestOf(info[1]);
  // Once more: a property can be the caller's code.
  auto* context = contextForQuery(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  return startAsyncWork(
      info[2],
      [lease = sspi::ContextLease(*context),
       request = std::move(options)]() -> sspi::Result<sspi::Credentials> {
        const auto impersonation = sspi::Impersonation::begin(*lease);
        if (!impersonation) return impersonation.failure();
        return sspi::Credentials::acquire(request);
      },
      credentialsOf);
}

// (credentials, request, settle)
Napi::Value addCredentials(const Napi::CallbackInfo& info) {
  if (!openedOf<const sspi::Credentials>(info.Env(), info[0])) return info.Env().Undefined();
  sspi::CredentialsRequest options = requestOf(info[1]);
  auto* credentials = openedOf<const sspi::Credentials>(info.Env(), info[0]);
  if (!credentials) return info.Env().Undefined();
  return startAsyncWork(info[2], [shared = *credentials, request = std::move(options)] {
    return shared->add(request);
  });
}

Napi::Value valueOf(Napi::Env env, const sspi::CredentialsNames& names) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "userName", Napi::String::New(env, names.user));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::SsiProvider& provider) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "providerName", Napi::String::New(env, provider.name));
  define(object, "providerInfo", bufferOf(env, provider.info));
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
  auto* holder = holderOf<const sspi::Credentials>(info.Env(), info[0]);
  if (holder) holder->object.reset();
}

}  // namespace

void defineCredentials(Napi::Env env, Napi::Object exports) {
  define(exports, "acquireCredentials", Napi::Function::New(env, acquireCredentials));
  define(exports, "acquireCredentialsAsClient",
         Napi::Function::New(env, acquireCredentialsAsClient));
  define(exports, "addCredentials", Napi::Function::New(env, addCredentials));
  define(exports, "queryCredentialsNames",
         Napi::Function::New(env, answer<sspi::queryCredentialsNames>));
  define(exports, "queryCredentialsSsiProvider",
         Napi::Function::New(env, answer<sspi::querySsiProvider>));
  define(exports, "queryCredentialsCert", Napi::Function::New(env, answer<sspi::queryCert>));
  define(exports, "setKdcProxySettings", Napi::Function::New(env, setKdcProxySettings));
  define(exports, "closeCredentials", Napi::Function::New(env, closeCredentials));
}

}  // namespace winsspi
