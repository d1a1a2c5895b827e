import { createError } from '../errors/usage-error.js';
import type { ContextFlags } from '../flags.js';
import { SECQOP_WRAP_NO_ENCRYPT } from './buffers.js';

// A package may answer a call whose protection it did not grant with a success: NTLM without integrity has
// one signature for every message, and verifies it. So such a call is not made. The grants of a context are
// bits of one number: a short message cannot afford more than one comparison.

/** Messages can be signed and verified. */
export const SIGNING = 1;
/** Messages can be encrypted. */
export const ENCRYPTION = 2;
/** The grants of a context of which the package does not say what it granted. */
export const UNKNOWN_GRANTS = SIGNING | ENCRYPTION;

/** Returns the grants of a context with these flags. */
export function toGrants(flags: ContextFlags): number {
  if (flags.confidentiality) return SIGNING | ENCRYPTION;
  return flags.integrity || flags.replayDetect || flags.sequenceDetect ? SIGNING : 0;
}

/** Returns the grant that a message of this quality of protection needs. */
export function grantOfQop(qop: number): number {
  return qop === SECQOP_WRAP_NO_ENCRYPT ? SIGNING : ENCRYPTION;
}

/** Whether a message was encrypted that came with this quality of protection. */
export function isEncrypted(grants: number, qop: number): boolean {
  return (grants & grantOfQop(qop) & ENCRYPTION) !== 0;
}

export function notGrantedError(operation: string, grant: number): Error {
  const flags =
    grant === ENCRYPTION
      ? 'confidentiality'
      : 'integrity, replayDetect, sequenceDetect or confidentiality';
  return createError('ERR_SSPI_NOT_GRANTED', operation, flags);
}
