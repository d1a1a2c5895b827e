// Values between JavaScript and native/sspi: copied, never shared, but for bytesInPlace and
// ownBytes.
#ifndef WINSSPI_CONVERT_H_
#define WINSSPI_CONVERT_H_

#include <napi.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sspi/context.h"
#include "sspi/secure_memory.h"
#include "sspi/status.h"

namespace winsspi {

// Of undefined: empty text.
std::u16string textOf(const Napi::Value& value);

// The length of the text is size() - 1: a terminating zero follows it.
sspi::SecureArray<char16_t> secretTextOf(const Napi::Value& value);

namespace detail {

// An empty array may have no memory of its own, and still is one.
inline std::span<std::byte> bytesAt(void* data, std::size_t length) {
  static std::byte nothing[1];
  return {data ? static_cast<std::byte*>(data) : nothing, data ? length : 0};
}

}  // namespace detail

// A view of a Uint8Array's own memory, which holds while no JavaScript runs. Of anything else: a
// view without memory.
std::span<std::byte> bytesInPlace(napi_env env, napi_value value);

// The memory of a Uint8Array that no other thread can have, or of null; nothing for other values, and
// for a detached one. A
// view without memory is that of null. Inline: every message asks twice.
inline std::optional<std::span<std::byte>> ownBytes(napi_env env, napi_value value) {
  napi_typedarray_type type;
  std::size_t length = 0;
  void* data = nullptr;
  napi_value memory = nullptr;
  if (napi_get_typedarray_info(env, value, &type, &length, &data, &memory, nullptr) == napi_ok) {
    // Shared memory is no ArrayBuffer.
    bool is_own = false;
    if (type != napi_uint8_array || napi_is_arraybuffer(env, memory, &is_own) != napi_ok) return {};
    // SSPI counts bytes in 32 bits: of a longer one it would see the beginning.
    if (!is_own || length > UINT32_MAX) return {};
    bool is_detached = false;
    if (length == 0 && napi_is_detached_arraybuffer(env, memory, &is_detached) != napi_ok) return {};
    if (is_detached) return {};
    return detail::bytesAt(data, length);
  }
  napi_valuetype kind;
  if (napi_typeof(env, value, &kind) != napi_ok || kind != napi_null) return {};
  return std::span<std::byte>();
}

std::vector<std::byte> copyOfBytes(napi_env env, napi_value value);

Napi::Value bufferOf(Napi::Env env, std::span<const std::byte> bytes);
Napi::Value textOrUndefined(Napi::Env env, const std::u16string& text);
Napi::Value numberOrUndefined(Napi::Env env, const std::optional<double>& number);

// Adds a property. Set() would run a setter that a caller has put on Object.prototype.
template <typename T>
void define(Napi::Object object, const char* name, const T& value) {
  object.DefineProperty(Napi::PropertyDescriptor::Value(
      name, Napi::Value::From(object.Env(), value), napi_default_jsproperty));
}

// Adds an element, which Set() would give to a setter on Array.prototype.
void defineElement(Napi::Array array, std::size_t index, const Napi::Value& value);

// { syscall, status, bufferOutsideMemory, missing? }: what a function returns in place of its
// result.
Napi::Value failureOf(Napi::Env env, const sspi::Failure& failure);

// The same, with { token? } for the peer.
Napi::Value failureOf(Napi::Env env, const sspi::FailedLeg& failed);

// Of a function without a result: undefined, or the failure.
Napi::Value outcomeOf(Napi::Env env, const sspi::Result<void>& result);

}  // namespace winsspi

#endif  // WINSSPI_CONVERT_H_
