// Acting as the client of a server's context.
#ifndef WINSSPI_SSPI_IMPERSONATION_H_
#define WINSSPI_SSPI_IMPERSONATION_H_

#include <utility>

#include "sspi/access_token.h"
#include "sspi/status.h"

namespace sspi {

class Context;

// While it lives, the calling thread acts as the client of a context. Then the thread is again what
// it was before, be that itself or another client.
class Impersonation {
 public:
  // Fails, with the thread as it was before, also where the package reports a success and has set
  // no token: what runs on the thread would run as the process, or as an outer client. The level of
  // the token is the package's decision: where it is too low for an access, Windows refuses the
  // access. https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-impersonatesecuritycontext
  static Result<Impersonation> begin(const Context& context);

  Impersonation(Impersonation&& other) noexcept
      : context_(other.context_), before_(std::move(other.before_)) {
    other.context_ = nullptr;
  }
  Impersonation& operator=(Impersonation&&) = delete;
  Impersonation(const Impersonation&) = delete;
  Impersonation& operator=(const Impersonation&) = delete;
  ~Impersonation() { end(); }

  // Ends the process where the thread cannot be turned back: it must not run on as the client.
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-revertsecuritycontext
  void end();

 private:
  Impersonation(const Context& context, AccessToken before)
      : context_(&context), before_(std::move(before)) {}

  // Whatever the package did or left undone.
  void restore();

  const Context* context_;
  AccessToken before_;  // the thread's token, or none
};

}  // namespace sspi

#endif  // WINSSPI_SSPI_IMPERSONATION_H_
