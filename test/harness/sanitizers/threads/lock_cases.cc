#include <deque>
#include <thread>
#include <vector>

#include "check.h"
#include "threads/lock.h"

namespace {

void oneAtATime() {
  threads::Lock lock;
  int value = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; i++) {
    threads.emplace_back([&] {
      for (int round = 0; round < 1000; round++) {
        const threads::Lock::Holder holder(lock);
        value++;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(value == 4000);
  passed("a lock lets one thread in at a time");
}

void wokenOrTimedOut() {
  constexpr int kItems = 500;
  threads::Lock lock;
  threads::Condition condition;
  std::deque<int> items;
  int taken = 0;
  std::thread taker([&] {
    threads::Lock::Holder holder(lock);
    while (taken < kItems) {
      while (items.empty()) condition.waitFor(holder, taken % 2 ? 1 : 1000);
      CHECK(items.front() == taken);
      items.pop_front();
      taken++;
    }
  });
  for (int i = 0; i < kItems; i++) {
    const threads::Lock::Holder holder(lock);
    items.push_back(i);
    condition.wake();
  }
  taker.join();
  CHECK(taken == kItems && items.empty());
  passed("a condition wakes the thread that waits");
}

}  // namespace

void lockCases() {
  oneAtATime();
  wokenOrTimedOut();
}
