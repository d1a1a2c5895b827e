import { createError } from '../../errors/usage-error.js';
import { Credentials, type IdentityOptions } from '../../index.js';
import { choice, list, type Reader } from '../../options.js';
import type { CredentialsSource } from '../credential-cache.js';
import { copyObject, instance } from '../option-readers.js';
import type { Scheme } from '../scheme.js';

// The options of a client, and of its proxy, that say where credentials come from.

export const schemeList: Reader<readonly Scheme[]> = list(choice(['Negotiate', 'NTLM']));

export const credentials = instance(Credentials, 'credentials from Credentials.acquire()');

/** Copies an identity, which Credentials.acquire() checks in full. */
export const identity: Reader<IdentityOptions> = copyObject;

/** Checks that credentials, package and schemes go together. `name` is that of the options, for the error. */
export function assertCredentials(
  { credentials, identity, package: packageName, ntlm }: CredentialsSource,
  schemes: readonly Scheme[],
  name: string,
): void {
  const refuse = (key: string, reason: string) => {
    throw createError('ERR_INVALID_ARG_VALUE', `${name}.${key}`, reason);
  };
  if (schemes.length === 0) refuse('schemes', 'must name one at least');
  if (ntlm === false && schemes.includes('NTLM')) {
    refuse('schemes', 'must not name NTLM where "ntlm" is false');
  }
  if (credentials) {
    const beside = { identity, package: packageName, ntlm: ntlm === false ? ntlm : undefined };
    for (const [key, value] of Object.entries(beside)) {
      if (value === undefined) continue;
      refuse(key, `has no meaning beside "${name}.credentials", which were acquired with one`);
    }
  }
  if (schemes.length > 1 && (credentials || packageName !== undefined)) {
    const key = credentials ? 'credentials' : 'package';
    refuse(key, `must not be given where "${name}.schemes" names several`);
  }
}
