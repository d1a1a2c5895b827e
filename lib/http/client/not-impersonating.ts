import { createError } from '../../errors/usage-error.js';
import { isImpersonating } from '../../index.js';

/** Throws inside impersonate(): a request would be made as the process, and not as the client. */
export function assertNotImpersonating(): void {
  if (isImpersonating()) throw createError('ERR_SSPI_IMPERSONATING', 'A request');
}
