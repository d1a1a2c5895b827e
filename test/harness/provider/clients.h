// Clients whose access tokens no program can make: ANONYMOUS LOGON, Guest. The tokens are copies of
// the process's, and what Windows would say of them is a double's answer.
#ifndef WINSSPI_PROVIDER_CLIENTS_H_
#define WINSSPI_PROVIDER_CLIENTS_H_

namespace provider {

// Makes the behaviour "client" work for the addons that are loaded by now.
void installClients();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_CLIENTS_H_
