#include "threads/thread_pool.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "threads/lock.h"
#include "threads/thread.h"

namespace threads {

class ThreadPool::Shared : public std::enable_shared_from_this<Shared> {
 public:
  explicit Shared(const Limits& limits) : limits_(limits) {}

  void setLimits(const Limits& limits) {
    bool start = false;
    {
      const Lock::Holder holder(lock_);
      limits_ = limits;
      wakeAll();
      start = ensureWorker();
    }
    if (start) startWorker();
  }

  void end() {
    std::list<std::shared_ptr<Task>> dropped;  // Destroyed without the lock.
    const Lock::Holder holder(lock_);
    ending_ = true;
    for (const auto& task : tasks_) task->waits_ = false;
    dropped.swap(tasks_);
    wakeAll();
  }

  Submission submit(const std::shared_ptr<Task>& task) {
    using Outcome = Submission::Outcome;
    bool start = false;
    {
      const Lock::Holder holder(lock_);
      if (running_ + tasks_.size() >= limits_.threads + limits_.queue) {
        return {Outcome::kQueueFull, ERROR_SUCCESS};
      }
      task->place_ = tasks_.insert(tasks_.end(), task);
      task->waits_ = true;
      start = ensureWorker();
    }
    const uint32_t error = start ? startWorker() : ERROR_SUCCESS;
    // Without any thread, the task would wait for ever.
    if (error == ERROR_SUCCESS || !withdraw(*task)) return {Outcome::kTaken, ERROR_SUCCESS};
    return {Outcome::kNoThread, error};
  }

  bool withdraw(Task& task) {
    std::shared_ptr<Task> owner;  // Destroyed without the lock.
    const Lock::Holder holder(lock_);
    if (!task.waits_) return false;
    owner = takeOut(task.place_);
    return true;
  }

 private:
  // On the stack of an idle thread.
  struct Idle {
    Condition condition;
    bool woken = false;
  };

  std::shared_ptr<Task> takeOut(std::list<std::shared_ptr<Task>>::iterator place) {
    std::shared_ptr<Task> task = std::move(*place);
    tasks_.erase(place);
    task->waits_ = false;
    return task;
  }

  void wake(Idle& idle) {
    idle.woken = true;
    idle.condition.wake();
    coming_++;
  }

  void wakeAll() {
    for (Idle* idle : idle_) wake(*idle);
    idle_.clear();
  }

  // Sees to it that a thread comes for the next task. True: the caller has to start it, without the
  // lock. One is started at a time, and starts the next when it finds more tasks than it takes: so
  // a burst of tasks does not cost its submitter a thread for each.
  bool ensureWorker() {
    if (tasks_.size() <= coming_) return false;
    if (!idle_.empty()) {
      wake(*idle_.back());
      idle_.pop_back();
      return false;
    }
    if (starting_ || threads_ >= limits_.threads) return false;
    starting_ = true;
    threads_++;
    coming_++;
    return true;
  }

  // Returns ERROR_SUCCESS where there is a thread, be it another one, or the Win32 error.
  uint32_t startWorker() {
    const uint32_t error = startThread([self = shared_from_this()] { self->work(); });
    if (error == ERROR_SUCCESS) return error;
    const Lock::Holder holder(lock_);
    arrived();
    threads_--;
    // A thread may have become idle meanwhile, and left the task to the one that did not start.
    while (!idle_.empty() && tasks_.size() > coming_) ensureWorker();
    return threads_ > 0 ? ERROR_SUCCESS : error;
  }

  void arrived() {
    starting_ = false;
    coming_--;
  }

  void work() {
    {
      const Lock::Holder holder(lock_);
      arrived();
    }
    while (std::shared_ptr<Task> task = next()) {
      task->run();
      // Nothing may be left for the next task, not even by a package that has a mistake.
      revertToSelfOrAbort();
      {
        const Lock::Holder holder(lock_);
        running_--;
      }
      task->finish();
    }
  }

  // Null: the thread ends.
  std::shared_ptr<Task> next() {
    std::shared_ptr<Task> task;
    bool start = false;
    {
      Lock::Holder holder(lock_);
      while (!ending_ && threads_ <= limits_.threads) {
        if (!tasks_.empty()) {
          task = takeOut(tasks_.begin());
          running_++;
          break;
        }
        if (!idle(holder)) break;
      }
      if (!task) threads_--;
      start = ensureWorker();
    }
    if (start) startWorker();  // Where that fails, this thread takes the next task as well.
    return task;
  }

  // False: nothing came in time.
  bool idle(Lock::Holder& holder) {
    Idle self;
    idle_.push_back(&self);
    const uint64_t start = millisecondsNow();
    while (!self.woken) {
      const uint64_t passed = millisecondsNow() - start;
      if (passed >= limits_.idle_milliseconds) {
        std::erase(idle_, &self);
        return false;
      }
      self.condition.waitFor(holder, static_cast<uint32_t>(limits_.idle_milliseconds - passed));
    }
    coming_--;
    return true;
  }

  Lock lock_;
  Limits limits_;
  bool ending_ = false;
  std::list<std::shared_ptr<Task>> tasks_;  // those that wait
  std::size_t running_ = 0;                 // those that a thread has
  std::size_t threads_ = 0;
  std::size_t coming_ = 0;   // threads that were woken or started, and have not yet looked for a task
  bool starting_ = false;    // one of these is being started
  std::vector<Idle*> idle_;  // the last one is woken first
};

ThreadPool::ThreadPool(const Limits& limits) : shared_(std::make_shared<Shared>(limits)) {}

ThreadPool::~ThreadPool() { shared_->end(); }

void ThreadPool::setLimits(const Limits& limits) { shared_->setLimits(limits); }

ThreadPool::Submission ThreadPool::submit(const std::shared_ptr<Task>& task) {
  return shared_->submit(task);
}

bool ThreadPool::withdraw(Task& task) { return shared_->withdraw(task); }

}  // namespace threads
