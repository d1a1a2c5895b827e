// Security contexts: one side of an authentication.
#ifndef WINSSPI_SSPI_CONTEXT_H_
#define WINSSPI_SSPI_CONTEXT_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sspi/buffers.h"
#include "sspi/credentials.h"
#include "sspi/handle.h"
#include "sspi/secure_memory.h"
#include "sspi/status.h"
#include "threads/lock.h"

namespace sspi {

enum class Role { kClient, kServer };

struct ContextRequest {
  Role role;
  uint32_t flags;                           // ISC_REQ_* or ASC_REQ_*
  std::u16string target_name;               // clients only
  std::vector<std::byte> channel_bindings;  // a SEC_CHANNEL_BINDINGS structure, or empty
};

// What one leg gave.
struct Leg {
  SECURITY_STATUS status;
  std::vector<std::byte> token;  // for the peer; may be empty
  std::vector<std::byte> extra;  // the end of the input, which was not consumed
  uint32_t flags;                // ISC_RET_* or ASC_RET_*; 0 until the context is complete
  std::optional<double> expiry;  // milliseconds since 1970, UTC
  std::u16string package;        // empty until the context is complete
};

// A leg that failed. The token is for the peer: a package leaves one, such as a KRB-ERROR or a TLS
// alert, where the context asked for extended errors. May be empty.
struct FailedLeg : Failure {
  explicit FailedLeg(const Failure& failure, std::vector<std::byte> for_peer = {})
      : Failure(failure), token(std::move(for_peer)) {}

  std::vector<std::byte> token;
};

// A step runs alone: the binding refuses every call beside it, and a step beside any call. Without a step,
// one call of each direction of messages and any number of queries may run at the same time. The locks
// below keep these rules too, so that this ring is safe without the binding.
class Context {
 public:
  Context(std::shared_ptr<const Credentials> credentials, ContextRequest request)
      : credentials_(std::move(credentials)), request_(std::move(request)) {}

  // An imported context, which is complete.
  Context(Role role, PackageInfo package, ContextHandle handle)
      : credentials_(
            std::make_shared<const Credentials>(Credentials::none(std::move(package)))),
        request_{role, 0, {}, {}},
        handle_(std::move(handle)) {}

  // One leg: InitializeSecurityContext or AcceptSecurityContext, and CompleteAuthToken where the
  // package asks for it. Without a token, a client starts. May wait for the LSA, a KDC or a domain
  // controller.
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initializesecuritycontextw
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acceptsecuritycontext
  Result<Leg, FailedLeg> step(std::optional<std::span<const std::byte>> token);

  // Whether there is a handle: after the first leg. Not every provider survives an invalid one. Call both
  // with the lock of a direction held: a step may replace the handle.
  bool started() const { return handle_.valid(); }
  PCtxtHandle handle() const { return handle_.get(); }

  // A copy of the handle for everybody else. Nothing before the first leg.
  std::optional<SecHandle> currentHandle() const;

  // The name of the package that authenticated.
  std::u16string negotiatedPackage() const;

  // Whether another call has the context (ContextLease), and whether that is a step. For the owner's
  // thread, which alone lends it: nothing may run beside a step, and a step beside nothing.
  bool isLent() const { return lent_.load(std::memory_order_acquire) != 0; }
  bool isStepping() const { return (lent_.load(std::memory_order_acquire) & kStep) != 0; }

  // One call that protects a message and one that opens one may run at the same time, two of a
  // direction may not: SSPI's rule, which these keep among the owner's thread and those that the
  // context is lent to. Null while it is lent to nobody: one thread makes one call after the other,
  // and a lock would be a fifth of a short message's time.
  threads::Lock* outgoing() const { return isLent() ? &outgoing_ : nullptr; }
  threads::Lock* incoming() const { return isLent() ? &incoming_ : nullptr; }

 private:
  friend class ContextLease;

  struct Arguments;

  const char* function() const;
  SECURITY_STATUS run(Arguments& arguments);
  Result<Leg, FailedLeg> finish(Arguments& arguments, SECURITY_STATUS status);
  std::vector<std::byte> errorToken(Arguments& arguments, SECURITY_STATUS status) const;
  // What was granted to the complete context: as the last step wrote it, or as the attribute says
  // where the package writes no flags in a step.
  uint32_t grantedFlags(uint32_t written) const;
  Result<void> completeToken(Arguments& arguments);

  // Released after the context that was made with them.
  std::shared_ptr<const Credentials> credentials_;
  ContextRequest request_;
  ContextHandle handle_;  // written with all three locks held, read with one of them
  mutable threads::Lock outgoing_;
  mutable threads::Lock incoming_;
  mutable threads::Lock replacing_;
  static constexpr uint32_t kStep = 0x80000000;
  std::atomic<uint32_t> lent_ = 0;  // how many calls have it, or kStep
};

// Whether a status means that no further leg is needed.
bool isComplete(SECURITY_STATUS status);

// Says something to the package itself, such as that the connection ends. The next step gives the
// token for the peer.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-applycontroltoken
SECURITY_STATUS applyControlToken(const Context& context, BufferDescriptor& buffers);

// The context in the form that another process of this machine imports. It goes on here too.
// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
Result<SecureArray<std::byte>> exportContext(const Context& context, uint32_t flags);

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-importsecuritycontextw
Result<ContextHandle> importContext(const std::u16string& package,
                                    std::span<const std::byte> exported);

}  // namespace sspi

#endif  // WINSSPI_SSPI_CONTEXT_H_
