#include "transfer.h"

#include <cstddef>
#include <cstring>

#include "access_tokens.h"
#include "answers.h"
#include "calls.h"
#include "handles.h"
#include "objects.h"

namespace provider {
namespace {

// What a context is without its handle, for any process that has this provider.
struct Packed {
  char mark[8];
  uint32_t place;  // of the package
  uint32_t is_server;
  Key key;
  uint32_t flags;
  uint32_t tokens;
  uint64_t sent;
  uint64_t received;
  uint64_t proof;
};
static_assert(sizeof(Packed) == 64);

constexpr char kMark[8] = {'C', 'O', 'N', 'T', 'E', 'X', 'T', '1'};

// Over what stands before it.
uint64_t proofOf(const Packed& packed) {
  Checksum sum(packed.key, {});
  sum.add({reinterpret_cast<const unsigned char*>(&packed), offsetof(Packed, proof)});
  return sum.value();
}

void pack(Packed& packed, const Context& context, bool anew) {
  std::memcpy(packed.mark, kMark, sizeof kMark);
  packed.place = static_cast<uint32_t>(context.package - packages().data());
  packed.is_server = context.is_server ? 1 : 0;
  packed.key = context.key;
  packed.flags = context.flags;
  packed.tokens = context.tokens;
  packed.sent = anew ? 0 : context.sent;
  packed.received = anew ? 0 : context.received;
  packed.proof = proofOf(packed);
}

// Null where these are not the bytes of a context of the package.
std::shared_ptr<Context> unpack(const Package& package, const SecBuffer& buffer) {
  Packed packed;
  if (!buffer.pvBuffer || buffer.cbBuffer != sizeof packed) return nullptr;
  std::memcpy(&packed, buffer.pvBuffer, sizeof packed);
  if (std::memcmp(packed.mark, kMark, sizeof kMark) != 0) return nullptr;
  if (packed.proof != proofOf(packed)) return nullptr;
  if (packed.place >= packages().size() || &packages()[packed.place] != &package) return nullptr;
  const auto context = newContext(Credentials{&package, 0}, packed.is_server != 0);
  context->key = packed.key;
  context->flags = packed.flags;
  context->tokens = packed.tokens;
  context->complete = true;
  context->sent = packed.sent;
  context->received = packed.received;
  return context;
}

}  // namespace

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-exportsecuritycontext
SECURITY_STATUS WINAPI exportSecurityContext(PCtxtHandle handle, ULONG flags, PSecBuffer buffer,
                                             void** token) {
  Call call("ExportSecurityContext", handle);
  call.note("flags", flags);
  call.note("wantsToken", token ? 1 : 0);
  if (const auto status = call.begin()) return call.end(*status);
  if (isNull(handle)) return call.end(SEC_E_UNSUPPORTED_FUNCTION);
  const auto context = findContext(handle, "ExportSecurityContext");
  if (!context || !context->complete) return call.end(SEC_E_INVALID_HANDLE);
  if (behaves("exportFails")) {
    *buffer = {64, SECBUFFER_EMPTY, reinterpret_cast<void*>(uintptr_t{0xDEAD0000})};
    return call.end(SEC_E_INSUFFICIENT_MEMORY);
  }
  Packed packed = {};
  pack(packed, *context, (flags & SECPKG_CONTEXT_EXPORT_RESET_NEW) != 0);
  buffer->cbBuffer = lengthOfSecret(sizeof packed);
  buffer->pvBuffer = bytesOrNull({reinterpret_cast<const unsigned char*>(&packed), sizeof packed});
  SecureZeroMemory(&packed, sizeof packed);  // the caller has the only one
  if (token) *token = nullptr;
  if (token && behaves("exportToken")) handOutToken(token, context->key);
  if ((flags & SECPKG_CONTEXT_EXPORT_DELETE_OLD) != 0) removeExported(handle);
  return call.end(SEC_E_OK);
}

// https://learn.microsoft.com/windows/win32/api/sspi/nf-sspi-importsecuritycontextw
SECURITY_STATUS WINAPI importSecurityContext(SEC_WCHAR* name, PSecBuffer buffer, void* token,
                                             PCtxtHandle handle) {
  Call call("ImportSecurityContext", nullptr);
  const SecBufferDesc buffers = {SECBUFFER_VERSION, buffer ? 1UL : 0UL, buffer};
  call.note("package", name);
  call.note("withToken", token ? 1 : 0);
  call.noteBuffers(&buffers, true);
  if (const auto status = call.begin()) return call.end(*status);
  const Package* const package = name ? findPackage(name) : nullptr;
  if (!package) return call.end(SEC_E_SECPKG_NOT_FOUND);
  const auto context = buffer ? unpack(*package, *buffer) : nullptr;
  if (!context) return call.end(SEC_E_INVALID_TOKEN);
  *handle = makeHandle(*package, context->id);
  call.note("newHandle", static_cast<double>(context->id));
  return call.end(SEC_E_OK);
}

}  // namespace provider
