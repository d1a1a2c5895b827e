#include "objects.h"

#include <map>
#include <mutex>
#include <set>

#include "access_tokens.h"
#include "certificates.h"
#include "handles.h"
#include "memory.h"

namespace provider {
namespace {

std::mutex mutex;
std::map<uint64_t, std::shared_ptr<Credentials>> all_credentials;
std::map<uint64_t, std::shared_ptr<Context>> all_contexts;
std::set<uint64_t> exported;
std::vector<std::string> errors;
uint64_t next = 1;
uint64_t first = 1;  // that counts

void addError(const char* function, const char* problem, uint64_t id) {
  if (id >= first || id == 0) {
    errors.push_back(std::string(function) + ": " + problem + " " + std::to_string(id));
  }
}

template <typename T>
std::shared_ptr<T> find(const std::map<uint64_t, std::shared_ptr<T>>& objects, uint64_t id,
                        const char* function, const char* problem) {
  const auto found = objects.find(id);
  if (found != objects.end()) return found->second;
  addError(function, problem, id);
  return nullptr;
}

template <typename T>
uint32_t count(const std::map<uint64_t, std::shared_ptr<T>>& objects) {
  return static_cast<uint32_t>(std::distance(objects.lower_bound(first), objects.end()));
}

}  // namespace

std::shared_ptr<Credentials> newCredentials(const Package& package) {
  const std::lock_guard lock(mutex);
  auto credentials = std::make_shared<Credentials>(Credentials{&package, next++});
  all_credentials[credentials->id] = credentials;
  return credentials;
}

std::shared_ptr<Context> newContext(const Credentials& credentials, bool is_server) {
  const std::lock_guard lock(mutex);
  auto context = std::make_shared<Context>();
  context->package = credentials.package;
  context->id = next++;
  context->credentials = credentials.id;
  context->is_server = is_server;
  all_contexts[context->id] = context;
  return context;
}

void renew(const std::shared_ptr<Context>& context) {
  const std::lock_guard lock(mutex);
  all_contexts.erase(context->id);
  context->id = next++;
  all_contexts[context->id] = context;
}

std::shared_ptr<Credentials> findCredentials(const SecHandle* handle, const char* function) {
  const std::lock_guard lock(mutex);
  return find(all_credentials, numberOf(handle), function, "no credentials with the handle");
}

std::shared_ptr<Context> findContext(const SecHandle* handle, const char* function) {
  const std::lock_guard lock(mutex);
  return find(all_contexts, numberOf(handle), function, "no context with the handle");
}

bool removeCredentials(const SecHandle* handle) {
  const std::lock_guard lock(mutex);
  const uint64_t id = numberOf(handle);
  for (const auto& [_, context] : all_contexts) {
    if (context->credentials != id) continue;
    addError("FreeCredentialsHandle", "a context still uses the credentials with the handle", id);
  }
  if (all_credentials.erase(id) > 0) return true;
  addError("FreeCredentialsHandle", "no credentials with the handle", id);
  return false;
}

bool removeContext(const SecHandle* handle) {
  const std::lock_guard lock(mutex);
  if (all_contexts.erase(numberOf(handle)) > 0) return true;
  if (exported.erase(numberOf(handle)) > 0) return true;
  addError("DeleteSecurityContext", "no context with the handle", numberOf(handle));
  return false;
}

void removeExported(const SecHandle* handle) {
  const std::lock_guard lock(mutex);
  if (all_contexts.erase(numberOf(handle)) > 0) exported.insert(numberOf(handle));
}

Counters counters() {
  const std::lock_guard lock(mutex);
  if (keptHandleWasClosed()) errors.push_back("the caller closed a handle of the package's");
  return {count(all_credentials), count(all_contexts),  buffersAlive(),
          tokensAlive(),          certificatesAlive(), errors};
}

void forgetObjects() {
  const std::lock_guard lock(mutex);
  first = next;
  errors.clear();
  forgetBuffers();
  forgetTokens();
  forgetCertificates();
}

}  // namespace provider
