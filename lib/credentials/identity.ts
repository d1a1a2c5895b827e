import type { NativeIdentityRequest } from '../addon/binding.js';
import { byteLengthOf, copySecret } from '../bytes.js';
import { createError } from '../errors/usage-error.js';
import { bytes, name, optional, type Reader, readOptions, text } from '../options.js';

interface AccountOptions {
  /**
   * The account's name, `DOMAIN\\user`, or its user principal name (`user@domain`). A marshalled one
   * (CredMarshalCredential, `@@…`) goes as it is, with the PIN as the password.
   */
  user: string;
  domain?: string | undefined;
}

export interface PasswordIdentityOptions extends AccountOptions {
  password: string;
  keytab?: undefined;
}

export interface KeytabIdentityOptions extends AccountOptions {
  /**
   * The bytes of a keytab file with the keys of the account, for Kerberos: from 1 to 65,507. winsspi
   * copies them, and wipes the copy.
   */
  keytab: Uint8Array;
  password?: undefined;
}

/**
 * Whom to log on as, in place of the logged-on user: an account with its password or with a keytab.
 * Without either, Windows would silently use the logged-on user's own logon.
 */
export type IdentityOptions = PasswordIdentityOptions | KeytabIdentityOptions;

// The packed credentials of SEC_WINNT_AUTH_IDENTITY_EX2 have 65,535 bytes at most, with their headers.
const LONGEST_KEYTAB = 65_507;

const description = {
  user: name,
  domain: optional(text, ''),
  password: optional(text),
  keytab: optional(bytes(LONGEST_KEYTAB)),
} satisfies Record<keyof IdentityOptions, Reader<unknown>>;

/**
 * Reads an identity, whose keytab is still the caller's: see copyIdentity(). It has both secrets as properties
 * of its own, one of them undefined: what Object.prototype has is not read.
 */
export const identity: Reader<NativeIdentityRequest> = (value, property) => {
  const { user, domain, password, keytab } = readOptions(value, property, description);
  const account = splitName(user, domain, property);
  if (keytab === undefined) {
    text(password, `${property}.password`);
    return { ...account, password: password as string, keytab: undefined };
  }
  if (password !== undefined) {
    const reason = 'must be absent beside a password: an identity has one of the two';
    throw createError('ERR_INVALID_ARG_VALUE', `${property}.keytab`, reason);
  }
  if (byteLengthOf(keytab) > 0) return { ...account, password: undefined, keytab };
  throw createError('ERR_INVALID_ARG_VALUE', `${property}.keytab`, 'must not be empty');
};

/** Copies an identity, before code of the caller's can change its keytab. */
export function copyIdentity(request: NativeIdentityRequest): NativeIdentityRequest {
  if (request.keytab === undefined) return request;
  return { ...request, keytab: copySecret(request.keytab) };
}

/**
 * Splits `DOMAIN\\user`, as SspiEncodeStringsAsAuthIdentity does. A user principal name has no domain
 * beside it, and a marshalled name is opaque.
 */
function splitName(
  user: string,
  domain: string,
  property: string,
): { user: string; domain: string } {
  const border = user.startsWith('@@') ? -1 : user.indexOf('\\');
  if (border < 0) return { user, domain };
  if (domain !== '') {
    const reason = 'must be empty: the user names a domain already';
    throw createError('ERR_INVALID_ARG_VALUE', `${property}.domain`, reason);
  }
  const parts = { user: user.slice(border + 1), domain: user.slice(0, border) };
  if (parts.user !== '' && parts.domain !== '' && !parts.user.includes('\\')) return parts;
  const reason = 'must be a name, DOMAIN\\name or name@domain';
  throw createError('ERR_INVALID_ARG_VALUE', `${property}.user`, reason);
}
