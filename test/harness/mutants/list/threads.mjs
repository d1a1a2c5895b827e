// native/threads
export default [
  {
    file: 'native/threads/thread_pool.cc',
    tests: ['test/api/threads'],
    mistakes: [
      [
        'a queue that is full takes one task more',
        'if (running_ + tasks_.size() >= limits_.threads + limits_.queue) return false;',
        'if (running_ + tasks_.size() > limits_.threads + limits_.queue) return false;',
      ],
      [
        'the task that came last runs first',
        'task = takeOut(tasks_.begin());',
        'task = takeOut(std::prev(tasks_.end()));',
      ],
      ['a thread stays another user between two tasks', 'revertToSelfOrAbort();', ';'],
    ],
  },
];
