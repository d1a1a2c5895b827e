// What only Schannel's contexts have: control tokens, and attributes.

/**
 * What applyControlToken() can say, in a TOKEN buffer of 32 bits, the lowest first.
 *
 * https://learn.microsoft.com/windows/win32/secauthn/shutting-down-an-schannel-connection
 */
export const SCHANNEL_SHUTDOWN = 1;

/** https://learn.microsoft.com/windows/win32/api/sspi/ns-sspi-secpkgcontext_applicationprotocol */
export interface ApplicationProtocol {
  /** Its number where Windows has a newer one. */
  readonly status: 'none' | 'success' | 'selectedClientOnly' | number;
  readonly extension: 'none' | 'npn' | 'alpn' | number;
  /** Such as `h2`. Absent: none was agreed on. */
  readonly protocol: string | undefined;
}

/**
 * Strengths in bits, algorithms by ALG_ID.
 *
 * https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_connectioninfo
 */
export interface ConnectionInfo {
  /** SP_PROT_*: 0x800 is a client's TLS 1.2. */
  readonly protocol: number;
  readonly cipherAlgorithm: number;
  readonly cipherStrength: number;
  readonly hashAlgorithm: number;
  readonly hashStrength: number;
  readonly exchangeAlgorithm: number;
  readonly exchangeStrength: number;
}

/**
 * Lengths in bits, that of a block in bytes.
 *
 * https://learn.microsoft.com/windows/win32/api/schannel/ns-schannel-secpkgcontext_cipherinfo
 */
export interface CipherInfo {
  /** The version on the wire: 0x303 is TLS 1.2. */
  readonly protocol: number;
  /** By IANA's number. */
  readonly cipherSuite: number;
  readonly baseCipherSuite: number;
  readonly cipherSuiteName: string;
  readonly cipherName: string;
  readonly cipherLength: number;
  readonly cipherBlockLength: number;
  readonly hashName: string;
  readonly hashLength: number;
  readonly exchangeName: string;
  readonly minimumExchangeLength: number;
  readonly maximumExchangeLength: number;
  readonly certificateName: string;
  readonly keyType: number;
}

const statuses = ['none', 'success', 'selectedClientOnly'] as const;
const extensions = ['none', 'npn', 'alpn'] as const;

/** Converts what the addon returns. */
export function toApplicationProtocol(native: {
  status: number;
  extension: number;
  protocol: string;
}): ApplicationProtocol {
  return {
    status: statuses[native.status] ?? native.status,
    extension: extensions[native.extension] ?? native.extension,
    protocol: native.protocol === '' ? undefined : native.protocol,
  };
}
