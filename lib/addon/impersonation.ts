import { usageError } from '../errors/usage-error.js';

// How many impersonations the JavaScript thread is in.
let depth = 0;

/** Runs a function that impersonates. */
export function whileImpersonating<Value>(run: () => Value): Value {
  depth += 1;
  try {
    return run();
  } finally {
    depth -= 1;
  }
}

/** Throws inside impersonate(): what goes to another thread is not the client's. */
export function assertNotImpersonating(name: string): void {
  if (depth === 0) return;
  throw usageError(
    'ERR_SSPI_IMPERSONATING',
    `${name} must not be called inside impersonate(): it runs on another thread, as this process ` +
      'and not as the client',
  );
}
