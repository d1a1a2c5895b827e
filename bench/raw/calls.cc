#include "calls.h"

#include <cstddef>
#include <cstdint>

namespace bench {
namespace {

constexpr std::size_t kMostArguments = 8;
constexpr napi_type_tag kTag = {0x6a09e667f3bcc908, 0xbb67ae8584caa73b};

struct Arguments {
  Arguments(napi_env env, napi_callback_info info) : environment(env) {
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
    if (count > kMostArguments) count = kMostArguments;
  }
  napi_env environment;
  std::size_t count = kMostArguments;
  napi_value values[kMostArguments];
};

// Nothing: what a call costs.
napi_value call(napi_env, napi_callback_info) { return nullptr; }

napi_value readArguments(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  return nullptr;
}

napi_value readNumbers(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  for (std::size_t i = 0; i < arguments.count; i++) {
    uint32_t number = 0;
    napi_get_value_uint32(env, arguments.values[i], &number);
  }
  return nullptr;
}

napi_value giveNumber(napi_env env, napi_callback_info) {
  napi_value number = nullptr;
  napi_create_uint32(env, 80, &number);
  return number;
}

napi_value readTypedArrays(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  for (std::size_t i = 0; i < arguments.count; i++) {
    napi_typedarray_type type;
    std::size_t length = 0;
    void* data = nullptr;
    napi_get_typedarray_info(env, arguments.values[i], &type, &length, &data, nullptr, nullptr);
  }
  return nullptr;
}

napi_value readBuffers(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  for (std::size_t i = 0; i < arguments.count; i++) {
    std::size_t length = 0;
    void* data = nullptr;
    napi_get_buffer_info(env, arguments.values[i], &data, &length);
  }
  return nullptr;
}

napi_value checkTypedArrays(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  for (std::size_t i = 0; i < arguments.count; i++) {
    bool is_typed_array = false;
    napi_is_typedarray(env, arguments.values[i], &is_typed_array);
  }
  return nullptr;
}

napi_value checkTags(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  for (std::size_t i = 0; i < arguments.count; i++) {
    bool is_tagged = false;
    napi_check_object_type_tag(env, arguments.values[i], &kTag, &is_tagged);
  }
  return nullptr;
}

napi_value unwrapObjects(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  for (std::size_t i = 0; i < arguments.count; i++) {
    void* data = nullptr;
    napi_unwrap(env, arguments.values[i], &data);
  }
  return nullptr;
}

napi_value readExternals(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info);
  for (std::size_t i = 0; i < arguments.count; i++) {
    void* data = nullptr;
    napi_get_value_external(env, arguments.values[i], &data);
  }
  return nullptr;
}

napi_value giveObject(napi_env env, napi_callback_info) {
  napi_value object = nullptr;
  napi_create_object(env, &object);
  return object;
}

napi_value giveBuffer(napi_env env, napi_callback_info) {
  napi_value buffer = nullptr;
  napi_create_buffer(env, 144, nullptr, &buffer);
  return buffer;
}

napi_value giveInstanceData(napi_env env, napi_callback_info) {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return nullptr;
}

// Not one of the above: an object for checkTags and unwrapObjects.
napi_value makeWrapped(napi_env env, napi_callback_info) {
  static int nothing = 0;
  napi_value object = nullptr;
  napi_create_object(env, &object);
  napi_type_tag_object(env, object, &kTag);
  napi_wrap(env, object, &nothing, nullptr, nullptr, nullptr);
  return object;
}

napi_value makeExternal(napi_env env, napi_callback_info) {
  static int nothing = 0;
  napi_value external = nullptr;
  napi_create_external(env, &nothing, nullptr, nullptr, &external);
  return external;
}

constexpr struct {
  const char* name;
  napi_callback function;
} kFunctions[] = {
    {"call", call},
    {"readArguments", readArguments},
    {"readNumbers", readNumbers},
    {"giveNumber", giveNumber},
    {"readTypedArrays", readTypedArrays},
    {"readBuffers", readBuffers},
    {"checkTypedArrays", checkTypedArrays},
    {"checkTags", checkTags},
    {"unwrapObjects", unwrapObjects},
    {"readExternals", readExternals},
    {"giveObject", giveObject},
    {"giveBuffer", giveBuffer},
    {"giveInstanceData", giveInstanceData},
    {"makeWrapped", makeWrapped},
    {"makeExternal", makeExternal},
};

}  // namespace

void defineCalls(napi_env env, napi_value exports) {
  for (const auto& [name, function] : kFunctions) {
    napi_value value = nullptr;
    napi_create_function(env, name, NAPI_AUTO_LENGTH, function, nullptr, &value);
    napi_set_named_property(env, exports, name, value);
  }
}

}  // namespace bench
