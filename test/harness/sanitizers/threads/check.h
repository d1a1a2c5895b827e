// What the cases have in common: a name, and what must be true.
#ifndef WINSSPI_TEST_SANITIZERS_THREADS_CHECK_H_
#define WINSSPI_TEST_SANITIZERS_THREADS_CHECK_H_

#include <cstdio>
#include <cstdlib>

// Ends the run: after a broken case, the others say nothing.
inline void check(bool holds, const char* what) {
  if (holds) return;
  std::printf("FAILED: %s\n", what);
  std::exit(1);
}

#define CHECK(condition) check(condition, #condition)

void poolCases();
void lockCases();
void contextCases();

// Says that a case has passed.
void passed(const char* name);

#endif  // WINSSPI_TEST_SANITIZERS_THREADS_CHECK_H_
