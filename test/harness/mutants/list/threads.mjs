// native/threads
export default [
  {
    file: 'native/threads/thread_pool.cc',
    tests: ['test/api/threads'],
    mistakes: [
      [
        'a queue that is full takes one task more',
        'if (running_ + tasks_.size() >= limits_.threads + limits_.queue) {',
        'if (running_ + tasks_.size() > limits_.threads + limits_.queue) {',
      ],
      [
        'the task that came last runs first',
        'task = takeOut(tasks_.begin());',
        'task = takeOut(std::prev(tasks_.end()));',
      ],
      ['a thread stays another user between two tasks', 'revertToSelfOrAbort();', ';'],
      [
        'a task stays in a pool that has no thread',
        'if (error == ERROR_SUCCESS || !withdraw(*task)) return {Outcome::kTaken, ERROR_SUCCESS};',
        'if (error != ~0u || !withdraw(*task)) return {Outcome::kTaken, ERROR_SUCCESS};',
      ],
      [
        'a task is refused although a thread will take it',
        'return threads_ > 0 ? ERROR_SUCCESS : error;',
        'return error;',
      ],
      [
        'a thread that did not start counts as one',
        `    arrived();
    threads_--;`,
        '    arrived();',
      ],
      [
        'only one thread is ever started',
        `      const Lock::Holder holder(lock_);
      arrived();
    }`,
        `      const Lock::Holder holder(lock_);
      coming_--;
    }`,
      ],
      [
        'a withdrawn task runs',
        `    owner = takeOut(task.place_);
    return true;`,
        '    return true;',
      ],
    ],
  },
];
