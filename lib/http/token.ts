import { type Challenge, formatChallenge } from './headers.js';

/** Formats a scheme with a token, or alone. */
export function challengeOf(scheme: string, token: Uint8Array | undefined): string {
  if (token === undefined || token.length === 0) return formatChallenge({ scheme });
  return formatChallenge({ scheme, token: Buffer.from(token).toString('base64') });
}

/** Reads the bytes of a token. Returns undefined without a token, and for text that is not the base64 of RFC 4648. */
export function tokenOf({ token }: Challenge): Buffer | undefined {
  if (token === undefined) return undefined;
  const bytes = Buffer.from(token, 'base64');
  // Buffer skips characters that are no base64, and reads base64url too.
  return bytes.toString('base64') === token ? bytes : undefined;
}

/** Whether a challenge or credentials have a scheme. */
export function isOf({ scheme }: Challenge, name: string): boolean {
  return scheme.toLowerCase() === name.toLowerCase();
}
