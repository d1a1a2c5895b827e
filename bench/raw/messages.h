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

// Messages of the client of a pair, which is what is measured: it protects messages for the server, and
// opens those of the server.
class Messages {
 public:
  // With `stream`, the client opens STREAM and DATA, otherwise TOKEN and DATA.
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

  // One end of the pair, and what its package needs beside a message.
  struct End {
    PCtxtHandle context = nullptr;
    SecPkgContext_Sizes sizes = {};

    SECURITY_STATUS open(PCtxtHandle handle);
  };

  void makeRoom(const End& end, std::size_t length);
  SECURITY_STATUS encryptOne(const End& end, std::size_t length, SecBuffer (&buffers)[3]);
  SECURITY_STATUS signOne(const End& end, std::size_t length, unsigned char* signature,
                          ULONG& written);

  Pair pair_;
  bool stream_ = true;
  End client_;
  End server_;
  std::vector<unsigned char> memory_;
  std::vector<unsigned char> arena_;
  std::vector<Sealed> sealed_;
};

}  // namespace bench

#endif  // WINSSPI_BENCH_MESSAGES_H_
