// The part of windows.h that native/ needs and WinPR does not have, for Linux. What Linux has no
// counterpart of fails with ERROR_CALL_NOT_IMPLEMENTED.
#ifndef WINSSPI_TEST_WINPR_WINDOWS_H_
#define WINSSPI_TEST_WINPR_WINDOWS_H_

#include <dlfcn.h>
#include <pthread.h>

// WinPR has a type of the name of this macro. It calls the parts of a LARGE_INTEGER "s" in C++, which
// has them without a name in Windows.
#pragma push_macro("UNICODE")
#undef UNICODE
#define s
#include <winpr/wtypes.h>
#undef s
#pragma pop_macro("UNICODE")

#include <winpr/crt.h>
#include <winpr/error.h>
#include <winpr/library.h>
#include <winpr/security.h>
#include <winpr/sspicli.h>
#include <winpr/sysinfo.h>
#include <winpr/thread.h>
#include <winpr/windows.h>
#include <winpr/winpr.h>

// Locks, of which ThreadSanitizer knows what they order.
struct SRWLOCK {
  pthread_mutex_t mutex;
};
#define SRWLOCK_INIT \
  { PTHREAD_MUTEX_INITIALIZER }
struct CONDITION_VARIABLE {
  pthread_cond_t condition;
};
#define CONDITION_VARIABLE_INIT \
  { PTHREAD_COND_INITIALIZER }
void AcquireSRWLockExclusive(SRWLOCK* lock);
void ReleaseSRWLockExclusive(SRWLOCK* lock);
BOOL SleepConditionVariableSRW(CONDITION_VARIABLE* condition, SRWLOCK* lock, DWORD milliseconds,
                               ULONG flags);
void WakeConditionVariable(CONDITION_VARIABLE* condition);

// Threads that nobody waits for. WinPR's functions of the same names stay WinPR's own.
#define STACK_SIZE_PARAM_IS_A_RESERVATION 0x00010000
#define CreateThread createDetachedThread
#define CloseHandle closeHandle
HANDLE createDetachedThread(LPSECURITY_ATTRIBUTES attributes, SIZE_T stack_size,
                            LPTHREAD_START_ROUTINE start, LPVOID argument, DWORD flags, LPDWORD id);
BOOL closeHandle(HANDLE handle);
bool isThread(HANDLE handle);
HANDLE GetCurrentThread();

// A library stays loaded once a thread has had a reference to it: a sanitizer has to find the names
// of its functions at the end.
#define GET_MODULE_HANDLE_EX_FLAG_PIN 0x00000001
#define GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS 0x00000004
BOOL GetModuleHandleExW(DWORD flags, LPCWSTR address, HMODULE* library);
// A wide literal has 32 bits here. No library has such a name: null.
HMODULE GetModuleHandleW(const wchar_t* name);
// Every library is the program itself, in which SSPI is.
HMODULE LoadLibraryExW(const wchar_t* name, HANDLE file, DWORD flags);

inline void OutputDebugStringA(const char*) {}

// The clock of these tests is UTC.
BOOL LocalFileTimeToFileTime(const FILETIME* local, FILETIME* utc);
void* LocalFree(void* memory);

// Accounts and access tokens. A security identifier of WinPR's has a type, that of Windows has none.
using SecurityIdentifier = void*;
#define PSID SecurityIdentifier
#define SECURITY_MAX_SID_SIZE 68
BOOL RevertToSelf();
BOOL LookupAccountSidW(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_length, LPWSTR domain,
                       LPDWORD domain_length, PSID_NAME_USE use);
BOOL LookupAccountNameW(LPCWSTR system, LPCWSTR name, PSID sid, LPDWORD sid_length, LPWSTR domain,
                        LPDWORD domain_length, PSID_NAME_USE use);
BOOL GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS kind, LPVOID information,
                         DWORD size, PDWORD returned);
BOOL CheckTokenMembership(HANDLE token, PSID sid, PBOOL member);
BOOL DuplicateToken(HANDLE token, SECURITY_IMPERSONATION_LEVEL level, PHANDLE duplicate);
BOOL OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self, PHANDLE token);
BOOL SetThreadToken(PHANDLE thread, HANDLE token);

#endif  // WINSSPI_TEST_WINPR_WINDOWS_H_
