#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "check.h"
#include "failing_threads.h"
#include "threads/lock.h"
#include "threads/thread_pool.h"

namespace {

using threads::ThreadPool;

struct Counts {
  std::atomic<int> alive = 0;
  std::atomic<int> run = 0;
  std::atomic<int> finished = 0;
};

class Task final : public ThreadPool::Task {
 public:
  explicit Task(Counts& counts, int microseconds = 0)
      : counts_(counts), microseconds_(microseconds) {
    counts_.alive++;
  }
  ~Task() override { counts_.alive--; }

  void run() override {
    // Of one thread at a time: no task runs twice.
    runs_++;
    if (microseconds_ > 0) std::this_thread::sleep_for(std::chrono::microseconds(microseconds_));
    counts_.run++;
  }
  void finish() override {
    CHECK(runs_ == 1);
    counts_.finished++;
  }

  int runs() const { return runs_; }

 private:
  Counts& counts_;
  int microseconds_;
  int runs_ = 0;
};

// Threads end by themselves, after what they had.
template <typename Condition>
void until(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!condition()) {
    CHECK(std::chrono::steady_clock::now() < end);
    std::this_thread::yield();
  }
}

template <typename Body>
void inThreads(int count, Body body) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; i++) threads.emplace_back(body);
  for (std::thread& thread : threads) thread.join();
}

void everyTaskRuns() {
  Counts counts;
  {
    ThreadPool pool({8, 10'000, 5});
    inThreads(4, [&] {
      for (int i = 0; i < 500; i++) CHECK(bool(pool.submit(std::make_shared<Task>(counts))));
    });
    until([&] { return counts.finished == 2000; });
  }
  until([&] { return counts.alive == 0; });
  CHECK(counts.run == 2000);
  passed("every task that was taken runs once, whoever submits it");
}

void oneBeyondTheBound() {
  Counts counts;
  ThreadPool pool({1, 2, 5});
  int taken = 0;
  for (int i = 0; i < 100; i++) taken += pool.submit(std::make_shared<Task>(counts, 100)) ? 1 : 0;
  CHECK(taken >= 3);
  until([&] { return counts.finished == taken && counts.alive == 0; });
  passed("what is beyond the bound is refused and never runs");
}

void withdrawnOrRun() {
  Counts counts;
  std::atomic<int> withdrawn = 0;
  ThreadPool pool({4, 10'000, 5});
  inThreads(3, [&] {
    for (int i = 0; i < 300; i++) {
      const auto task = std::make_shared<Task>(counts);
      CHECK(bool(pool.submit(task)));
      if (i % 3 == 0) std::this_thread::yield();
      if (pool.withdraw(*task)) {
        // It is this thread's alone again.
        CHECK(task->runs() == 0);
        withdrawn++;
      }
    }
  });
  until([&] { return counts.finished + withdrawn == 900 && counts.alive == 0; });
  CHECK(counts.run + withdrawn == 900);
  passed("a task is withdrawn or runs, never both");
}

void limitsChangeMeanwhile() {
  Counts counts;
  std::atomic<bool> done = false;
  ThreadPool pool({1, 10'000, 5});
  std::thread changer([&] {
    for (uint32_t i = 0; !done; i++) {
      pool.setLimits({1 + i % 16, 10'000, i % 3});
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
  });
  inThreads(3, [&] {
    for (int i = 0; i < 300; i++) CHECK(bool(pool.submit(std::make_shared<Task>(counts, 20))));
  });
  until([&] { return counts.finished == 900; });
  done = true;
  changer.join();
  passed("every task runs while the limits change");
}

void idleThreadsEnd() {
  Counts counts;
  ThreadPool pool({4, 100, 1});
  for (int i = 0; i < 200; i++) {
    CHECK(bool(pool.submit(std::make_shared<Task>(counts))));
    // About when the thread gives up waiting.
    std::this_thread::sleep_for(std::chrono::microseconds(900 + 10 * (i % 20)));
  }
  until([&] { return counts.finished == 200; });
  passed("a task that comes as its thread goes is run");
}

void endDuringTasks() {
  for (int round = 0; round < 30; round++) {
    Counts counts;
    {
      ThreadPool pool({4, 1000, 1000});
      for (int i = 0; i < 40; i++) CHECK(bool(pool.submit(std::make_shared<Task>(counts, 100))));
      until([&] { return counts.run >= round % 8; });
    }
    // Those that ran come to their end after the pool has; those that waited were dropped.
    until([&] { return counts.alive == 0; });
    CHECK(counts.finished == counts.run);
  }
  passed("a pool ends while tasks run and wait");
}

// Runs until it is let go.
class HeldTask final : public ThreadPool::Task {
 public:
  void run() override {
    running = true;
    while (!released) std::this_thread::yield();
  }
  void finish() override { finished = true; }

  std::atomic<bool> running = false;
  std::atomic<bool> released = false;
  std::atomic<bool> finished = false;
};

void noThread() {
  Counts counts;
  ThreadPool pool({4, 100, 1000});
  failThreads(1);
  const auto refused = pool.submit(std::make_shared<Task>(counts));
  CHECK(refused.outcome == ThreadPool::Submission::Outcome::kNoThread);
  CHECK(refused.error == ERROR_NOT_ENOUGH_MEMORY);
  CHECK(counts.alive == 0);
  CHECK(bool(pool.submit(std::make_shared<Task>(counts))));
  until([&] { return counts.finished == 1 && counts.alive == 0; });
  passed("a task for which no thread starts is refused with the error, and the next one is taken");
}

void fewerThreads() {
  Counts counts;
  ThreadPool pool({4, 100, 1000});
  const auto held = std::make_shared<HeldTask>();
  CHECK(bool(pool.submit(held)));
  until([&] { return held->running.load(); });
  failThreads(1000);
  for (int i = 0; i < 20; i++) {
    const auto taken = pool.submit(std::make_shared<Task>(counts));
    CHECK(taken.outcome == ThreadPool::Submission::Outcome::kTaken);
  }
  CHECK(counts.run == 0);
  held->released = true;
  until([&] { return counts.finished == 20 && counts.alive == 0; });
  failThreads(0);
  CHECK(held->finished);
  passed("tasks for which no other thread starts wait for the one that there is");
}

}  // namespace

void poolCases() {
  everyTaskRuns();
  oneBeyondTheBound();
  withdrawnOrRun();
  limitsChangeMeanwhile();
  idleThreadsEnd();
  endDuringTasks();
  noThread();
  fewerThreads();
}
