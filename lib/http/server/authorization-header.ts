import type { IncomingMessage } from 'node:http';
import { parseAuthorization } from '../headers.js';
import type { Scheme } from '../scheme.js';
import { isOf, tokenOf } from '../token.js';

/** A client's token, and the scheme that it came with. */
export interface RequestToken {
  readonly scheme: Scheme;
  readonly token: Buffer;
}

/**
 * Reads the token of a request. Returns undefined for a request without an Authorization header, `otherScheme` where
 * the header is for a scheme that is not offered, and `malformed` for a header that must not reach Windows.
 */
export function readRequestToken(
  request: IncomingMessage,
  { schemes, maxTokenLength }: { schemes: readonly Scheme[]; maxTokenLength: number },
): RequestToken | 'otherScheme' | 'malformed' | undefined {
  const values = request.headersDistinct.authorization ?? [];
  const [value] = values;
  if (value === undefined) return undefined;
  if (values.length > 1) return 'malformed';
  const word = { scheme: /[^ \t,]*/.exec(value.trimStart())?.[0] ?? '' };
  const scheme = schemes.find((name) => isOf(word, name));
  if (!scheme) return 'otherScheme';
  const credentials = parseAuthorization(value);
  const token = credentials && tokenOf(credentials);
  const length = token?.length ?? 0;
  if (!token || length === 0 || length > maxTokenLength) return 'malformed';
  return { scheme, token };
}
