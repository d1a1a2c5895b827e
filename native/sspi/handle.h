// Move-only owners of what SSPI hands out.
#ifndef WINSSPI_SSPI_HANDLE_H_
#define WINSSPI_SSPI_HANDLE_H_

#include <utility>

#include "sspi/sspi.h"

namespace sspi {

template <typename Release>
class UniqueHandle {
 public:
  UniqueHandle() { SecInvalidateHandle(&handle_); }
  explicit UniqueHandle(const SecHandle& handle) : handle_(handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : UniqueHandle() {
    std::swap(handle_, other.handle_);
  }
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  UniqueHandle(const UniqueHandle&) = delete;
  UniqueHandle& operator=(const UniqueHandle&) = delete;
  ~UniqueHandle() {
    if (valid()) Release()(&handle_);
  }

  bool valid() const { return SecIsValidHandle(&handle_); }
  // SSPI's functions take a pointer to a handle that they do not change.
  SecHandle* get() const { return const_cast<SecHandle*>(&handle_); }

  // Takes the value that a later leg returned for the same context. The old value is not released:
  // it named the context that the new value names now.
  void adopt(const SecHandle& handle) {
    if (handle.dwLower == handle_.dwLower && handle.dwUpper == handle_.dwUpper) return;
    handle_ = handle;
  }

 private:
  SecHandle handle_;
};

struct ReleaseCredentials {
  void operator()(PCredHandle handle) const { FreeCredentialsHandle(handle); }
};

struct ReleaseContext {
  void operator()(PCtxtHandle handle) const { DeleteSecurityContext(handle); }
};

using CredentialsHandle = UniqueHandle<ReleaseCredentials>;
using ContextHandle = UniqueHandle<ReleaseContext>;

}  // namespace sspi

#endif  // WINSSPI_SSPI_HANDLE_H_
