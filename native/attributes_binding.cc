#include "bindings.h"

#include <utility>
#include <vector>

#include "context_access.h"
#include "convert.h"
#include "errors.h"
#include "sspi/attributes.h"
#include "sspi/channel_bindings.h"
#include "sspi/context.h"
#include "sspi/schannel.h"

namespace winsspi {
namespace {

Napi::Value valueOf(Napi::Env env, const sspi::Sizes& sizes) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "maxToken", sizes.max_token);
  define(object, "maxSignature", sizes.max_signature);
  define(object, "blockSize", sizes.block_size);
  define(object, "securityTrailer", sizes.security_trailer);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::StreamSizes& sizes) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "header", sizes.header);
  define(object, "trailer", sizes.trailer);
  define(object, "maximumMessage", sizes.maximum_message);
  define(object, "buffers", sizes.buffers);
  define(object, "blockSize", sizes.block_size);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::Names& names) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "userName", Napi::String::New(env, names.user));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::Lifespan& lifespan) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "start", numberOrUndefined(env, lifespan.start));
  define(object, "expiry", numberOrUndefined(env, lifespan.expiry));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::KeyInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "signatureAlgorithmName", Napi::String::New(env, info.signature_algorithm_name));
  define(object, "encryptAlgorithmName", Napi::String::New(env, info.encrypt_algorithm_name));
  define(object, "keySize", info.key_size);
  define(object, "signatureAlgorithm", info.signature_algorithm);
  define(object, "encryptAlgorithm", info.encrypt_algorithm);
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
  define(object, "package", packageOf(env, info.package));
  define(object, "state", info.state);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::NativeNames& names) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "clientName", Napi::String::New(env, names.client));
  define(object, "serverName", Napi::String::New(env, names.server));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::Flags& flags) {
  return Napi::Number::New(env, flags.flags);
}

Napi::Value valueOf(Napi::Env env, const sspi::DceInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "authorizationService", info.authorization_service);
  define(object, "name", textOrUndefined(env, info.name));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::Authority& authority) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "authorityName", Napi::String::New(env, authority.name));
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::PasswordExpiry& expiry) {
  return numberOrUndefined(env, expiry.expiry);
}

Napi::Value valueOf(Napi::Env env, const sspi::TargetInformation& info) {
  return bufferOf(env, info.marshalled);
}

Napi::Value valueOf(Napi::Env env, sspi::AccessTokenInfo& info) { return identityOf(env, info); }

// The application data of channel bindings.
Napi::Value valueOf(Napi::Env env, const std::vector<std::byte>& data) {
  return bufferOf(env, data);
}

Napi::Value valueOf(Napi::Env env, const sspi::ClientSpecifiedTarget& target) {
  return Napi::String::New(env, target.name);
}

Napi::Value valueOf(Napi::Env env, const sspi::LastClientTokenStatus& last) {
  return Napi::Number::New(env, last.status);
}

Napi::Value valueOf(Napi::Env env, const sspi::ApplicationProtocol& negotiated) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "status", negotiated.status);
  define(object, "extension", negotiated.extension);
  // Bytes, of which every value is a character.
  const std::string& protocol = negotiated.protocol;
  napi_value characters = nullptr;
  napi_create_string_latin1(env, protocol.data(), protocol.size(), &characters);
  define(object, "protocol", characters);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::RemoteCertificate& certificate) {
  return bufferOf(env, certificate.der);
}

Napi::Value valueOf(Napi::Env env, const sspi::ConnectionInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "protocol", info.protocol);
  define(object, "cipherAlgorithm", info.cipher_algorithm);
  define(object, "cipherStrength", info.cipher_strength);
  define(object, "hashAlgorithm", info.hash_algorithm);
  define(object, "hashStrength", info.hash_strength);
  define(object, "exchangeAlgorithm", info.exchange_algorithm);
  define(object, "exchangeStrength", info.exchange_strength);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::CipherInfo& info) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "protocol", info.protocol);
  define(object, "cipherSuite", info.cipher_suite);
  define(object, "baseCipherSuite", info.base_cipher_suite);
  define(object, "cipherSuiteName", Napi::String::New(env, info.cipher_suite_name));
  define(object, "cipherName", Napi::String::New(env, info.cipher_name));
  define(object, "cipherLength", info.cipher_length);
  define(object, "cipherBlockLength", info.cipher_block_length);
  define(object, "hashName", Napi::String::New(env, info.hash_name));
  define(object, "hashLength", info.hash_length);
  define(object, "exchangeName", Napi::String::New(env, info.exchange_name));
  define(object, "minimumExchangeLength", info.minimum_exchange_length);
  define(object, "maximumExchangeLength", info.maximum_exchange_length);
  define(object, "certificateName", Napi::String::New(env, info.certificate_name));
  define(object, "keyType", info.key_type);
  return object;
}

