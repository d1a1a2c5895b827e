// Has the functions of Node-API in place of the program, as nw.dll has them in NW.js. Each leads to
// host.exe, a Node that exports them under other names: the linker makes that of a list.
#include <windows.h>

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved) {
  (void)reserved;
  // Stays: Node takes away what it loaded and what is no addon.
  if (reason == DLL_PROCESS_ATTACH) {
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                       (LPCWSTR)library, &library);
  }
  return TRUE;
}
