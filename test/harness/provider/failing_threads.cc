#include "failing_threads.h"

#include <atomic>
#include <cstddef>
#include <cstring>

#include "sspi.h"

namespace provider {
namespace {

std::atomic<uint32_t> failing = 0;

HANDLE WINAPI createThreadOrFail(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_size,
                                 LPTHREAD_START_ROUTINE start, LPVOID argument, DWORD flags,
                                 LPDWORD id) {
  if (failing == 0) return CreateThread(attributes, stack_size, start, argument, flags, id);
  failing--;
  SetLastError(ERROR_NOT_ENOUGH_MEMORY);
  return nullptr;
}

template <typename T>
T* at(std::byte* base, std::size_t offset) {
  return reinterpret_cast<T*>(base + offset);
}

// Where a module keeps the address of a function that it imports by name. Null: it does not.
// https://learn.microsoft.com/windows/win32/debug/pe-format#the-idata-section
ULONG_PTR* importedAddress(std::byte* base, const char* name) {
  const auto* headers = at<IMAGE_NT_HEADERS>(base, at<IMAGE_DOS_HEADER>(base, 0)->e_lfanew);
  const auto& directory = headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  for (auto* library = at<IMAGE_IMPORT_DESCRIPTOR>(base, directory.VirtualAddress); library->Name;
       library++) {
    const auto* names = at<IMAGE_THUNK_DATA>(base, library->OriginalFirstThunk);
    auto* addresses = at<IMAGE_THUNK_DATA>(base, library->FirstThunk);
    for (; names->u1.AddressOfData; names++, addresses++) {
      if (IMAGE_SNAP_BY_ORDINAL(names->u1.Ordinal)) continue;
      const auto* by_name = at<IMAGE_IMPORT_BY_NAME>(base, names->u1.AddressOfData);
      if (std::strcmp(by_name->Name, name) == 0) return &addresses->u1.Function;
    }
  }
  return nullptr;
}

}  // namespace

bool failThreads(const wchar_t* module_name, uint32_t count) {
  auto* base = reinterpret_cast<std::byte*>(GetModuleHandleW(module_name));
  ULONG_PTR* address = base ? importedAddress(base, "CreateThread") : nullptr;
  DWORD before = 0;
  if (!address || !VirtualProtect(address, sizeof *address, PAGE_READWRITE, &before)) return false;
  *address = reinterpret_cast<ULONG_PTR>(&createThreadOrFail);
  failing = count;
  return true;
}

}  // namespace provider
