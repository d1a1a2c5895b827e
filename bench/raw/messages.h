// Loops over the message functions: what they cost without Node.
#ifndef WINSSPI_BENCH_MESSAGES_H_
#define WINSSPI_BENCH_MESSAGES_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "pair.h"

namespace bench {

// Nanoseconds of a whole loop, or the status that ended it.
struct Outcome {
  double nanoseconds = 0;
  SECURITY_STATUS status = SEC_E_OK;
};

// Messages from the client to the server of a pair.
class Messages {
 public:
  // With `stream`, the package opens STREAM and DATA, otherwise TOKEN and DATA.
  SECURITY_STATUS open(Credentials& outbound, Credentials& inbound, Logon& logon, bool stream);

  Outcome encrypt(std::size_t length, std::size_t count);
  // Makes what decrypt() then opens, in the same order.
  SECURITY_STATUS seal(std::size_t length, std::size_t count);
  Outcome decrypt();

  Outcome makeSignature(std::size_t length, std::size_t count);
  // Makes what verifySignature() then verifies.
  SECURITY_STATUS sign(std::size_t length, std::size_t count);
  Outcome verifySignature();

 private:
  struct Sealed {
    std::size_t offset;
    ULONG token;
    ULONG length;  // of all of it
  };

  SECURITY_STATUS encryptOne(std::size_t length, SecBuffer (&buffers)[3]);
  SECURITY_STATUS signOne(std::size_t length, unsigned char* signature, ULONG& written);

  Pair pair_;
  bool stream_ = true;
  SecPkgContext_Sizes sizes_ = {};
  std::vector<unsigned char> memory_;
  std::vector<unsigned char> arena_;
  std::vector<Sealed> sealed_;
};

}  // namespace bench

#endif  // WINSSPI_BENCH_MESSAGES_H_
