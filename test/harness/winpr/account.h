// The account that servers over WinPR know. test/harness/support/winpr.ts says the same.
#ifndef WINSSPI_TEST_WINPR_ACCOUNT_H_
#define WINSSPI_TEST_WINPR_ACCOUNT_H_

namespace account {

inline constexpr char16_t kUser[] = u"alice";
inline constexpr char16_t kDomain[] = u"WINPR";
inline constexpr char16_t kPassword[] = u"Alice-of-WinPR-1";

}  // namespace account

#endif  // WINSSPI_TEST_WINPR_ACCOUNT_H_
