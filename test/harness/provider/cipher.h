// A cipher and a checksum that are good for tests and for nothing else.
#ifndef WINSSPI_PROVIDER_CIPHER_H_
#define WINSSPI_PROVIDER_CIPHER_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace provider {

using Key = std::array<unsigned char, 16>;

// One message of one direction: nothing is encrypted twice with the same stream.
struct Position {
  bool from_server;
  uint64_t sequence;
};

class Keystream {
 public:
  Keystream(const Key& key, Position position);
  void apply(std::span<unsigned char> bytes);

 private:
  uint64_t state_;
  uint64_t word_ = 0;
  unsigned left_ = 0;
};

class Checksum {
 public:
  Checksum(const Key& key, Position position);
  void add(std::span<const unsigned char> bytes);
  uint64_t value() const;

 private:
  uint64_t state_;
};

}  // namespace provider

#endif  // WINSSPI_PROVIDER_CIPHER_H_
