// What the delay-load helper asks before it loads a library and before it writes the address of a
// function. For mingw-w64 only: with MSVC, node-gyp and cmake-js each bring a hook.
// https://learn.microsoft.com/cpp/build/reference/notification-hooks
#include <windows.h>

// windows.h has to come first.
#include <delayimp.h>
#include <string.h>

namespace {

// The addon is linked to "node.exe", but the program may have another name, as a renamed node.exe
// and Electron have, or may leave Node-API to a library: NW.js has nw.dll, and a Node that was built
// as a library is node.dll or libnode.dll.
HMODULE findNode() {
  const HMODULE program = GetModuleHandleW(nullptr);
  const HMODULE modules[] = {program, GetModuleHandleW(L"nw.dll"), GetModuleHandleW(L"node.dll"),
                             GetModuleHandleW(L"libnode.dll")};
  for (const HMODULE module : modules) {
    if (module && GetProcAddress(module, "napi_create_function")) return module;
  }
  return program;
}

// The linker of binutils 2.44 puts the addresses into memory that is read-only. They stay writable:
// another thread may be about to write one beside this one.
void makeWritable(FARPROC* address) {
  DWORD before = 0;
  VirtualProtect(address, sizeof *address, PAGE_READWRITE, &before);
}

FARPROC WINAPI onDelayLoad(unsigned int event, PDelayLoadInfo info) {
  if (event == dliStartProcessing) makeWritable(info->ppfn);
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  return reinterpret_cast<FARPROC>(findNode());
}

}  // namespace

PfnDliHook __pfnDliNotifyHook2 = onDelayLoad;
