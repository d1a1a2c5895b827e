// Points in time that every test knows.
#ifndef WINSSPI_PROVIDER_POINTS_IN_TIME_H_
#define WINSSPI_PROVIDER_POINTS_IN_TIME_H_

#include "sspi.h"

namespace provider {

TimeStamp startOfContexts();      // 2024-02-03T04:05:06Z
TimeStamp expiryOfContexts();     // 2040-01-02T03:04:05Z, or as the behaviour "expiry" says
TimeStamp expiryOfCredentials();  // 2041-02-03T04:05:06Z, or as the behaviour "expiry" says
TimeStamp expiryOfPasswords();    // 2042-03-04T05:06:07Z, or as the behaviour "expiry" says

}  // namespace provider

#endif  // WINSSPI_PROVIDER_POINTS_IN_TIME_H_