Napi::Value valueOf(Napi::Env env, const sspi::KeyingMaterial& keying) {
  return bufferOf(env, {keying.material.data(), keying.material.size()});
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
    {SECPKG_ATTR_DCE_INFO, answer<sspi::queryDceInfo>},
    {SECPKG_ATTR_AUTHORITY, answer<sspi::queryAuthority>},
    {SECPKG_ATTR_PASSWORD_EXPIRY, answer<sspi::queryPasswordExpiry>},
    {SECPKG_ATTR_TARGET_INFORMATION, answer<sspi::queryTargetInformation>},
    {SECPKG_ATTR_ACCESS_TOKEN, answer<sspi::queryAccessToken>},
    {SECPKG_ATTR_UNIQUE_BINDINGS, answer<sspi::queryUniqueBindings>},
    {SECPKG_ATTR_ENDPOINT_BINDINGS, answer<sspi::queryEndpointBindings>},
    {SECPKG_ATTR_CLIENT_SPECIFIED_TARGET, answer<sspi::queryClientSpecifiedTarget>},
    {SECPKG_ATTR_LAST_CLIENT_TOKEN_STATUS, answer<sspi::queryLastClientTokenStatus>},
    {SECPKG_ATTR_APPLICATION_PROTOCOL, answer<sspi::queryApplicationProtocol>},
    {sspi::kRemoteCertContext, answer<sspi::queryRemoteCertContext>},
    {sspi::kConnectionInfo, answer<sspi::queryConnectionInfo>},
    {sspi::kCipherInfo, answer<sspi::queryCipherInfo>},
    {sspi::kKeyingMaterial, answer<sspi::queryKeyingMaterial>},
};

// (context, SECPKG_ATTR_*)
Napi::Value queryAttribute(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto* context = contextForQuery(env, info[0]);
  if (!context) return env.Undefined();
  const uint32_t number = info[1].As<Napi::Number>().Uint32Value();
  for (const Attribute& attribute : kAttributes) {
    if (attribute.number == number) return attribute.answer(env, **context);
  }
  throwError(env, "ERR_INVALID_ARG_VALUE",
             {Napi::String::New(env, "attribute"),
              Napi::String::New(env, "is none that the addon queries")});
  return env.Undefined();
}

// (context, { label, context?, length })
Napi::Value setKeyingMaterialInfo(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  if (!contextForChange(env, info[0])) return env.Undefined();
  const Napi::Object request = info[1].As<Napi::Object>();
  sspi::KeyingMaterialInfo value = {request.Get("label").As<Napi::String>().Utf8Value(),
                                    copyOfBytes(env, request.Get("context")),
                                    request.Get("length").As<Napi::Number>().Uint32Value()};
  // Once more: a property can be the caller's code.
  const auto* context = contextForChange(env, info[0]);
  if (!context) return env.Undefined();
  return outcomeOf(env, sspi::setKeyingMaterialInfo(**context, std::move(value)));
}

// (context, data)
Napi::Value setApplicationData(const Napi::CallbackInfo& info) {
  const auto* context = contextForChange(info.Env(), info[0]);
  if (!context) return info.Env().Undefined();
  return outcomeOf(info.Env(),
                   sspi::setApplicationData(**context, bytesInPlace(info.Env(), info[1])));
}

}  // namespace

void defineAttributes(Napi::Env env, Napi::Object exports) {
  define(exports, "queryAttribute", Napi::Function::New(env, queryAttribute));
  define(exports, "setKeyingMaterialInfo", Napi::Function::New(env, setKeyingMaterialInfo));
  define(exports, "setApplicationData", Napi::Function::New(env, setApplicationData));
}

}  // namespace winsspi
