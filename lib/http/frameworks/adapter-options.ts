import { boolean, type Description, optional, readOptions } from '../../options.js';
import type { AuthenticateResult } from '../server/authenticate-result.js';

/** Options of an adapter, beside those of its Authenticator. */
export interface AdapterOptions {
  /**
   * Whether a request without a token continues, without a user. Its property for the user is undefined. The
   * application asks for a token by an answer with 401. Default: false.
   */
  optional?: boolean | undefined;
}

const adapterOptions = { optional: optional(boolean, false) } satisfies Description<AdapterOptions>;

/** Returns a function that says whether a request with a result continues without a user. */
export function readAdapterOptions(
  options: AdapterOptions,
): (result: AuthenticateResult) => boolean {
  const { optional: isOptional } = readOptions(options, 'more', adapterOptions);
  return (result) => isOptional && result.kind === 'failure' && result.reason === 'challenge';
}
