#include "bindings.h"

#include "async_work.h"
#include "context_access.h"
#include "convert.h"
#include "native_object.h"
#include "sspi/attributes.h"
#include "sspi/channel_bindings.h"
#include "sspi/context.h"
#include "sspi/context_lease.h"

namespace winsspi {
namespace {

Napi::Value legOf(Napi::Env env, sspi::Leg& leg) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "status", static_cast<uint32_t>(leg.status));
  define(object, "complete", sspi::isComplete(leg.status));
  define(object, "token", leg.token.empty() ? env.Undefined() : bufferOf(env, leg.token));
  define(object, "extra", leg.extra.empty() ? env.Undefined() : bufferOf(env, leg.extra));
  define(object, "flags", leg.flags);
  define(object, "expiry", numberOrUndefined(env, leg.expiry));
  define(object, "package", textOrUndefined(env, leg.package));
  return object;
}

sspi::Role roleOf(const Napi::Value& is_server) {
  return is_server.As<Napi::Boolean>().Value() ? sspi::Role::kServer : sspi::Role::kClient;
}

// (credentials, isServer, targetName?, flags, applicationData?)
Napi::Value createContext(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto* credentials = openedOf<const sspi::Credentials>(env, info[0]);
  if (!credentials) return env.Undefined();
  sspi::ContextRequest request;
  request.role = roleOf(info[1]);
  request.target_name = textOf(info[2]);
  request.flags = info[3].As<Napi::Number>().Uint32Value();
  if (!info[4].IsUndefined()) {
    request.channel_bindings = sspi::channelBindings(bytesInPlace(env, info[4]));
  }
  return expose(env, std::make_shared<sspi::Context>(*credentials, std::move(request)));
}

// (context, token, settle)
Napi::Value step(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  std::optional<std::vector<std::byte>> token;
  if (!info[1].IsUndefined()) token = copyOfBytes(env, info[1]);
  auto* context = contextForChange(env, info[0]);
  if (!context) return env.Undefined();
  return startAsyncWork(
      info[2],
      [lease = sspi::ContextLease(*context, sspi::ContextLease::Use::kStep),
       copy = std::move(token)] { return lease->step(copy); },
      legOf);
}

// (context, flags): what another process imports.
Napi::Value exportContext(const Napi::CallbackInfo& info) {
  const auto* context = contextForChange(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  auto exported = sspi::exportContext(**context, info[1].As<Napi::Number>().Uint32Value());
  if (!exported) return failureOf(info.Env(), exported.failure());
  return bufferOf(info.Env(), {exported->data(), exported->size()});
}

// (package, exported, isServer): { handle, package, flags?, expiry? }, as the package tells them.
Napi::Value importContext(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  auto package = sspi::querySecurityPackage(textOf(info[0]));
  if (!package) return failureOf(env, package.failure());
  auto handle = sspi::importContext(package->name, bytesInPlace(env, info[1]));
  if (!handle) return failureOf(env, handle.failure());
  const auto context =
      std::make_shared<sspi::Context>(roleOf(info[2]), std::move(*package), std::move(*handle));
  const auto flags = sspi::queryFlags(*context);
  const auto lifespan = sspi::queryLifespan(*context);
  Napi::Object object = Napi::Object::New(env);
  define(object, "package", Napi::String::New(env, context->negotiatedPackage()));
  define(object, "flags", flags ? Napi::Number::New(env, flags->flags) : env.Undefined());
  define(object, "expiry", lifespan ? numberOrUndefined(env, lifespan->expiry) : env.Undefined());
  define(object, "handle", expose(env, context));
  return object;
}

void closeContext(const Napi::CallbackInfo& info) {
  auto* holder = holderOf<sspi::Context>(info.Env(), info[0]);
  if (holder) holder->object.reset();
}

}  // namespace

void defineContext(Napi::Env env, Napi::Object exports) {
  define(exports, "createContext", Napi::Function::New(env, createContext));
  define(exports, "step", Napi::Function::New(env, step));
  define(exports, "exportContext", Napi::Function::New(env, exportContext));
  define(exports, "importContext", Napi::Function::New(env, importContext));
  define(exports, "closeContext", Napi::Function::New(env, closeContext));
}

}  // namespace winsspi
