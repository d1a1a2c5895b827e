// Threads for calls that can block: on the LSA, a KDC, a domain controller.
#ifndef WINSSPI_THREADS_THREAD_POOL_H_
#define WINSSPI_THREADS_THREAD_POOL_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

namespace threads {

// Starts a thread when there is a task and none for it, up to a limit. Tasks beyond it wait, in the
// order in which they came. Of threads without a task, the one that had the last gets the next: so
// what is not needed stays idle, and ends.
class ThreadPool {
 public:
  struct Limits {
    std::size_t threads;
    std::size_t queue;           // tasks that may wait while every thread has one
    uint32_t idle_milliseconds;  // after which a thread without a task ends
  };

  class Task {
   public:
    Task() = default;
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    virtual ~Task() = default;

    // On a thread of the pool, which acts as the process itself again afterwards.
    virtual void run() = 0;
    // On the same thread, when the pool has room for another task.
    virtual void finish() = 0;

   private:
    friend class ThreadPool;
    bool waits_ = false;
    std::list<std::shared_ptr<Task>>::iterator place_;
  };

  explicit ThreadPool(const Limits& limits);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  // Drops the tasks that wait. Does not wait for those that run: their threads end after them.
  ~ThreadPool();

  // Threads above the limit end after the task that they have. Tasks that wait stay.
  void setLimits(const Limits& limits);

  // What became of a task that was submitted.
  struct Submission {
    enum class Outcome { kTaken, kQueueFull, kNoThread };

    explicit operator bool() const { return outcome == Outcome::kTaken; }

    Outcome outcome;
    uint32_t error;  // with kNoThread: the Win32 error of the first thread, which was not started
  };

  [[nodiscard]] Submission submit(const std::shared_ptr<Task>& task);

  // Takes back a task that waits. False: it runs, or has run.
  bool withdraw(Task& task);

 private:
  // What the threads share with the pool, and keep when it has gone.
  class Shared;

  std::shared_ptr<Shared> shared_;
};

}  // namespace threads

#endif  // WINSSPI_THREADS_THREAD_POOL_H_
