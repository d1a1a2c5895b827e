// Security contexts: one side of an authentication.
#ifndef WINSSPI_SSPI_CONTEXT_H_
#define WINSSPI_SSPI_CONTEXT_H_

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
#include "sspi/lock.h"
#include "sspi/secure_memory.h"
#include "sspi/status.h"

namespace sspi {

enum class Role { kClient, kServer };

struct ContextRequest {
  Role role;
  std::u16string target_name;               // clients only
  uint32_t flags;                           // ISC_REQ_* or ASC_REQ_*
  std::vector<std::byte> channel_bindings;  // a SEC_CHANNEL_BINDINGS structure, or empty
};

// What one leg gave.
struct Leg {
  SECURITY_STATUS status;
  std::vector<std::byte> token;  // for the peer; may be empty
  std::vector<std::byte> extra;  // the end of the input, which was not consumed
  uint32_t flags;                // ISC_RET_* or ASC_RET_*
  std::optional<double> expiry;  // milliseconds since 1970, UTC
  std::u16string package;        // empty until the context is complete
};

// One step at a time, and nothing beside it. The functions of message.h say what of them may run at
// the same time; what only asks (attributes, access tokens) may run beside them.
class Context {
 public:
  Context(const std::shared_ptr<const Credentials>& credentials, ContextRequest request)
      : credentials_(credentials.get()),
        request_(std::move(request)),
        package_(credentials, credentials->package().get()) {}

  // An imported context, which is complete.
  Context(Role role, PackageInfo package, ContextHandle handle)
      : request_{role, {}, 0, {}},
        package_(std::make_shared<const PackageInfo>(std::move(package))),
        handle_(std::move(handle)) {}

  // One leg: InitializeSecurityContext or AcceptSecurityContext, and CompleteAuthToken where the
  // package asks for it. Without a token, a client starts. May wait for the LSA, a KDC or a domain
  // controller.
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-initializesecuritycontextw
  // https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-acceptsecuritycontext
  Result<Leg> step(std::optional<std::span<const std::byte>> token);

  // Whether there is a handle: after the first leg. Not every provider survives an invalid one.
  bool started() const { return handle_.valid(); }
  PCtxtHandle handle() const { return handle_.get(); }

  // The name of the package that authenticated.
  std::u16string negotiatedPackage() const;

  // One call that protects a message and one that opens one may run at the same time, two of a
  // direction may not: SSPI's rule, which these keep whoever calls.
  Lock& outgoing() const { return outgoing_; }
  Lock& incoming() const { return incoming_; }

 private:
  struct Call;

  const char* function() const;
  SECURITY_STATUS run(Call& call);
  Result<Leg> finish(Call& call, SECURITY_STATUS status);
  std::optional<Failure> completeToken(Call& call);

  const Credentials* credentials_ = nullptr;  // null: an imported context has none
  ContextRequest request_;
  // Owns the credentials, whose it is: they are released after the context that was made with them.
  std::shared_ptr<const PackageInfo> package_;
  ContextHandle handle_;
  mutable Lock outgoing_;
  mutable Lock incoming_;
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
