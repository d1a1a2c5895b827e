import { type Challenge, formatChallenge } from './headers.js';

/** The token behind a scheme, or none. */
export function challengeOf(scheme: string, token: Uint8Array | undefined): string {
  if (token === undefined || token.length === 0) return formatChallenge({ scheme });
  return formatChallenge({ scheme, token: Buffer.from(token).toString('base64') });
}

/** The bytes of a token. Absent: there is none, or it is no base64 as RFC 4648 has it. */
export function tokenOf({ token }: Challenge): Buffer | undefined {
  if (token === undefined) return undefined;
  const bytes = Buffer.from(token, 'base64');
  // Buffer reads over what it does not know, and has an alphabet more.
  return bytes.toString('base64') === token ? bytes : undefined;
}

/** Whether a challenge or credentials are of a scheme. */
export function isOf({ scheme }: Challenge, name: string): boolean {
  return scheme.toLowerCase() === name.toLowerCase();
}
