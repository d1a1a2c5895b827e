#include "attributes_wrap.h"

#include "convert.h"
#include "packages_wrap.h"
#include "sspi/attributes.h"
#include "sspi/context.h"
#include "wrapped.h"

namespace winsspi {
namespace {

Napi::Value valueOf(Napi::Env env, const sspi::Sizes& sizes) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("maxToken", sizes.max_token);
  object.Set("maxSignature", sizes.max_signature);
  object.Set("blockSize", sizes.block_size);
  object.Set("securityTrailer", sizes.security_trailer);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::StreamSizes& sizes) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("header", sizes.header);
  object.Set("trailer", sizes.trailer);
  object.Set("maximumMessage", sizes.maximum_message);
  object.Set("buffers", sizes.buffers);
  object.Set("blockSize", sizes.block_size);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::Names& names) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("userName", Napi::String::New(env, names.user));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::Lifespan& lifespan) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("start", numberOrUndefined(env, lifespan.start));
  object.Set("expiry", numberOrUndefined(env, lifespan.expiry));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::KeyInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("signatureAlgorithmName", Napi::String::New(env, info.signature_algorithm_name));
  object.Set("encryptAlgorithmName", Napi::String::New(env, info.encrypt_algorithm_name));
  object.Set("keySize", info.key_size);
  object.Set("signatureAlgorithm", info.signature_algorithm);
  object.Set("encryptAlgorithm", info.encrypt_algorithm);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::SessionKey& session) {
  return bufferOf(env, {session.key.data(), session.key.size()});
}

Napi::Value valueOf(Napi::Env env, const sspi::PackageInfo& package) {
  return packageOf(env, package);
}

Napi::Value valueOf(Napi::Env env, const sspi::NegotiationInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("package", packageOf(env, info.package));
  object.Set("state", info.state);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::NativeNames& names) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("clientName", Napi::String::New(env, names.client));
  object.Set("serverName", Napi::String::New(env, names.server));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::Flags& flags) {
  return Napi::Number::New(env, flags.flags);
}

template <auto query>
Napi::Value answer(Napi::Env env, const sspi::Context& context) {
  auto result = query(context);
  return result ? valueOf(env, *result) : failureOf(env, result.failure());
}

struct Attribute {
  uint32_t number;
  Napi::Value (*answer)(Napi::Env, const sspi::Context&);
};

constexpr Attribute kAttributes[] = {
    {SECPKG_ATTR_SIZES, answer<sspi::querySizes>},
    {SECPKG_ATTR_NAMES, answer<sspi::queryNames>},
    {SECPKG_ATTR_LIFESPAN, answer<sspi::queryLifespan>},
    {SECPKG_ATTR_STREAM_SIZES, answer<sspi::queryStreamSizes>},
    {SECPKG_ATTR_KEY_INFO, answer<sspi::queryKeyInfo>},
    {SECPKG_ATTR_SESSION_KEY, answer<sspi::querySessionKey>},
    {SECPKG_ATTR_PACKAGE_INFO, answer<sspi::queryPackageInfo>},
    {SECPKG_ATTR_NEGOTIATION_INFO, answer<sspi::queryNegotiationInfo>},
    {SECPKG_ATTR_NATIVE_NAMES, answer<sspi::queryNativeNames>},
    {SECPKG_ATTR_FLAGS, answer<sspi::queryFlags>},
};

// (context, SECPKG_ATTR_*)
Napi::Value queryAttribute(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto* context = openHolderOf<sspi::Context>(env, info[0]);
  if (!context) return env.Undefined();
  const uint32_t number = info[1].As<Napi::Number>().Uint32Value();
  for (const Attribute& attribute : kAttributes) {
    if (attribute.number == number) return attribute.answer(env, **context);
  }
  Napi::RangeError::New(env, "no such attribute").ThrowAsJavaScriptException();
  return env.Undefined();
}

}  // namespace

void defineAttributes(Napi::Env env, Napi::Object exports) {
  exports.Set("queryAttribute", Napi::Function::New(env, queryAttribute));
}

}  // namespace winsspi
