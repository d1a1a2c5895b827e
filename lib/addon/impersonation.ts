import { createError } from '../errors/usage-error.js';

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

/** Whether the caller is inside the callback of `impersonate()`: what it starts on another thread is not the client's. */
export function isImpersonating(): boolean {
  return depth > 0;
}

/** Throws inside impersonate(): what goes to another thread is not the client's. */
export function assertNotImpersonating(name: string): void {
  if (isImpersonating()) throw createError('ERR_SSPI_IMPERSONATING', name);
}
