import { createError } from '../errors/usage-error.js';
import { type Description, name, optional, type Reader, readOptions, text } from '../options.js';

/** Whom to log on as, in place of the logged-on user. */
export interface IdentityOptions {
  /**
   * The account's name, `DOMAIN\\user`, or its user principal name (`user@domain`). A marshalled one
   * (CredMarshalCredential, `@@…`) goes as it is, with the PIN as the password.
   */
  user: string;
  domain?: string | undefined;
  /** Required: without it Windows would silently use the logged-on user's own logon. */
  password: string;
}

/** An identity in the form that Windows takes. */
export interface Identity {
  user: string;
  domain: string;
  password: string;
}

const description = {
  user: name,
  domain: optional(text, ''),
  password: text,
} satisfies Description<IdentityOptions>;

/** Reads an identity. */
export const identity: Reader<Identity> = (value, property) => {
  const { user, domain, password } = readOptions(value, property, description);
  return { ...splitName(user, domain, property), password };
};

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
