// The addon is linked to "node.exe". In Electron and in a renamed node.exe the host has another
// name: when the delay-load helper first wants "node.exe", it gets the running program instead.
// For mingw-w64 only: with MSVC, node-gyp and cmake-js each bring one.
// https://learn.microsoft.com/cpp/build/reference/notification-hooks
#include <windows.h>

// windows.h has to come first.
#include <delayimp.h>
#include <string.h>

static FARPROC WINAPI hostInsteadOfNode(unsigned int event, PDelayLoadInfo info) {
  if (event != dliNotePreLoadLibrary || _stricmp(info->szDll, "node.exe") != 0) return nullptr;
  return reinterpret_cast<FARPROC>(GetModuleHandleW(nullptr));
}

PfnDliHook __pfnDliNotifyHook2 = hostInsteadOfNode;
