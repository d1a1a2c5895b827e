// Wine 8 has no bcryptprimitives.dll, and Rust programs (rolldown, so vitest) import their
// random numbers from it. This one stands in for it in the lab's prefix.
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG length);  // RtlGenRandom, of advapi32

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length) {
  const SIZE_T most = 1u << 30;
  for (SIZE_T done = 0; done < length;) {
    const ULONG part = (ULONG)(length - done < most ? length - done : most);
    if (!SystemFunction036(bytes + done, part)) return FALSE;
    done += part;
  }
  return TRUE;
}
