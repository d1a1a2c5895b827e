#include <array>
#include <atomic>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "account.h"
#include "check.h"
#include "sspi/attributes.h"
#include "sspi/context.h"
#include "sspi/context_lease.h"
#include "sspi/credentials.h"
#include "sspi/message.h"
#include "threads/lock.h"

namespace {

using Bytes = std::vector<std::byte>;

constexpr sspi::TrailerSizes kSizes = {16, 0};  // of NTLM
constexpr int kMessages = 300;

std::shared_ptr<const sspi::Credentials> acquire(const std::u16string& package, uint32_t use) {
  sspi::CredentialsRequest request = {package, use, {}, std::nullopt, {}};
  if (use == SECPKG_CRED_OUTBOUND) {
    sspi::SecureArray<char16_t> password(std::size(account::kPassword));
    std::memcpy(password.data(), account::kPassword, sizeof account::kPassword);
    request.identity.emplace(
        sspi::Identity{account::kUser, account::kDomain, std::move(password)});
  }
  auto credentials = sspi::Credentials::acquire(request);
  CHECK(bool(credentials));
  return std::make_shared<const sspi::Credentials>(std::move(*credentials));
}

struct Pair {
  std::shared_ptr<sspi::Context> client;
  std::shared_ptr<sspi::Context> server;
};

Pair meet(const std::shared_ptr<const sspi::Credentials>& outbound,
          const std::shared_ptr<const sspi::Credentials>& inbound) {
  constexpr uint32_t kFlags = ISC_REQ_CONFIDENTIALITY | ISC_REQ_REPLAY_DETECT;
  Pair pair = {
      std::make_shared<sspi::Context>(
          outbound, sspi::ContextRequest{sspi::Role::kClient, kFlags, u"HTTP/localhost", {}}),
      std::make_shared<sspi::Context>(
          inbound, sspi::ContextRequest{sspi::Role::kServer, kFlags, {}, {}}),
  };
  auto negotiate = pair.client->step(std::nullopt);
  CHECK(bool(negotiate));
  auto challenge = pair.server->step(negotiate->token);
  CHECK(bool(challenge));
  auto authenticate = pair.client->step(challenge->token);
  CHECK(bool(authenticate));
  auto end = pair.server->step(authenticate->token);
  CHECK(bool(end) && sspi::isComplete(end->status));
  return pair;
}

Pair meet(const std::u16string& package) {
  return meet(acquire(package, SECPKG_CRED_OUTBOUND), acquire(package, SECPKG_CRED_INBOUND));
}

Bytes sealed(const sspi::Context& context, int number) {
  Bytes target(kSizes.token + sizeof number);
  Bytes message(sizeof number);
  std::memcpy(message.data(), &number, sizeof number);
  const auto length = sspi::wrapMessage(context, 0, target, message, kSizes);
  CHECK(length && *length == target.size());
  return target;
}

int opened(const sspi::Context& context, Bytes& memory) {
  const auto result = sspi::unwrapMessage(context, memory, kSizes.token);
  int number = -1;
  CHECK(result && result->length == sizeof number);
  std::memcpy(&number, memory.data() + result->offset, sizeof number);
  return number;
}

// What one thread seals and another opens.
class Wire {
 public:
  void put(Bytes bytes) {
    const threads::Lock::Holder holder(lock_);
    messages_.push_back(std::move(bytes));
    condition_.wake();
  }
  Bytes take() {
    threads::Lock::Holder holder(lock_);
    while (messages_.empty()) condition_.waitFor(holder, 1000);
    Bytes bytes = std::move(messages_.front());
    messages_.pop_front();
    return bytes;
  }

