import { lab } from './lab.js';

// Where Wine's security packages differ from Windows's. Each test that expects one thing here and
// another on Windows says so with one of these; the product knows nothing of it.

/** The lab runs on Wine. */
export const onWine = lab !== undefined;

/** Wine maps many failures of GSS-API and of the KDC to codes that say little. */
export function statusName(windows: string, wine: string): string {
  return onWine ? wine : windows;
}

/**
 * A sealed message of Kerberos or NTLM as GSS-API knows it. Windows's order is TOKEN, DATA, PADDING;
 * Wine's Kerberos cuts GSS-API's message in two, the last bytes being the TOKEN.
 */
export function gssMessage(
  parts: { token: Buffer; message: Buffer; padding: Buffer },
  packageName: string | undefined,
): Buffer {
  const { token, message, padding } = parts;
  if (onWine && packageName === 'Kerberos') return Buffer.concat([message, token]);
  return Buffer.concat([token, message, padding]);
}

/** The parts of a message that GSS-API sealed with a token of this length. */
export function sealedParts(
  sealed: Buffer,
  tokenLength: number,
  packageName: string | undefined,
): { token: Buffer; message: Buffer } {
  if (onWine && packageName === 'Kerberos') {
    const border = sealed.length - tokenLength;
    return { message: sealed.subarray(0, border), token: sealed.subarray(border) };
  }
  return { token: sealed.subarray(0, tokenLength), message: sealed.subarray(tokenLength) };
}

/**
 * Whether a token would break Wine itself: its NTLM, to which its Negotiate turns when Kerberos
 * refuses a token, writes the base64 of up to 1,904 bytes into a buffer of 1,904 bytes.
 */
export function breaksWine(token: Buffer, packageName: string): boolean {
  return onWine && packageName !== 'Kerberos' && token.length > 1425 && token.length <= 1904;
}

/**
 * How many handshakes of a package may run at once. Wine's NTLM starts a helper program for each,
 * and two that start at the same time can wait for each other for ever.
 */
export function handshakesAtOnce(packageName: string): number {
  return onWine && packageName !== 'Kerberos' ? 1 : 10;
}
