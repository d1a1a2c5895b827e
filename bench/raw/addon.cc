// Raw SSPI for the benchmark: credentials and contexts by their numbers, and loops that time
// themselves.
#include <napi.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "calls.h"
#include "clock.h"
#include "memory.h"
#include "messages.h"

namespace {

// Of the process: a case has one environment.
std::vector<std::unique_ptr<bench::Messages>>& opened() {
  static std::vector<std::unique_ptr<bench::Messages>> messages;
  return messages;
}

std::u16string text(Napi::Object object, const char* name) {
  return object.Get(name).As<Napi::String>().Utf16Value();
}

// { client, server, target, identity?: { user, domain, password } }
bench::Logon logonOf(Napi::Object options) {
  bench::Logon logon = {text(options, "client"), text(options, "server"), std::nullopt,
                        text(options, "target")};
  const Napi::Value identity = options.Get("identity");
  if (identity.IsObject()) {
    const auto object = identity.As<Napi::Object>();
    logon.identity = {text(object, "user"), text(object, "domain"), text(object, "password")};
  }
  return logon;
}

Napi::Value fail(Napi::Env env, const char* what, SECURITY_STATUS status) {
  char message[100];
  const auto bits = static_cast<unsigned long>(status);
  std::snprintf(message, sizeof(message), "%s: 0x%08lx", what, bits);
  Napi::Error::New(env, message).ThrowAsJavaScriptException();
  return env.Undefined();
}

// The credentials of both ends of a logon.
struct Ends {
  bench::Logon logon;
  bench::Credentials outbound;
  bench::Credentials inbound;

  SECURITY_STATUS acquire() {
    const SECURITY_STATUS status = outbound.acquire(logon, SECPKG_CRED_OUTBOUND);
    return status == SEC_E_OK ? inbound.acquire(logon, SECPKG_CRED_INBOUND) : status;
  }
};

std::vector<std::unique_ptr<Ends>>& acquired() {
  static std::vector<std::unique_ptr<Ends>> ends;
  return ends;
}

uint32_t number(const Napi::CallbackInfo& info, std::size_t index) {
  return info[index].As<Napi::Number>().Uint32Value();
}

Ends& endsOf(const Napi::CallbackInfo& info) { return *acquired()[number(info, 0)]; }

// (logon): the number of credentials.
Napi::Value acquire(const Napi::CallbackInfo& info) {
  auto ends = std::make_unique<Ends>();
  ends->logon = logonOf(info[0].As<Napi::Object>());
  const SECURITY_STATUS status = ends->acquire();
  if (status != SEC_E_OK) return fail(info.Env(), "acquire", status);
  acquired().push_back(std::move(ends));
  return Napi::Number::New(info.Env(), static_cast<double>(acquired().size() - 1));
}

// (credentials, stream): the number of a pair for messages.
Napi::Value open(const Napi::CallbackInfo& info) {
  auto messages = std::make_unique<bench::Messages>();
  Ends& ends = endsOf(info);
  const bool stream = info[1].As<Napi::Boolean>().Value();
  const auto status = messages->open(ends.outbound, ends.inbound, ends.logon, stream);
  if (status != SEC_E_OK) return fail(info.Env(), "open", status);
  opened().push_back(std::move(messages));
  return Napi::Number::New(info.Env(), static_cast<double>(opened().size() - 1));
}

// (credentials, count, keep): nanoseconds of so many handshakes of both ends. With `keep` the
// contexts stay.
Napi::Value handshakes(const Napi::CallbackInfo& info) {
  static std::vector<std::unique_ptr<bench::Pair>> kept;
  Ends& ends = endsOf(info);
  const uint32_t count = number(info, 1);
  const bool keep = info[2].ToBoolean().Value();
  const bench::Clock clock;
  for (uint32_t i = 0; i < count; i++) {
    auto pair = std::make_unique<bench::Pair>();
    const auto status = pair->handshake(ends.outbound, ends.inbound, ends.logon);
    if (status != SEC_E_OK) return fail(info.Env(), "handshake", status);
    if (keep) kept.push_back(std::move(pair));
  }
  return Napi::Number::New(info.Env(), clock.elapsed());
}

// (credentials, count): nanoseconds of so many handshakes of both ends, each with credentials of its
// own to the same names.
Napi::Value logons(const Napi::CallbackInfo& info) {
  Ends& known = endsOf(info);
  const uint32_t count = number(info, 1);
  const bench::Clock clock;
  for (uint32_t i = 0; i < count; i++) {
    Ends ends;
    ends.logon = known.logon;
    SECURITY_STATUS status = ends.acquire();
    if (status != SEC_E_OK) return fail(info.Env(), "acquire", status);
    bench::Pair pair;
    status = pair.handshake(ends.outbound, ends.inbound, ends.logon);
    if (status != SEC_E_OK) return fail(info.Env(), "handshake", status);
  }
  return Napi::Number::New(info.Env(), clock.elapsed());
}

bench::Messages& messagesOf(const Napi::CallbackInfo& info) {
  return *opened()[number(info, 0)];
}

Napi::Value nanosecondsOf(const Napi::CallbackInfo& info, const bench::Outcome& outcome) {
  if (outcome.status != SEC_E_OK) return fail(info.Env(), "message", outcome.status);
  return Napi::Number::New(info.Env(), outcome.nanoseconds);
}

// (pair, length, count): the nanoseconds of a loop.
template <bench::Outcome (bench::Messages::*function)(std::size_t, std::size_t)>
Napi::Value loop(const Napi::CallbackInfo& info) {
  return nanosecondsOf(info, (messagesOf(info).*function)(number(info, 1), number(info, 2)));
}

// (pair): the same over what was prepared.
template <bench::Outcome (bench::Messages::*function)()>
Napi::Value loopOverPrepared(const Napi::CallbackInfo& info) {
  return nanosecondsOf(info, (messagesOf(info).*function)());
}

// (pair, length, count)
template <SECURITY_STATUS (bench::Messages::*function)(std::size_t, std::size_t)>
Napi::Value prepare(const Napi::CallbackInfo& info) {
  const auto status = (messagesOf(info).*function)(number(info, 1), number(info, 2));
  return status == SEC_E_OK ? info.Env().Undefined() : fail(info.Env(), "prepare", status);
}

Napi::Value heapBytes(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(bench::heapBytes()));
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  using bench::Messages;
  exports.Set("acquire", Napi::Function::New(env, acquire));
  exports.Set("open", Napi::Function::New(env, open));
  exports.Set("handshakes", Napi::Function::New(env, handshakes));
  exports.Set("logons", Napi::Function::New(env, logons));
  exports.Set("encrypt", Napi::Function::New(env, loop<&Messages::encrypt>));
  exports.Set("seal", Napi::Function::New(env, prepare<&Messages::seal>));
  exports.Set("decrypt", Napi::Function::New(env, loopOverPrepared<&Messages::decrypt>));
  exports.Set("makeSignature", Napi::Function::New(env, loop<&Messages::makeSignature>));
  exports.Set("sign", Napi::Function::New(env, prepare<&Messages::sign>));
  exports.Set("verifySignature",
              Napi::Function::New(env, loopOverPrepared<&Messages::verifySignature>));
  exports.Set("heapBytes", Napi::Function::New(env, heapBytes));
  bench::defineCalls(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(winsspi_bench, initialize)
