#include "points_in_time.h"

#include "script.h"

namespace provider {
namespace {

// A TimeStamp is in local time.
// https://learn.microsoft.com/windows/win32/secauthn/timestamp
TimeStamp local(const SYSTEMTIME& utc) {
  FILETIME time;
  FILETIME local_time;
  SystemTimeToFileTime(&utc, &time);
  FileTimeToLocalFileTime(&time, &local_time);
  TimeStamp stamp;
  stamp.LowPart = local_time.dwLowDateTime;
  stamp.HighPart = static_cast<LONG>(local_time.dwHighDateTime);
  return stamp;
}

// The ways in which packages say "never".
TimeStamp expiry(const SYSTEMTIME& utc) {
  TimeStamp stamp = local(utc);
  switch (behaviour("expiry").value_or(0)) {
    case 1:  // the largest value
      stamp.QuadPart = 0x7FFFFFFFFFFFFFFF;
      break;
    case 2:  // the largest value, less 14 hours for the local time
      stamp.QuadPart = 0x7FFFFFFFFFFFFFFF - 14 * 36000000000;
      break;
    case 3:
      stamp.QuadPart = 0;
      break;
    case 4:
      stamp.QuadPart = -1;
      break;
    case 5:  // NTLM's and Schannel's
      stamp.QuadPart = 0x7FFFFF36D5969FFF;
      break;
  }
  return stamp;
}

}  // namespace

TimeStamp startOfContexts() { return local({2024, 2, 0, 3, 4, 5, 6, 0}); }
TimeStamp expiryOfContexts() { return expiry({2040, 1, 0, 2, 3, 4, 5, 0}); }
TimeStamp expiryOfCredentials() { return expiry({2041, 2, 0, 3, 4, 5, 6, 0}); }
TimeStamp expiryOfPasswords() { return expiry({2042, 3, 0, 4, 5, 6, 7, 0}); }

}  // namespace provider
