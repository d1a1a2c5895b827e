import { NoAuthorityError, SspiError } from '../../index.js';

/** Finds the reason for the error of a step. Returns undefined for an error of the server itself. */
export function findStepFailure(error: unknown): 'busy' | 'unavailable' | 'denied' | undefined {
  if (isOverload(error)) return 'busy';
  if (error instanceof NoAuthorityError) return 'unavailable';
  // Kerberos answers bytes of any kind with SEC_E_INSUFFICIENT_MEMORY: the client's token causes that too.
  const isDenied = error instanceof SspiError || readCode(error) === 'ERR_SSPI_REQUIREMENT_NOT_MET';
  return isDenied ? 'denied' : undefined;
}

/** Finds the reason for the error of a call that does not read the client's token. */
export function findCallFailure(error: unknown): 'busy' | 'unavailable' | undefined {
  if (isOverload(error)) return 'busy';
  return error instanceof SspiError ? 'unavailable' : undefined;
}

// No thread was free: the call was not made.
function isOverload(error: unknown): boolean {
  const code = readCode(error);
  return code === 'ERR_SSPI_OVERLOADED' || code === 'ERR_SSPI_THREAD_NOT_STARTED';
}

function readCode(error: unknown): unknown {
  return (Object(error) as { code?: unknown }).code;
}
