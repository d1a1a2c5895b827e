import { NoAuthorityError, SspiError } from '../../index.js';

/** Finds out how the error of a step is answered. Absent: it is an error of the server itself. */
export function findStepRefusal(error: unknown): 'busy' | 'unavailable' | 'denied' | undefined {
  if (isOverload(error)) return 'busy';
  if (error instanceof NoAuthorityError) return 'unavailable';
  // Kerberos answers bytes of any kind with SEC_E_INSUFFICIENT_MEMORY: that is the client's token too.
  const isDenied = error instanceof SspiError || codeOf(error) === 'ERR_SSPI_REQUIREMENT_NOT_MET';
  return isDenied ? 'denied' : undefined;
}

/** The same of a call that has no part in the client's token. */
export function findCallRefusal(error: unknown): 'busy' | 'unavailable' | undefined {
  if (isOverload(error)) return 'busy';
  return error instanceof SspiError ? 'unavailable' : undefined;
}

// No thread was free: the call was not made.
function isOverload(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'ERR_SSPI_OVERLOADED' || code === 'ERR_SSPI_THREAD_NOT_STARTED';
}

function codeOf(error: unknown): unknown {
  return (Object(error) as { code?: unknown }).code;
}
