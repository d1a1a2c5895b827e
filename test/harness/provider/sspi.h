// The Windows headers, with the switches that they need.
#ifndef WINSSPI_PROVIDER_SSPI_H_
#define WINSSPI_PROVIDER_SSPI_H_

#ifndef SECURITY_WIN32
#define SECURITY_WIN32
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif

// For what identities hold beside passwords.
#ifndef _SEC_WINNT_AUTH_TYPES
#define _SEC_WINNT_AUTH_TYPES
#endif

// windows.h has to come first.
#include <windows.h>

#include <security.h>
#include <sspi.h>
#include <wincrypt.h>

// After wincrypt.h, whose types it uses.
#include <schannel.h>

// What the headers of mingw-w64 lack.
#ifndef SECBUFFER_READONLY_WITH_CHECKSUM
#define SECBUFFER_READONLY_WITH_CHECKSUM 0x10000000
#endif
#ifndef SECQOP_WRAP_NO_ENCRYPT
#define SECQOP_WRAP_NO_ENCRYPT 0x80000001
#endif
#ifndef SECQOP_WRAP_OOB_DATA
#define SECQOP_WRAP_OOB_DATA 0x40000000
#endif

#endif  // WINSSPI_PROVIDER_SSPI_H_
