// The LSA's names, as the behaviour "lsa" says, in place of those of Windows. Wine has no
// LsaLookupSids2 at all.
#ifndef WINSSPI_PROVIDER_LSA_H_
#define WINSSPI_PROVIDER_LSA_H_

namespace provider {

// Makes the behaviour work for the addons that are loaded by now.
void installLsa();

}  // namespace provider

#endif  // WINSSPI_PROVIDER_LSA_H_
