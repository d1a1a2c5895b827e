// The functions of sspi/message.h.
#ifndef WINSSPI_MESSAGE_WRAP_H_
#define WINSSPI_MESSAGE_WRAP_H_

#include <napi.h>

namespace winsspi {

void defineMessage(Napi::Env env, Napi::Object exports);

}  // namespace winsspi

#endif  // WINSSPI_MESSAGE_WRAP_H_
