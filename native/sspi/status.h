// SECURITY_STATUS values, and the result of a call that can fail with one.
#ifndef WINSSPI_SSPI_STATUS_H_
#define WINSSPI_SSPI_STATUS_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "sspi/sspi.h"

namespace sspi {

// A call that failed: the function's name, what it returned, and whether the status is the
// package's own word or it succeeded but broke its contract.
struct Failure {
  const char* function;
  SECURITY_STATUS status;
  // The package returned a buffer that is not inside the memory that it was given.
  bool buffer_outside_memory = false;
  // With SEC_E_INCOMPLETE_MESSAGE: how many bytes are still to come, where the package said it.
  uint32_t missing = 0;
};

// The error of a function of Windows that is not SSPI's, right after it has failed, as the status that
// stands for it.
inline Failure lastError(const char* function) {
  const DWORD error = GetLastError();
  // A function that failed without saying why has not succeeded.
  return {function, error == ERROR_SUCCESS ? SEC_E_INTERNAL_ERROR : HRESULT_FROM_WIN32(error)};
}

template <typename T, typename F = Failure>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}
  Result(F failure) : state_(std::move(failure)) {}

  explicit operator bool() const { return std::holds_alternative<T>(state_); }
  T& operator*() { return *std::get_if<T>(&state_); }
  T* operator->() { return std::get_if<T>(&state_); }
  const T& operator*() const { return *std::get_if<T>(&state_); }
  const T* operator->() const { return std::get_if<T>(&state_); }
  const F& failure() const { return *std::get_if<F>(&state_); }

 private:
  std::variant<T, F> state_;
};

// Of a call that gives nothing but success.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Failure failure) : failure_(failure) {}

  explicit operator bool() const { return !failure_; }
  const Failure& failure() const { return *failure_; }

 private:
  std::optional<Failure> failure_;
};

// SEC_E_OK and the SEC_I_ codes are successes. Other positive values are errors of Win32, which
// some packages return as they are.
inline bool succeeded(SECURITY_STATUS status) {
  return status == SEC_E_OK || (status > 0 && HRESULT_FACILITY(status) == FACILITY_SECURITY);
}

}  // namespace sspi

#endif  // WINSSPI_SSPI_STATUS_H_