 private:
  threads::Lock lock_;
  threads::Condition condition_;
  std::deque<Bytes> messages_;
};

void bothDirections(const std::u16string& package, const char* name) {
  const Pair pair = meet(package);
  Wire up;
  Wire down;
  const auto seal = [](const sspi::Context& context, Wire& wire) {
    for (int i = 0; i < kMessages; i++) wire.put(sealed(context, i));
  };
  const auto open = [](const sspi::Context& context, Wire& wire) {
    for (int i = 0; i < kMessages; i++) {
      Bytes bytes = wire.take();
      CHECK(opened(context, bytes) == i);
    }
  };
  const sspi::ContextLease client(pair.client);
  const sspi::ContextLease server(pair.server);
  std::vector<std::thread> threads;
  threads.emplace_back([&] { seal(*pair.client, up); });
  threads.emplace_back([&] { open(*pair.server, up); });
  threads.emplace_back([&] { seal(*pair.server, down); });
  threads.emplace_back([&] { open(*pair.client, down); });
  for (std::thread& thread : threads) thread.join();
  passed(name);
}

void oneDirection() {
  const Pair pair = meet(u"NTLM");
  const sspi::ContextLease client(pair.client);
  const sspi::ContextLease server(pair.server);
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; i++) {
    threads.emplace_back([&] {
      for (int number = 0; number < kMessages; number++) sealed(*pair.client, number);
      // Nobody's message: it is refused, as often as it comes.
      Bytes noise(32);
      CHECK(!sspi::unwrapMessage(*pair.server, noise, kSizes.token));
    });
  }
  for (std::thread& thread : threads) thread.join();
  passed("two calls in one direction of a context wait for each other");
}

// Without the lock as soon as nobody else has the context, and nothing but that tells it so.
void givenBack() {
  const Pair pair = meet(u"NTLM");
  for (int round = 0; round < 20; round++) {
    std::atomic<bool> over = false;
    std::thread other([&over, client = sspi::ContextLease(pair.client)] {
      for (int number = 0; number < 20; number++) sealed(*client, number);
      over.store(true, std::memory_order_relaxed);
    });
    while (!over.load(std::memory_order_relaxed)) sealed(*pair.client, 0);
    for (int number = 0; number < kMessages; number++) sealed(*pair.client, number);
    other.join();
  }
  passed("the owner of a context goes on when it is given back");
}

// A step gives the context its handle while others ask for it. What they call does not touch WinPR's
// context, which is none yet.
void besideAStep() {
  const auto outbound = acquire(u"NTLM", SECPKG_CRED_OUTBOUND);
  for (int round = 0; round < 20; round++) {
    const auto context = std::make_shared<sspi::Context>(
        outbound, sspi::ContextRequest{sspi::Role::kClient, 0, u"HTTP/localhost", {}});
    std::vector<std::thread> threads;
    threads.emplace_back([lease = sspi::ContextLease(context)] {
      CHECK(bool(lease->step(std::nullopt)));
    });
    threads.emplace_back([lease = sspi::ContextLease(context)] {
      Bytes token(16);
      const std::array<sspi::Buffer, 1> buffers = {{{SECBUFFER_TOKEN, token}}};
      SECURITY_STATUS status = SEC_E_INVALID_HANDLE;
      while (status == SEC_E_INVALID_HANDLE) {
        sspi::BufferDescriptor descriptor(buffers);
        status = sspi::makeSignature(*lease, 0, descriptor, 0);
      }
      CHECK(status == SEC_E_OK);
    });
    threads.emplace_back([lease = sspi::ContextLease(context)] {
      while (!sspi::queryPackageInfo(*lease)) continue;
    });
    for (std::thread& thread : threads) thread.join();
  }
  passed("a step beside messages and attributes, which find no handle or the whole of it");
}

void manyHandshakes() {
  const auto outbound = acquire(u"NTLM", SECPKG_CRED_OUTBOUND);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([&] {
      // WinPR's servers write to their credentials.
      for (int round = 0; round < 20; round++) meet(outbound, acquire(u"NTLM", SECPKG_CRED_INBOUND));
    });
  }
  for (std::thread& thread : threads) thread.join();
  passed("handshakes at once share the client's credentials");
}

void closedByTheLast() {
  for (int round = 0; round < 50; round++) {
    Pair pair = meet(u"NTLM");
    std::thread other([context = sspi::ContextLease(pair.client)] { sealed(*context, 1); });
    pair.client.reset();
    other.join();
  }
  passed("a context goes with the last thread that has it");
}

}  // namespace

void contextCases() {
  bothDirections(u"NTLM", "sealing and opening on one context at once: NTLM");
  bothDirections(u"Negotiate", "sealing and opening on one context at once: Negotiate");
  oneDirection();
  givenBack();
  besideAStep();
  manyHandshakes();
  closedByTheLast();
}
