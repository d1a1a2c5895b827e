// The provider as a Node addon: the tests' way to the script and to what happened. The types are in
// test/harness/support/provider.ts.
#include <napi.h>

#include "access_tokens.h"
#include "calls.h"
#include "clients.h"
#include "failing_threads.h"
#include "impersonation.h"
#include "lsa.h"
#include "memory.h"
#include "objects.h"
#include "script.h"
#include "search.h"
#include "threads.h"

namespace {

std::string text(const Napi::CallbackInfo& info, std::size_t index) {
  return info[index].As<Napi::String>().Utf8Value();
}

uint32_t number(const Napi::CallbackInfo& info, std::size_t index) {
  return info[index].As<Napi::Number>().Uint32Value();
}

void reset(const Napi::CallbackInfo&) {
  provider::clearScript();
  provider::clearCalls();
  provider::forgetObjects();
}

void fail(const Napi::CallbackInfo& info) {
  provider::fail(text(info, 0), static_cast<SECURITY_STATUS>(number(info, 1)));
}

void delay(const Napi::CallbackInfo& info) { provider::delay(text(info, 0), number(info, 1)); }
void hold(const Napi::CallbackInfo& info) { provider::hold(text(info, 0)); }
void release(const Napi::CallbackInfo& info) { provider::release(text(info, 0)); }
void behave(const Napi::CallbackInfo& info) {
  if (text(info, 0) == "client") provider::installClients();
  if (text(info, 0) == "lsa") provider::installLsa();
  provider::behave(text(info, 0), number(info, 1));
}

Napi::Value bytesOf(Napi::Env env, const provider::Bytes& bytes) {
  return Napi::Buffer<unsigned char>::Copy(env, bytes.data(), bytes.size());
}

Napi::Value bufferOf(Napi::Env env, const provider::RecordedBuffer& buffer) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("type", buffer.type);
  object.Set("length", buffer.length);
  object.Set("bytes", bytesOf(env, buffer.bytes));
  return object;
}

Napi::Value callOf(Napi::Env env, const provider::RecordedCall& call) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("function", call.function);
  object.Set("thread", call.thread);
  object.Set("impersonating", call.impersonating);
  object.Set("handle", static_cast<double>(call.handle));
  if (call.status) object.Set("status", static_cast<uint32_t>(*call.status));
  for (const auto& [name, value] : call.details) {
    if (const auto* amount = std::get_if<double>(&value)) object.Set(name, *amount);
    if (const auto* words = std::get_if<std::u16string>(&value)) {
      object.Set(name, Napi::String::New(env, *words));
    }
    if (const auto* bytes = std::get_if<provider::Bytes>(&value)) {
      object.Set(name, bytesOf(env, *bytes));
    }
  }
  Napi::Array buffers = Napi::Array::New(env);
  for (const provider::RecordedBuffer& buffer : call.buffers) {
    buffers.Set(buffers.Length(), bufferOf(env, buffer));
  }
  object.Set("buffers", buffers);
  return object;
}

Napi::Value calls(const Napi::CallbackInfo& info) {
  Napi::Array array = Napi::Array::New(info.Env());
  for (const provider::RecordedCall& call : provider::recordedCalls()) {
    array.Set(array.Length(), callOf(info.Env(), call));
  }
  return array;
}

void forgetCalls(const Napi::CallbackInfo&) { provider::clearCalls(); }

Napi::Value counters(const Napi::CallbackInfo& info) {
  const provider::Counters counters = provider::counters();
  Napi::Object object = Napi::Object::New(info.Env());
  object.Set("credentials", counters.credentials);
  object.Set("contexts", counters.contexts);
  object.Set("buffers", counters.buffers);
  object.Set("tokens", counters.tokens);
  object.Set("certificates", counters.certificates);
  Napi::Array errors = Napi::Array::New(info.Env());
  for (const std::string& error : counters.errors) errors.Set(errors.Length(), error);
  object.Set("errors", errors);
  return object;
}

void leak(const Napi::CallbackInfo&) { provider::allocateBuffer(1); }

// (masked)
Napi::Value copies(const Napi::CallbackInfo& info) {
  const auto masked = info[0].As<Napi::Uint8Array>();
  const std::span<const unsigned char> bytes(masked.Data(), masked.ByteLength());
  return Napi::Number::New(info.Env(), provider::copiesInMemory(bytes));
}

Napi::Value thread(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), GetCurrentThreadId());
}

Napi::Value threads(const Napi::CallbackInfo& info) {
  Napi::Array array = Napi::Array::New(info.Env());
  for (const uint32_t number : provider::threadsOfProcess()) array.Set(array.Length(), number);
  return array;
}

// (count)
void failThreads(const Napi::CallbackInfo& info) {
  if (provider::failThreads(L"node.napi.node", number(info, 0))) return;
  Napi::Error::New(info.Env(), "The addon does not import CreateThread.")
      .ThrowAsJavaScriptException();
}

Napi::Value impersonating(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), provider::isImpersonating());
}

Napi::Value threadToken(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(provider::threadTokenNumber()));
}

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("reset", Napi::Function::New(env, reset));
  exports.Set("fail", Napi::Function::New(env, fail));
  exports.Set("delay", Napi::Function::New(env, delay));
  exports.Set("hold", Napi::Function::New(env, hold));
  exports.Set("release", Napi::Function::New(env, release));
  exports.Set("behave", Napi::Function::New(env, behave));
  exports.Set("calls", Napi::Function::New(env, calls));
  exports.Set("failThreads", Napi::Function::New(env, failThreads));
  exports.Set("forgetCalls", Napi::Function::New(env, forgetCalls));
  exports.Set("counters", Napi::Function::New(env, counters));
  exports.Set("copies", Napi::Function::New(env, copies));
  exports.Set("impersonating", Napi::Function::New(env, impersonating));
  exports.Set("leak", Napi::Function::New(env, leak));
  exports.Set("thread", Napi::Function::New(env, thread));
  exports.Set("threadToken", Napi::Function::New(env, threadToken));
  exports.Set("threads", Napi::Function::New(env, threads));
  return exports;
}

}  // namespace

NODE_API_MODULE(winsspi_provider, initialize)
