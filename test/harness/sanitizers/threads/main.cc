// Uses native/sspi from many threads at once, under ThreadSanitizer. A race is reported and fails the
// run.
#include "check.h"

namespace {

int count = 0;

}  // namespace

void passed(const char* name) {
  std::printf("  %s\n", name);
  count++;
}

int main() {
  lockCases();
  poolCases();
  contextCases();
  std::printf("%d passed, 0 failed\n", count);
}
