// Threads that cannot be started, which Windows has when memory is short.
#ifndef WINSSPI_TEST_WINPR_FAILING_THREADS_H_
#define WINSSPI_TEST_WINPR_FAILING_THREADS_H_

// From now on, CreateThread fails so often with ERROR_NOT_ENOUGH_MEMORY.
void failThreads(int count);

#endif  // WINSSPI_TEST_WINPR_FAILING_THREADS_H_
