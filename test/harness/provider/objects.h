// Credentials, contexts and memory that are alive, and what was done to those that are not.
#ifndef WINSSPI_PROVIDER_OBJECTS_H_
#define WINSSPI_PROVIDER_OBJECTS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cipher.h"
#include "packages.h"
#include "sspi.h"

namespace provider {

struct Credentials {
  const Package* package;
  uint64_t id;
  bool without_ntlm = false;
};

// Why a complete context may take one more step.
enum class NextStep { kNone, kClose, kToken, kRecord };

struct Context {
  const Package* package;
  uint64_t id;
  uint64_t credentials;
  bool is_server;
  Key key = {};
  uint32_t flags = 0;   // that were granted: ISC_RET_* or ASC_RET_*
  uint32_t tokens = 0;  // how many were made or taken
  bool complete = false;
  bool failed = false;              // at a leg after the first
  bool dce_style = false;           // the client asked for it
  const Package* chosen = nullptr;  // by TestNegotiate
  bool framed = false;              // TestNegotiate's tokens are SPNEGO's
  bool without_ntlm = false;
  NextStep next_step = NextStep::kNone;
  uint64_t sent = 0;
  uint64_t received = 0;

  // The package whose tokens and messages these are.
  const Package& mechanism() const { return chosen ? *chosen : *package; }
  Position sending() const { return {is_server, sent}; }
  Position receiving(uint64_t sequence) const { return {!is_server, sequence}; }
};

std::shared_ptr<Credentials> newCredentials(const Package& package);
std::shared_ptr<Context> newContext(const Credentials& credentials, bool is_server);
// Gives the context another handle, as some packages do at each leg; the old one is dead.
void renew(const std::shared_ptr<Context>& context);

// Null, and an error is on record, where nothing alive has the handle.
std::shared_ptr<Credentials> findCredentials(const SecHandle* handle, const char* function);
std::shared_ptr<Context> findContext(const SecHandle* handle, const char* function);
bool removeCredentials(const SecHandle* handle);
bool removeContext(const SecHandle* handle);
// The same, and one removeContext() may still follow.
void removeExported(const SecHandle* handle);

struct Counters {
  uint32_t credentials;
  uint32_t contexts;
  uint32_t buffers;
  uint32_t tokens;
  uint32_t certificates;
  std::vector<std::string> errors;
};
Counters counters();

// From here on, what is alive now no longer counts, nor do errors with it.
void forgetObjects();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_OBJECTS_H_
