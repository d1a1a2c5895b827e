// Memory for secrets: zeroed before it is given back.
#ifndef WINSSPI_SSPI_SECURE_MEMORY_H_
#define WINSSPI_SSPI_SECURE_MEMORY_H_

#include <cstddef>
#include <memory>
#include <utility>

#include "sspi/sspi.h"

namespace sspi {

// A fixed run of elements, allocated once, so that no reallocation leaves a copy behind.
template <typename T>
class SecureArray {
 public:
  SecureArray() = default;
  explicit SecureArray(std::size_t size) : memory_(std::make_unique<T[]>(size)), size_(size) {}
  SecureArray(SecureArray&& other) noexcept
      : memory_(std::move(other.memory_)), size_(std::exchange(other.size_, 0)) {}
  SecureArray& operator=(SecureArray&& other) noexcept {
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    return *this;
  }
  SecureArray(const SecureArray&) = delete;
  SecureArray& operator=(const SecureArray&) = delete;
  ~SecureArray() {
    if (memory_) SecureZeroMemory(memory_.get(), size_ * sizeof(T));
  }

  T* data() { return memory_.get(); }
  const T* data() const { return memory_.get(); }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<T[]> memory_;
  std::size_t size_ = 0;
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_SECURE_MEMORY_H_
