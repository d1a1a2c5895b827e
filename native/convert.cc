#include "convert.h"

#include <string>

namespace winsspi {

std::u16string textOf(const Napi::Value& value) {
  return value.IsString() ? value.As<Napi::String>().Utf16Value() : std::u16string();
}

sspi::SecureArray<char16_t> secretTextOf(const Napi::Value& value) {
  std::size_t length = 0;
  napi_get_value_string_utf16(value.Env(), value, nullptr, 0, &length);
  sspi::SecureArray<char16_t> text(length + 1);
  napi_get_value_string_utf16(value.Env(), value, text.data(), text.size(), &length);
  return text;
}

std::span<std::byte> bytesInPlace(napi_env env, napi_value value) {
  napi_typedarray_type type;
  std::size_t length = 0;
  void* data = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, nullptr, nullptr) != napi_ok ||
      type != napi_uint8_array) {
    return {};
  }
  return detail::bytesAt(data, length);
}

std::vector<std::byte> copyOfBytes(napi_env env, napi_value value) {
  const std::span<std::byte> bytes = bytesInPlace(env, value);
  return {bytes.begin(), bytes.end()};
}

Napi::Value bufferOf(Napi::Env env, std::span<const std::byte> bytes) {
  return Napi::Buffer<std::byte>::Copy(env, bytes.data(), bytes.size());
}

Napi::Value outcomeOf(Napi::Env env, const sspi::Result<void>& result) {
  return result ? env.Undefined() : failureOf(env, result.failure());
}

Napi::Value textOrUndefined(Napi::Env env, const std::u16string& text) {
  return text.empty() ? env.Undefined() : Napi::String::New(env, text);
}

Napi::Value numberOrUndefined(Napi::Env env, const std::optional<double>& number) {
  return number ? Napi::Number::New(env, *number) : env.Undefined();
}

void defineElement(Napi::Array array, std::size_t index, const Napi::Value& value) {
  const Napi::Env env = array.Env();
  const Napi::Name name = Napi::String::New(env, std::to_string(index));
  array.DefineProperty(Napi::PropertyDescriptor::Value(name, value, napi_default_jsproperty));
}

Napi::Value failureOf(Napi::Env env, const sspi::Failure& failure) {
  Napi::Object object = Napi::Object::New(env);
  define(object, "syscall", failure.function);
  define(object, "status", static_cast<uint32_t>(failure.status));
  define(object, "bufferOutsideMemory", failure.buffer_outside_memory);
  if (failure.missing > 0) define(object, "missing", failure.missing);
  return object;
}

Napi::Value failureOf(Napi::Env env, const sspi::FailedLeg& failed) {
  const sspi::Failure& failure = failed;
  const Napi::Value object = failureOf(env, failure);
  if (!failed.token.empty()) {
    define(object.As<Napi::Object>(), "token", bufferOf(env, failed.token));
  }
  return object;
}

}  // namespace winsspi
