// The security package of the fuzz targets: what it answers, and where what it answers lies, is the
// fuzzer's input. It keeps to what a caller cannot guard against: what it hands out can be read.
#ifndef WINSSPI_FUZZ_PACKAGE_H_
#define WINSSPI_FUZZ_PACKAGE_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <vector>

#include "sspi/context.h"

namespace fuzz {

// Ends the process where it does not hold: the fuzzer keeps the input.
void check(bool holds, const char* what);

// A SecBuffer as the package left it, and what it holds then, where that is the caller's memory.
struct Left {
  SecBuffer buffer;
  std::vector<std::byte> bytes;
  bool inside;  // one of the buffers that the caller gave
};

class Package {
 public:
  Package(const uint8_t* data, std::size_t size);
  Package(const Package&) = delete;
  Package& operator=(const Package&) = delete;
  // Everything has been given back.
  ~Package();

  // Of the target that runs.
  static Package& current();

  FuzzedDataProvider input;

  // Memory that the caller frees; what is secret has to be wiped before.
  void* allocate(std::size_t size, bool secret = false);
  void* allocateBytes(std::size_t size, bool secret = false);  // filled by the input, or null
  SEC_WCHAR* allocateText();                                   // or null
  SecPkgInfoW* allocateInfo();                                 // or null
  void release(void* memory);

  // A handle that the caller frees, or, at times, an invalid one.
  SecHandle newHandle();
  SecHandle newContext();  // always valid
  void useHandle(const SecHandle* handle);
  void releaseHandle(const SecHandle* handle);

  SECURITY_STATUS status();
  // Success in most cases.
  SECURITY_STATUS mostlyOk();
  TimeStamp time();
  std::vector<std::byte> bytes(std::size_t most);
  std::u16string text(std::size_t most);

  // Bytes and pointers of no meaning, where a call has failed.
  void leaveRubbish(SecHandle* handle);
  // Writes to a descriptor, where the caller's count and array were.
  void changeDescriptor(SecBufferDesc* descriptor);
  // Writes the caller's buffers, and then changes their fields.
  void writeBuffers(std::span<SecBuffer> buffers);
  void changeBuffers(std::span<SecBuffer> buffers);

  // What the last call was given and what it left.
  std::vector<SecBuffer> given;
  std::vector<Left> left;
  SECURITY_STATUS last_status = SEC_E_OK;
  ULONG last_qop = 0;
  SECURITY_STATUS step_status = SEC_E_OK;
  SECURITY_STATUS complete_status = SEC_E_OK;
  // Of credentials: the identity that was passed.
  struct Identity {
    std::u16string user, domain, password;
    std::vector<std::byte> keytab;
    bool operator==(const Identity&) const = default;
  };
  bool asked = false;
  bool data_given = false;
  bool expects_list = false;
  bool expects_keytab = false;
  Identity identity;
  std::u16string package_list;
  // Of a step: the input buffers, and the output buffer with all of its memory.
  std::vector<SecBuffer> inputs;
  SecBuffer output = {};
  std::span<const std::byte> output_memory;
  std::vector<std::byte> output_bytes;
  // Of access tokens: the number of the one that the thread has, or 0, and of the one that the last
  // impersonation set, or 0.
  uint32_t thread_token = 0;
  uint32_t set_token = 0;
  HANDLE newToken(uint32_t number);
  HANDLE newOther();  // a handle of another kind
  uint32_t nextToken() { return ++last_token_; }
  uint32_t tokenOf(HANDLE handle) const;  // 0: it is no token that is open
  bool closeToken(HANDLE handle);         // false: it is none

 private:
  void changePlace(SecBuffer& buffer);
  bool isInside(const SecBuffer& buffer) const;

  struct Memory {
    std::size_t size;
    bool secret;
  };
  std::map<void*, Memory> memory_;
  std::set<uintptr_t> handles_;
  uintptr_t next_handle_ = 1;
  std::map<HANDLE, uint32_t> tokens_;
  uint32_t last_token_ = 0;
};

}  // namespace fuzz

#endif  // WINSSPI_FUZZ_PACKAGE_H_
