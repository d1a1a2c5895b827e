#include "cipher.h"

#include <cstring>

namespace provider {
namespace {

// splitmix64
uint64_t mixed(uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

uint64_t seed(const Key& key, Position position, uint64_t purpose) {
  uint64_t halves[2];
  std::memcpy(halves, key.data(), sizeof halves);
  const uint64_t place = (position.sequence << 1) | (position.from_server ? 1 : 0);
  return mixed(mixed(mixed(mixed(halves[0]) ^ halves[1]) ^ place) ^ purpose);
}

}  // namespace

Keystream::Keystream(const Key& key, Position position) : state_(seed(key, position, 1)) {}

void Keystream::apply(std::span<unsigned char> bytes) {
  for (unsigned char& byte : bytes) {
    if (left_ == 0) {
      word_ = mixed(state_++);
      left_ = 8;
    }
    byte = static_cast<unsigned char>(byte ^ word_);
    word_ >>= 8;
    left_--;
  }
}

Checksum::Checksum(const Key& key, Position position) : state_(seed(key, position, 2)) {}

void Checksum::add(std::span<const unsigned char> bytes) {
  for (const unsigned char byte : bytes) state_ = (state_ ^ byte) * 0x100000001B3;
  state_ = mixed(state_ ^ bytes.size());  // where one buffer ends is part of the message
}

uint64_t Checksum::value() const { return mixed(state_); }

}  // namespace provider
