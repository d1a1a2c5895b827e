// Both ends of a context in this process, made with SSPI directly.
#ifndef WINSSPI_BENCH_PAIR_H_
#define WINSSPI_BENCH_PAIR_H_

#include <optional>
#include <string>

#include "sspi.h"

namespace bench {

struct Identity {
  std::u16string user;
  std::u16string domain;
  std::u16string password;
};

// The packages of both ends, who logs on (nobody: the logged-on user), and to what.
struct Logon {
  std::u16string client;
  std::u16string server;
  std::optional<Identity> identity;
  std::u16string target;
};

class Credentials {
 public:
  Credentials() = default;
  Credentials(const Credentials&) = delete;
  Credentials& operator=(const Credentials&) = delete;
  ~Credentials();

  SECURITY_STATUS acquire(Logon& logon, ULONG use);
  PCredHandle get() { return &handle_; }

 private:
  CredHandle handle_ = {};
  bool acquired_ = false;
};

class Pair {
 public:
  Pair() = default;
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair();

  SECURITY_STATUS handshake(Credentials& outbound, Credentials& inbound, Logon& logon);
  PCtxtHandle client() { return &client_; }
  PCtxtHandle server() { return &server_; }

 private:
  CtxtHandle client_ = {};
  CtxtHandle server_ = {};
  bool has_client_ = false;
  bool has_server_ = false;
};

}  // namespace bench

#endif  // WINSSPI_BENCH_PAIR_H_
