#include "imports.h"

#include <cstdint>
#include <cstring>
#include <cwchar>
#include <vector>

// After windows.h, which imports.h includes.
#include <tlhelp32.h>

namespace provider {
namespace {

std::vector<HMODULE> addons() {
  const HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPMODULE, 0);
  if (snapshot == INVALID_HANDLE_VALUE) return {};
  MODULEENTRY32W entry = {};
  entry.dwSize = sizeof entry;
  std::vector<HMODULE> modules;
  for (BOOL more = Module32FirstW(snapshot, &entry); more; more = Module32NextW(snapshot, &entry)) {
    const wchar_t* const ending = std::wcsrchr(entry.szModule, L'.');
    if (ending && std::wcscmp(ending, L".node") == 0) modules.push_back(entry.hModule);
  }
  CloseHandle(snapshot);
  return modules;
}

template <typename T>
const T* at(HMODULE module, DWORD offset) {
  return reinterpret_cast<const T*>(reinterpret_cast<uintptr_t>(module) + offset);
}

// Modules of 64 bits, in which the import table has a name for each address.
// https://learn.microsoft.com/windows/win32/debug/pe-format
bool replaceIn(HMODULE module, const IMAGE_IMPORT_DESCRIPTOR& imports, const char* name,
               void* function) {
  const auto* names = at<IMAGE_THUNK_DATA>(module, imports.OriginalFirstThunk);
  const auto* addresses = at<IMAGE_THUNK_DATA>(module, imports.FirstThunk);
  for (; names->u1.AddressOfData != 0; names++, addresses++) {
    if (IMAGE_SNAP_BY_ORDINAL(names->u1.Ordinal)) continue;
    const auto* const entry =
        at<IMAGE_IMPORT_BY_NAME>(module, static_cast<DWORD>(names->u1.AddressOfData));
    if (std::strcmp(reinterpret_cast<const char*>(entry->Name), name) != 0) continue;
    auto* const address = const_cast<IMAGE_THUNK_DATA*>(addresses);
    DWORD protection = 0;
    if (!VirtualProtect(address, sizeof *address, PAGE_READWRITE, &protection)) return false;
    address->u1.Function = reinterpret_cast<uintptr_t>(function);
    VirtualProtect(address, sizeof *address, protection, &protection);
    return true;
  }
  return false;
}

bool replaceIn(HMODULE module, const char* name, void* function) {
  const auto* const start = at<IMAGE_DOS_HEADER>(module, 0);
  const auto* const header = at<IMAGE_NT_HEADERS>(module, static_cast<DWORD>(start->e_lfanew));
  const IMAGE_DATA_DIRECTORY& table =
      header->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
  if (table.Size == 0) return false;
  const auto* imports = at<IMAGE_IMPORT_DESCRIPTOR>(module, table.VirtualAddress);
  for (; imports->Name != 0; imports++) {
    if (replaceIn(module, *imports, name, function)) return true;
  }
  return false;
}

}  // namespace

std::size_t replaceImport(const char* name, void* function) {
  std::size_t count = 0;
  for (const HMODULE module : addons()) count += replaceIn(module, name, function) ? 1 : 0;
  return count;
}

}  // namespace provider
